"""Several outputs of the pipeline itself."""

from typing import NamedTuple

from kfp import dsl


@dsl.component
def echo(text: str) -> str:
    return text


@dsl.pipeline(name="pipeline-named-outputs")
def pipeline() -> NamedTuple("Outputs", [("first", str), ("second", str)]):
    from collections import namedtuple

    return namedtuple("Outputs", "first second")(echo(text="a").output, echo(text="b").output)


OUTPUTS = {"first": "a", "second": "b"}
