"""An output that is not a number fails its step, as on a cluster, where it cannot be read."""

from kfp import dsl


@dsl.component
def measure() -> dict:
    return {"loss": float("nan")}


@dsl.pipeline(name="not-a-number-output")
def pipeline() -> dict:
    return measure().output


STATE = "FAILED"
ERROR = "The output 'Output' is or contains NaN"
