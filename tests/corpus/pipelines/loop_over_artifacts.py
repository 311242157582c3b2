"""A loop over artifacts that another loop made."""

from typing import List

from kfp import dsl


@dsl.component
def write(text: str, data: dsl.Output[dsl.Dataset]):
    open(data.path, "w").write(text)


@dsl.component
def read(data: dsl.Input[dsl.Dataset]) -> str:
    return open(data.path).read()


@dsl.component
def join(xs: List[str]) -> str:
    return "".join(xs)


@dsl.pipeline(name="inner")
def inner(parts: dsl.Input[List[dsl.Dataset]]) -> str:
    with dsl.ParallelFor(parts) as part:
        task = read(data=part)
    return join(xs=dsl.Collected(task.output)).output


@dsl.pipeline(name="loop-over-artifacts")
def pipeline() -> str:
    with dsl.ParallelFor(["x", "y"]) as text:
        made = write(text=text)
    return inner(parts=dsl.Collected(made.outputs["data"])).output


OUTPUTS = {"Output": "xy"}
LOCAL = "cannot loop over artifacts"
