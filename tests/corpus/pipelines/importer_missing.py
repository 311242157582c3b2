"""An address that leads to nothing fails the importer."""

from kfp import dsl


@dsl.component
def read(data: dsl.Input[dsl.Dataset]) -> str:
    return open(data.path).read()


@dsl.pipeline(name="importer-missing")
def pipeline() -> str:
    return read(data=dsl.importer(artifact_uri="minio://data/none.txt", artifact_class=dsl.Dataset).output).output


STATE = "FAILED"
ERROR = "minio://data/none.txt"
STATES = {"importer": "FAILED", "read": "SKIPPED"}
LOCAL = "does not resolve minio addresses"
