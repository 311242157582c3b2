"""A confusion matrix and an ROC curve."""

from kfp import dsl


@dsl.component
def evaluate(metrics: dsl.Output[dsl.ClassificationMetrics]):
    metrics.log_confusion_matrix(["a", "b"], [[1, 2], [3, 4]])
    metrics.log_roc_curve([0.0, 1.0], [0.0, 1.0], [1.0, 0.0])


@dsl.pipeline(name="classification-metrics")
def pipeline():
    evaluate()


ARTIFACTS = {
    "evaluate": {
        "metrics": (
            "system.ClassificationMetrics",
            {
                "confusionMatrix": {
                    "annotationSpecs": [{"displayName": "a"}, {"displayName": "b"}],
                    "rows": [{"row": [1, 2]}, {"row": [3, 4]}],
                },
                "confidenceMetrics": [
                    {"confidenceThreshold": 1.0, "falsePositiveRate": 0.0, "recall": 0.0},
                    {"confidenceThreshold": 0.0, "falsePositiveRate": 1.0, "recall": 1.0},
                ],
            },
        )
    }
}
LOCAL = "its form of the outputs carries no metadata worth comparing"
