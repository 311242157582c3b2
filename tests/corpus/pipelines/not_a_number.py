"""A metric that is not a number is recorded as no value, and harms nothing."""

from kfp import dsl


@dsl.component
def evaluate(metrics: dsl.Output[dsl.Metrics]):
    metrics.log_metric("loss", float("nan"))
    metrics.log_metric("n", 1)


@dsl.pipeline(name="not-a-number")
def pipeline():
    evaluate()


ARTIFACTS = {"evaluate": {"metrics": ("system.Metrics", {"loss": None, "n": 1})}}
