"""Artifacts into a nested pipeline and out of it."""

from kfp import dsl


@dsl.component
def write(data: dsl.Output[dsl.Dataset]):
    open(data.path, "w").write("x")


@dsl.component
def extend(data: dsl.Input[dsl.Dataset], more: dsl.Output[dsl.Dataset]):
    open(more.path, "w").write(open(data.path).read() + "y")


@dsl.component
def read(data: dsl.Input[dsl.Dataset]) -> str:
    return open(data.path).read()


@dsl.pipeline(name="inner")
def inner(data: dsl.Input[dsl.Dataset]) -> dsl.Dataset:
    return extend(data=data).outputs["more"]


@dsl.pipeline(name="nested-pipeline-artifacts")
def pipeline() -> str:
    return read(data=inner(data=write().outputs["data"]).output).output


OUTPUTS = {"Output": "xy"}
LOCAL = "does not find the artifact"
