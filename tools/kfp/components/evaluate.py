"""Measure a model on the test data: accuracy, f1 and so on for classes, rmse, mae and r2 for numbers."""

from kfp import dsl
from kfp.dsl import ClassificationMetrics, Dataset, Input, Metrics, Model, Output


@dsl.component(base_image="python:3.11", packages_to_install=["pandas>=2.2,<4", "scikit-learn>=1.6,<2", "joblib>=1.4,<2"])
def evaluate(
    model: Input[Model],
    test_data: Input[Dataset],
    metrics: Output[Metrics],
    classification_metrics: Output[ClassificationMetrics],
    target: str,
):
    """Log the metrics, and for classes the confusion matrix."""
    import joblib
    import pandas as pd
    from sklearn import metrics as measure
    from sklearn.base import is_classifier

    fitted = joblib.load(model.path)
    table = pd.read_csv(test_data.path)
    truth, predicted = table[target], fitted.predict(table.drop(columns=target))
    if is_classifier(fitted):
        precision, recall, f1, _ = measure.precision_recall_fscore_support(truth, predicted, average="macro", zero_division=0)
        scores = {"accuracy": measure.accuracy_score(truth, predicted), "precision": precision, "recall": recall, "f1": f1}
        classes = sorted(set(truth) | set(predicted))
        matrix = measure.confusion_matrix(truth, predicted, labels=classes)
        classification_metrics.log_confusion_matrix([str(name) for name in classes], matrix.tolist())
    else:
        error = measure.mean_squared_error(truth, predicted)
        scores = {"rmse": error**0.5, "mae": measure.mean_absolute_error(truth, predicted), "r2": measure.r2_score(truth, predicted)}
    for name, score in scores.items():
        metrics.log_metric(name, float(score))
        print(f"{name}: {score:.4f}")
