"""A loop over a named output."""

from typing import NamedTuple

from kfp import dsl


@dsl.component
def make() -> NamedTuple("Outputs", [("words", list)]):
    from collections import namedtuple

    return namedtuple("Outputs", "words")(["p", "q"])


@dsl.component
def shout(text: str) -> str:
    return text.upper()


@dsl.component
def join(xs: list) -> str:
    return "".join(xs)


@dsl.pipeline(name="loop-named-output")
def pipeline() -> str:
    with dsl.ParallelFor(make().outputs["words"]) as word:
        task = shout(text=word)
    return join(xs=dsl.Collected(task.output)).output


OUTPUTS = {"Output": "PQ"}
LOCAL = "does not find the output"
