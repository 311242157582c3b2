"""An address elsewhere is passed on as it is."""

from kfp import dsl


@dsl.component
def read(data: dsl.Input[dsl.Dataset]) -> str:
    return data.uri


@dsl.pipeline(name="importer-remote")
def pipeline() -> str:
    return read(data=dsl.importer(artifact_uri="https://example.org/x", artifact_class=dsl.Dataset).output).output


OUTPUTS = {"Output": "https://example.org/x"}
