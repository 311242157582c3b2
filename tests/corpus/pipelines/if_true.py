"""A condition that holds."""

from kfp import dsl


@dsl.component
def echo(text: str) -> str:
    return text


@dsl.pipeline(name="if-true")
def pipeline(mode: str = "on"):
    with dsl.If(mode == "on"):
        echo(text="x")


STATES = {"condition-1": "SUCCEEDED", "condition-1/echo": "SUCCEEDED"}
