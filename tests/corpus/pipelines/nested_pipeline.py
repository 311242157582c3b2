"""A pipeline as a step of a pipeline, with values in and out."""

from kfp import dsl


@dsl.component
def add(a: int, b: int) -> int:
    return a + b


@dsl.pipeline(name="inner")
def inner(n: int, by: int = 10) -> int:
    return add(a=n, b=by).output


@dsl.pipeline(name="nested-pipeline")
def pipeline() -> int:
    first = inner(n=1)
    second = inner(n=first.output, by=100)
    return add(a=second.output, b=1000).output


OUTPUTS = {"Output": 1111}
STATES = {"inner/add": "SUCCEEDED", "inner-2/add": "SUCCEEDED"}
