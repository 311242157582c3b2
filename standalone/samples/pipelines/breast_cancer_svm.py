"""`breast-cancer-svm`: a support vector machine finds malignant tumours."""

from functools import partial

from kfp import dsl
from kfp.dsl import HTML, ClassificationMetrics, Dataset, Input, Metrics, Model, Output

from standalone.samples.page import confusion_section, page, roc_section, values_section
from standalone.samples.tables import cancer_table

IMAGE = "python:3.11"
component = partial(
    dsl.component,
    base_image=IMAGE,
    packages_to_install=["pandas>=2.2,<4", "scikit-learn>=1.6,<2", "joblib>=1.4,<2"],
)


@component(additional_funcs=[cancer_table])
def load_data(test_size: float, random_state: int, train_data: Output[Dataset], test_data: Output[Dataset]):
    """Load the tumours and split them, both diagnoses in the same proportion, into training and test data."""
    from sklearn.model_selection import train_test_split

    tumours = cancer_table()
    train, test = train_test_split(tumours, test_size=test_size, random_state=random_state, stratify=tumours["diagnosis"])
    for part, dataset in ((train, train_data), (test, test_data)):
        part.to_csv(dataset.path, index=False)
        dataset.metadata.update(rows=len(part), format="csv")
    print(f"{len(tumours)} tumours: {len(train)} to train on, {len(test)} to test on")


@component()
def train_model(C: float, kernel: str, gamma: str, train_data: Input[Dataset], model: Output[Model]):
    """Scale the measures to zero mean and unit variance and fit a support vector machine to them."""
    import joblib
    import pandas as pd
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import SVC

    train = pd.read_csv(train_data.path)
    width = gamma if gamma in ("scale", "auto") else float(gamma)
    classifier = make_pipeline(StandardScaler(), SVC(C=C, kernel=kernel, gamma=width))
    classifier.fit(train.drop(columns="diagnosis"), train["diagnosis"])
    joblib.dump(classifier, model.path)
    model.metadata.update(framework="scikit-learn", estimator="SVC", C=C, kernel=kernel, gamma=gamma)
    print(f"{classifier[-1].n_support_.sum()} of {len(train)} tumours became support vectors")


@component()
def evaluate_model(
    model: Input[Model],
    test_data: Input[Dataset],
    metrics: Output[Metrics],
    classification_metrics: Output[ClassificationMetrics],
):
    """Measure the model on the test data; a malignant tumour counts as positive."""
    import joblib
    import pandas as pd
    from sklearn.metrics import accuracy_score, confusion_matrix, precision_recall_fscore_support, roc_auc_score, roc_curve

    classifier = joblib.load(model.path)
    test = pd.read_csv(test_data.path)
    measures, truth = test.drop(columns="diagnosis"), test["diagnosis"]
    predicted = classifier.predict(measures)
    malignancy = classifier.decision_function(measures)  # positive towards the last class in the alphabet

    precision, recall, f1, _ = precision_recall_fscore_support(truth, predicted, average="binary", pos_label="malignant", zero_division=0)
    scores = {
        "accuracy": accuracy_score(truth, predicted),
        "precision": precision,
        "recall": recall,
        "f1": f1,
        "roc_auc": roc_auc_score(truth == "malignant", malignancy),
    }
    for name, score in scores.items():
        metrics.log_metric(name, float(score))
        print(f"{name}: {score:.4f}")

    diagnoses = ["benign", "malignant"]
    classification_metrics.log_confusion_matrix(diagnoses, confusion_matrix(truth, predicted, labels=diagnoses).tolist())
    fpr, tpr, thresholds = roc_curve(truth == "malignant", malignancy)
    thresholds[0] = malignancy.max() + 1  # scikit-learn starts at infinity, which JSON cannot hold
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
    Path(report.path).write_text(page("Breast cancer", "How well a support vector machine finds malignant tumours.", *sections))


@dsl.pipeline(name="breast-cancer-svm")
def breast_cancer_svm(C: float = 1.0, kernel: str = "rbf", gamma: str = "scale", test_size: float = 0.2, random_state: int = 42):
    """Train a support vector machine on measures of cell nuclei to tell malignant from benign breast tumours.

    Args:
        C: Penalty for misclassified training samples, above 0; larger values fit the training data closer.
        kernel: Kernel of the support vector machine: rbf, linear, poly or sigmoid.
        gamma: Width of the kernel: scale, auto or a number above 0; the linear kernel ignores it.
        test_size: Fraction of the tumours kept back for the test, between 0 and 1.
        random_state: Seed of the split; equal seeds give equal results.
    """
    data = load_data(test_size=test_size, random_state=random_state)
    training = train_model(C=C, kernel=kernel, gamma=gamma, train_data=data.outputs["train_data"])
    evaluation = evaluate_model(model=training.outputs["model"], test_data=data.outputs["test_data"])
    report(model=training.outputs["model"], **evaluation.outputs)
