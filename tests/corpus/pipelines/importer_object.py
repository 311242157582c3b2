"""An object of a bucket as an artifact."""

from kfp import dsl


@dsl.component
def read(data: dsl.Input[dsl.Dataset]) -> str:
    return f"{open(data.path).read()} {data.metadata['k']}"


@dsl.pipeline(name="importer-object")
def pipeline() -> str:
    made = dsl.importer(artifact_uri="minio://data/greeting.txt", artifact_class=dsl.Dataset, metadata={"k": "v"})
    return read(data=made.output).output


OUTPUTS = {"Output": "hello v"}
URIS = {"importer": {"artifact": "minio://data/greeting.txt"}}
LOCAL = "does not resolve minio addresses"
