"""An artifact of no particular type."""

from kfp import dsl


@dsl.component
def write(thing: dsl.Output[dsl.Artifact]):
    open(thing.path, "w").write("x")


@dsl.component
def read(thing: dsl.Input[dsl.Artifact]) -> str:
    return open(thing.path).read()


@dsl.pipeline(name="generic-artifact")
def pipeline() -> str:
    return read(thing=write().outputs["thing"]).output


OUTPUTS = {"Output": "x"}
ARTIFACTS = {"write": {"thing": ("system.Artifact", {})}}
