"""A loop whose steps also use what lies outside of it."""

from typing import List

from kfp import dsl


@dsl.component
def make() -> str:
    return "out"


@dsl.component
def pair(a: str, b: str, c: str) -> str:
    return f"{a}-{b}-{c}"


@dsl.component
def join(xs: List[str]) -> str:
    return " ".join(xs)


@dsl.pipeline(name="loop-with-outer-values")
def pipeline(name: str = "p") -> str:
    outside = make()
    with dsl.ParallelFor(["1", "2"]) as n:
        task = pair(a=name, b=outside.output, c=f"{n}{name}")
    return join(xs=dsl.Collected(task.output)).output


OUTPUTS = {"Output": "p-out-1p p-out-2p"}
LOCAL = "takes the loop's item for the output"
