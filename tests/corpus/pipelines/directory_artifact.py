"""A folder as an artifact."""

from kfp import dsl


@dsl.component
def write(data: dsl.Output[dsl.Dataset]):
    import os

    os.makedirs(data.path)
    for name in ("b", "a"):
        open(os.path.join(data.path, name), "w").write(name)


@dsl.component
def read(data: dsl.Input[dsl.Dataset]) -> list:
    import os

    return sorted(os.listdir(data.path))


@dsl.pipeline(name="directory-artifact")
def pipeline() -> list:
    return read(data=write().outputs["data"]).output


OUTPUTS = {"Output": ["a", "b"]}
