"""A condition on a named output, alone."""

from typing import NamedTuple

from kfp import dsl


@dsl.component
def make() -> NamedTuple("Outputs", [("verdict", str)]):
    from collections import namedtuple

    return namedtuple("Outputs", "verdict")("good")


@dsl.component
def echo(text: str) -> str:
    return text


@dsl.pipeline(name="if-named-output")
def pipeline():
    with dsl.If(make().outputs["verdict"] == "good"):
        echo(text="x")


STATES = {"condition-1/echo": "SUCCEEDED"}
LOCAL = "takes it as false in silence"
