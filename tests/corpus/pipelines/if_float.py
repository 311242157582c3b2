"""Conditions on fractions, also when the value happens to be whole."""

from kfp import dsl


@dsl.component
def make(x: float) -> float:
    return x


@dsl.component
def echo(text: str) -> str:
    return text


@dsl.pipeline(name="if-float")
def pipeline():
    with dsl.If(make(x=0.7).output > 0.5):
        echo(text="a")
    with dsl.If(make(x=1.0).output > 0.5):
        echo(text="b")
    with dsl.If(make(x=1.0).output == 1.0):
        echo(text="c")
    with dsl.If(make(x=0.2).output >= 1):
        echo(text="d")


STATES = {"condition-1": "SUCCEEDED", "condition-2": "SUCCEEDED", "condition-3": "SUCCEEDED", "condition-4": "SKIPPED"}
