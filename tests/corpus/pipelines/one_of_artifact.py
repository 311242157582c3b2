"""The artifact of the branch that ran."""

from kfp import dsl


@dsl.component
def write(text: str, data: dsl.Output[dsl.Dataset]):
    open(data.path, "w").write(text)


@dsl.component
def read(data: dsl.Input[dsl.Dataset]) -> str:
    return open(data.path).read()


@dsl.pipeline(name="one-of-artifact")
def pipeline(mode: str = "b") -> str:
    with dsl.If(mode == "a"):
        first = write(text="first")
    with dsl.Else():
        second = write(text="second")
    return read(data=dsl.OneOf(first.outputs["data"], second.outputs["data"])).output


OUTPUTS = {"Output": "second"}
LOCAL = "cannot choose among artifacts"
