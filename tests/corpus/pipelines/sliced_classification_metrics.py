"""Metrics of the slices of a dataset."""

from kfp import dsl


@dsl.component
def evaluate(metrics: dsl.Output[dsl.SlicedClassificationMetrics]):
    metrics._sliced_metrics = {}  # kfp 2.17 forgets to
    metrics.set_confusion_matrix_categories("all", ["a", "b"])
    metrics.log_confusion_matrix_row("all", "a", [1, 2])


@dsl.pipeline(name="sliced-classification-metrics")
def pipeline():
    evaluate()


ARTIFACTS = {"evaluate": {"metrics": ("system.SlicedClassificationMetrics", ...)}}
