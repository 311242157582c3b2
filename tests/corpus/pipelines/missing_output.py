"""A function that returns nothing where it promised a value fails."""

from kfp import dsl


@dsl.component
def work() -> str:
    return None


@dsl.pipeline(name="missing-output")
def pipeline() -> str:
    return work().output


STATE = "FAILED"
ERROR = "without a value for its output 'Output'"
LOCAL = "lets it pass"
