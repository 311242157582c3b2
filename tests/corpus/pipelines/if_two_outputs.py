"""A condition between two outputs."""

from kfp import dsl


@dsl.component
def make(x: int) -> int:
    return x


@dsl.component
def echo(text: str) -> str:
    return text


@dsl.pipeline(name="if-two-outputs")
def pipeline():
    first = make(x=3)
    second = make(x=2)
    with dsl.If(first.output > second.output):
        echo(text="a")


STATES = {"condition-1": "SUCCEEDED"}
