"""An artifact returned by the function, at an address from dsl.get_uri."""

from kfp import dsl


@dsl.component
def make() -> dsl.Dataset:
    from kfp import dsl

    data = dsl.Dataset(uri=dsl.get_uri(suffix="mine.txt"), metadata={"k": "v"})
    open(data.path, "w").write("mine")
    return data


@dsl.component
def read(data: dsl.Input[dsl.Dataset]) -> str:
    return open(data.path).read() + data.metadata["k"]


@dsl.pipeline(name="returned-artifact")
def pipeline() -> str:
    return read(data=make().output).output


OUTPUTS = {"Output": "minev"}
LOCAL = "does not set the folder that dsl.get_uri uses"
