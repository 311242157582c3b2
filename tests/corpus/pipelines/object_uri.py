"""A component points at an object in another bucket."""

from kfp import dsl


@dsl.component
def point(data: dsl.Output[dsl.Dataset]):
    data.uri = "minio://data/greeting.txt"


@dsl.component
def read(data: dsl.Input[dsl.Dataset]) -> str:
    return open(data.path).read()


@dsl.pipeline(name="object-uri")
def pipeline() -> str:
    return read(data=point().outputs["data"]).output


OUTPUTS = {"Output": "hello"}
URIS = {"point": {"data": "minio://data/greeting.txt"}}
LOCAL = "does not resolve minio addresses"
