"""A condition inside a condition."""

from kfp import dsl


@dsl.component
def echo(text: str) -> str:
    return text


@dsl.pipeline(name="nested-if")
def pipeline(a: str = "x", n: int = 2):
    with dsl.If(a == "x"):
        task = echo(text="outer")
        with dsl.If(n > 1):
            echo(text=task.output)
        with dsl.If(task.output == "inner"):
            echo(text="never")


STATES = {
    "condition-1/condition-2/echo-2": "SUCCEEDED",
    "condition-1/condition-3": "SKIPPED",
}
