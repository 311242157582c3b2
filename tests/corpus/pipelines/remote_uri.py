"""An address elsewhere that a component sets itself is kept."""

from kfp import dsl


@dsl.component
def point(data: dsl.Output[dsl.Dataset]):
    data.uri = "https://example.org/data.csv"


@dsl.component
def read(data: dsl.Input[dsl.Dataset]) -> str:
    return data.uri


@dsl.pipeline(name="remote-uri")
def pipeline() -> str:
    return read(data=point().outputs["data"]).output


OUTPUTS = {"Output": "https://example.org/data.csv"}
URIS = {"point": {"data": "https://example.org/data.csv"}}
