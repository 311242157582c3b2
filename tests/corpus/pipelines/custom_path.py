"""A component that leaves its artifact at a path of its own choice."""

from kfp import dsl


@dsl.component
def make(data: dsl.Output[dsl.Dataset]):
    import os

    path = os.path.join(os.environ["TMPDIR"], "mine.txt")
    open(path, "w").write("mine")
    data.custom_path = path


@dsl.component
def read(data: dsl.Input[dsl.Dataset]) -> str:
    return open(data.path).read()


@dsl.pipeline(name="custom-path")
def pipeline() -> str:
    return read(data=make().outputs["data"]).output


OUTPUTS = {"Output": "mine"}
LOCAL = "does not move it"
