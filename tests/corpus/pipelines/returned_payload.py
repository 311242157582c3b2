"""A value returned for an artifact becomes its file."""

from kfp import dsl


@dsl.component
def make() -> dsl.Artifact:
    return "payload"


@dsl.component
def read(data: dsl.Input[dsl.Artifact]) -> str:
    return open(data.path).read()


@dsl.pipeline(name="returned-payload")
def pipeline() -> str:
    return read(data=make().output).output


OUTPUTS = {"Output": "payload"}
LOCAL = "does not run it"
