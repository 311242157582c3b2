"""Metrics live in the metadata."""

from kfp import dsl


@dsl.component
def evaluate(metrics: dsl.Output[dsl.Metrics]):
    metrics.log_metric("accuracy", 0.9)
    metrics.log_metric("n", 3)


@dsl.pipeline(name="metrics")
def pipeline():
    evaluate()


ARTIFACTS = {"evaluate": {"metrics": ("system.Metrics", {"accuracy": 0.9, "n": 3})}}
