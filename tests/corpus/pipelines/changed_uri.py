"""A component adds an extension to the address of its artifact."""

from kfp import dsl


@dsl.component
def write(data: dsl.Output[dsl.Dataset]):
    data.uri = data.uri + ".csv"
    open(data.path, "w").write("x")


@dsl.component
def read(data: dsl.Input[dsl.Dataset]) -> str:
    return open(data.path).read() + data.path[-4:]


@dsl.pipeline(name="changed-uri")
def pipeline() -> str:
    return read(data=write().outputs["data"]).output


OUTPUTS = {"Output": "x.csv"}
