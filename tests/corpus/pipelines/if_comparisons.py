"""Every operator on whole numbers."""

from kfp import dsl


@dsl.component
def echo(text: str) -> str:
    return text


@dsl.pipeline(name="if-comparisons")
def pipeline(n: int = 3):
    with dsl.If(n == 3):
        echo(text="==")
    with dsl.If(n != 3):
        echo(text="!=")
    with dsl.If(n > 2):
        echo(text=">")
    with dsl.If(n >= 4):
        echo(text=">=")
    with dsl.If(n < 4):
        echo(text="<")
    with dsl.If(n <= 2):
        echo(text="<=")


STATES = {
    "condition-1": "SUCCEEDED",
    "condition-2": "SKIPPED",
    "condition-3": "SUCCEEDED",
    "condition-4": "SKIPPED",
    "condition-5": "SUCCEEDED",
    "condition-6": "SKIPPED",
}
