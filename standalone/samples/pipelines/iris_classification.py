"""`iris-classification`: a decision tree tells three species of iris apart."""

from functools import partial

from kfp import dsl
from kfp.dsl import HTML, ClassificationMetrics, Dataset, Input, Metrics, Model, Output

from standalone.samples.page import confusion_section, page, values_section
from standalone.samples.tables import iris_table

IMAGE = "python:3.11"
component = partial(
    dsl.component,
    base_image=IMAGE,
    packages_to_install=["pandas>=2.2,<4", "scikit-learn>=1.6,<2", "joblib>=1.4,<2"],
)


@component(additional_funcs=[iris_table])
def load_data(test_size: float, random_state: int, train_data: Output[Dataset], test_data: Output[Dataset]):
    """Load the iris flowers and split them, every species in the same proportion, into training and test data."""
    from sklearn.model_selection import train_test_split

    flowers = iris_table()
    train, test = train_test_split(flowers, test_size=test_size, random_state=random_state, stratify=flowers["species"])
    for part, dataset in ((train, train_data), (test, test_data)):
        part.to_csv(dataset.path, index=False)
        dataset.metadata.update(rows=len(part), format="csv")
    print(f"{len(flowers)} flowers: {len(train)} to train on, {len(test)} to test on")


@component()
def train_model(max_depth: int, random_state: int, train_data: Input[Dataset], model: Output[Model]):
    """Fit a decision tree to the training data."""
    import joblib
    import pandas as pd
    from sklearn.tree import DecisionTreeClassifier

    train = pd.read_csv(train_data.path)
    tree = DecisionTreeClassifier(max_depth=max_depth, random_state=random_state)
    tree.fit(train.drop(columns="species"), train["species"])
    joblib.dump(tree, model.path)
    model.metadata.update(framework="scikit-learn", estimator="DecisionTreeClassifier", max_depth=max_depth)
    print(f"Tree of depth {tree.get_depth()} with {tree.get_n_leaves()} leaves")


@component()
def evaluate_model(
    model: Input[Model],
    test_data: Input[Dataset],
    metrics: Output[Metrics],
    classification_metrics: Output[ClassificationMetrics],
):
    """Measure the model on the test data; precision, recall, F1 and ROC AUC are means over the three species."""
    import joblib
    import pandas as pd
    from sklearn.metrics import accuracy_score, confusion_matrix, precision_recall_fscore_support, roc_auc_score

    tree = joblib.load(model.path)
    test = pd.read_csv(test_data.path)
    measures, truth = test.drop(columns="species"), test["species"]
    predicted = tree.predict(measures)

    precision, recall, f1, _ = precision_recall_fscore_support(truth, predicted, average="macro", zero_division=0)
    scores = {
        "accuracy": accuracy_score(truth, predicted),
        "precision": precision,
        "recall": recall,
        "f1": f1,
        "roc_auc": roc_auc_score(truth, tree.predict_proba(measures), multi_class="ovr", average="macro"),
    }
    for name, score in scores.items():
        metrics.log_metric(name, float(score))
        print(f"{name}: {score:.4f}")
    species = list(tree.classes_)
    classification_metrics.log_confusion_matrix(species, confusion_matrix(truth, predicted, labels=species).tolist())


@dsl.component(base_image=IMAGE, additional_funcs=[page, values_section, confusion_section])
def report(
    model: Input[Model],
    metrics: Input[Metrics],
    classification_metrics: Input[ClassificationMetrics],
    report: Output[HTML],
):
    """Write model, metrics and confusion matrix on one HTML page."""
    from pathlib import Path

    sections = [
        values_section("Metrics", metrics.metadata),
        confusion_section(classification_metrics.metadata),
        values_section("Model", model.metadata),
    ]
    Path(report.path).write_text(page("Iris classification", "How well a decision tree tells three species of iris apart.", *sections))


@dsl.pipeline(name="iris-classification")
def iris_classification(max_depth: int = 3, test_size: float = 0.2, random_state: int = 42):
    """Train a decision tree on the iris flowers and measure how well it tells the three species apart.

    Args:
        max_depth: Depth of the tree at most; deeper trees fit the training data closer.
        test_size: Fraction of the flowers kept back for the test, between 0 and 1.
        random_state: Seed of the split and of the tree; equal seeds give equal results.
    """
    data = load_data(test_size=test_size, random_state=random_state)
    training = train_model(max_depth=max_depth, random_state=random_state, train_data=data.outputs["train_data"])
    evaluation = evaluate_model(model=training.outputs["model"], test_data=data.outputs["test_data"])
    report(model=training.outputs["model"], **evaluation.outputs)
