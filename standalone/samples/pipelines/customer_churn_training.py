"""`customer-churn-training`: predicts which customers leave, and fails until it is told the new name of a column.

The customer export used to call the outcome `churn`; since its second schema it says `churned`. The pipeline still asks for the old
name by default, so `train-model` stops with a KeyError, as pipelines do after somebody changed a table. `label_column=churned` cures it.
"""

from functools import partial

from kfp import dsl
from kfp.dsl import HTML, ClassificationMetrics, Dataset, Input, Markdown, Metrics, Model, Output

from standalone.samples.page import confusion_section, page, roc_section, values_section
from standalone.samples.tables import customer_table

IMAGE = "python:3.11"
component = partial(
    dsl.component,
    base_image=IMAGE,
    packages_to_install=["pandas>=2.2,<4", "scikit-learn>=1.6,<2", "joblib>=1.4,<2"],
)


@component(additional_funcs=[customer_table])
def load_data(customers: Output[Dataset]):
    """Load the customer export."""
    table = customer_table()
    table.to_csv(customers.path, index=False)
    customers.metadata.update(rows=len(table), columns=len(table.columns), schema_version="2", format="csv")
    print(f"Customer export, schema version 2: {len(table)} rows, columns {', '.join(table.columns)}")


@component()
def describe_data(customers: Input[Dataset], summary: Output[Markdown]):
    """Summarise every column: type, missing values, distinct values."""
    from pathlib import Path

    import pandas as pd

    table = pd.read_csv(customers.path)
    lines = [f"| {name} | {column.dtype} | {column.isna().sum()} | {column.nunique()} |" for name, column in table.items()]
    Path(summary.path).write_text(
        "\n".join([f"# {len(table)} customers", "", "| Column | Type | Missing | Distinct |", "|---|---|---|---|", *lines, ""])
    )


@component()
def split_data(customers: Input[Dataset], test_size: float, random_state: int, train_data: Output[Dataset], test_data: Output[Dataset]):
    """Split the customers at random into training and test data."""
    import pandas as pd

    table = pd.read_csv(customers.path)
    test = table.sample(frac=test_size, random_state=random_state)
    train = table.drop(test.index)
    for part, dataset in ((train, train_data), (test, test_data)):
        part.to_csv(dataset.path, index=False)
        dataset.metadata.update(rows=len(part), format="csv")
    print(f"{len(train)} customers to train on, {len(test)} to test on")


@component()
def train_model(train_data: Input[Dataset], label_column: str, n_estimators: int, random_state: int, model: Output[Model]):
    """Fit a random forest to the training data."""
    import joblib
    import pandas as pd
    from sklearn.compose import make_column_transformer
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder

    train = pd.read_csv(train_data.path)
    print(f"Training on {len(train)} customers, label {label_column!r}, columns {', '.join(train.columns)}", flush=True)
    labels = train[label_column]
    features = train.drop(columns=["customer_id", label_column])
    encoder = make_column_transformer(
        (OneHotEncoder(handle_unknown="ignore"), ["region", "contract", "payment_method"]), remainder="passthrough"
    )
    forest = RandomForestClassifier(n_estimators=n_estimators, max_depth=8, class_weight="balanced", random_state=random_state)
    joblib.dump(make_pipeline(encoder, forest).fit(features, labels), model.path)
    model.metadata.update(framework="scikit-learn", estimator="RandomForestClassifier", n_estimators=n_estimators)
    print(f"Forest of {n_estimators} trees; {labels.mean():.1%} of the customers left")


@component()
def evaluate_model(
    model: Input[Model],
    test_data: Input[Dataset],
    label_column: str,
    metrics: Output[Metrics],
    classification_metrics: Output[ClassificationMetrics],
):
    """Measure the model on the test data; a customer who left counts as positive."""
    import joblib
    import pandas as pd
    from sklearn.metrics import accuracy_score, confusion_matrix, precision_recall_fscore_support, roc_auc_score, roc_curve

    forest = joblib.load(model.path)
    test = pd.read_csv(test_data.path)
    features, truth = test.drop(columns=["customer_id", label_column]), test[label_column]
    predicted = forest.predict(features)
    probability = forest.predict_proba(features)[:, 1]

    precision, recall, f1, _ = precision_recall_fscore_support(truth, predicted, average="binary", zero_division=0)
    scores = {
        "accuracy": accuracy_score(truth, predicted),
        "precision": precision,
        "recall": recall,
        "f1": f1,
        "roc_auc": roc_auc_score(truth, probability),
    }
    for name, score in scores.items():
        metrics.log_metric(name, float(score))
        print(f"{name}: {score:.4f}")

    classification_metrics.log_confusion_matrix(["stayed", "left"], confusion_matrix(truth, predicted, labels=[0, 1]).tolist())
    fpr, tpr, thresholds = roc_curve(truth, probability)
    thresholds[0] = 1.0  # scikit-learn starts at infinity, which JSON cannot hold
    classification_metrics.log_roc_curve(fpr.tolist(), tpr.tolist(), thresholds.tolist())


@dsl.component(base_image=IMAGE, additional_funcs=[page, values_section, confusion_section, roc_section])
def report(
    model: Input[Model],
    metrics: Input[Metrics],
    classification_metrics: Input[ClassificationMetrics],
    report: Output[HTML],
):
    """Write model, metrics, confusion matrix and ROC curve on one HTML page."""
    from pathlib import Path

    sections = [
        values_section("Metrics", metrics.metadata),
        confusion_section(classification_metrics.metadata),
        roc_section(classification_metrics.metadata),
        values_section("Model", model.metadata),
    ]
    Path(report.path).write_text(page("Customer churn", "How well a random forest tells which customers leave.", *sections))


@dsl.pipeline(name="customer-churn-training")
def customer_churn_training(label_column: str = "churn", n_estimators: int = 100, test_size: float = 0.25, random_state: int = 42):
    """Train a random forest on the customer export to predict which customers leave.

    Args:
        label_column: Column of the export that says whether the customer left, 1 or 0.
        n_estimators: Number of trees in the forest.
        test_size: Fraction of the customers kept back for the test, between 0 and 1.
        random_state: Seed of the split and of the forest; equal seeds give equal results.
    """
    customers = load_data().output
    describe_data(customers=customers)
    parts = split_data(customers=customers, test_size=test_size, random_state=random_state)
    training = train_model(
        train_data=parts.outputs["train_data"], label_column=label_column, n_estimators=n_estimators, random_state=random_state
    )
    evaluation = evaluate_model(model=training.outputs["model"], test_data=parts.outputs["test_data"], label_column=label_column)
    report(model=training.outputs["model"], **evaluation.outputs)
