"""An artifact as output of the pipeline."""

from kfp import dsl


@dsl.component
def write(data: dsl.Output[dsl.Dataset]):
    open(data.path, "w").write("x")


@dsl.pipeline(name="pipeline-artifact-output")
def pipeline() -> dsl.Dataset:
    return write().outputs["data"]


ARTIFACTS = {"": {"Output": ("system.Dataset", {})}}
