"""Exactly one of several branches runs."""

from kfp import dsl


@dsl.component
def score() -> int:
    return 50


@dsl.component
def echo(text: str) -> str:
    return text


@dsl.pipeline(name="if-elif-else")
def pipeline() -> str:
    task = score()
    with dsl.If(task.output > 90):
        high = echo(text="high")
    with dsl.Elif(task.output > 40):
        middle = echo(text="middle")
    with dsl.Else():
        low = echo(text="low")
    return dsl.OneOf(high.output, middle.output, low.output)


OUTPUTS = {"Output": "middle"}
STATES = {
    "condition-branches-1/condition-2": "SKIPPED",
    "condition-branches-1/condition-3": "SUCCEEDED",
    "condition-branches-1/condition-4": "SKIPPED",
}
