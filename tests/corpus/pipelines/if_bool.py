"""Conditions on booleans."""

from kfp import dsl


@dsl.component
def make(x: bool) -> bool:
    return x


@dsl.component
def echo(text: str) -> str:
    return text


@dsl.pipeline(name="if-bool")
def pipeline(flag: bool = True):
    with dsl.If(flag == True):
        echo(text="a")
    with dsl.If(make(x=False).output == True):
        echo(text="b")


STATES = {"condition-1": "SUCCEEDED", "condition-2": "SKIPPED"}
