"""A component that names a path of its own for an artifact, and leaves nothing there."""

from kfp import dsl


@dsl.component
def make(data: dsl.Output[dsl.Dataset]):
    data.custom_path = "/srv/no/such/place"
    data.metadata["rows"] = 0


@dsl.component
def read(data: dsl.Input[dsl.Dataset]) -> int:
    import os

    return data.metadata["rows"] + int(os.path.exists(data.path))


@dsl.pipeline(name="custom-path-absent")
def pipeline() -> int:
    return read(data=make().outputs["data"]).output


OUTPUTS = {"Output": 0}
