"""A component names what it wrote as a new object of another bucket; the platform brings it there."""

from kfp import dsl


@dsl.component
def write(data: dsl.Output[dsl.Dataset]):
    open(data.path, "w").write("published")
    data.uri = "minio://data/new/published.txt"


@dsl.component
def read(data: dsl.Input[dsl.Dataset]) -> str:
    return open(data.path).read()


@dsl.pipeline(name="published-object")
def pipeline() -> str:
    return read(data=write().outputs["data"]).output


OUTPUTS = {"Output": "published"}
URIS = {"write": {"data": "minio://data/new/published.txt"}}
LOCAL = "does not resolve minio addresses"
