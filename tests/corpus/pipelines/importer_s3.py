"""The same object by its s3 address."""

from kfp import dsl


@dsl.component
def read(data: dsl.Input[dsl.Dataset]) -> str:
    return open(data.path).read()


@dsl.pipeline(name="importer-s3")
def pipeline() -> str:
    return read(data=dsl.importer(artifact_uri="s3://data/greeting.txt", artifact_class=dsl.Dataset).output).output


OUTPUTS = {"Output": "hello"}
LOCAL = "does not resolve s3 addresses"
