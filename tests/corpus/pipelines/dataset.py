"""A dataset written by one step and read by the next."""

from kfp import dsl


@dsl.component
def write(data: dsl.Output[dsl.Dataset]):
    with open(data.path, "w") as file:
        file.write("a,b")
    data.metadata["rows"] = 1


@dsl.component
def read(data: dsl.Input[dsl.Dataset]) -> str:
    return f"{open(data.path).read()} {data.metadata['rows']} {type(data).__name__}"


@dsl.pipeline(name="dataset")
def pipeline() -> str:
    return read(data=write().outputs["data"]).output


OUTPUTS = {"Output": "a,b 1 Dataset"}
ARTIFACTS = {"write": {"data": ("system.Dataset", {"rows": 1})}}
LOCAL = "whole numbers in metadata arrive as floats"
