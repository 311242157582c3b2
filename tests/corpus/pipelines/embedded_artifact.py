"""A file embedded into the component."""

import pathlib

from kfp import dsl


@dsl.component(embedded_artifact_path=str(pathlib.Path(__file__).with_name("embedded.txt")))
def read(asset: dsl.EmbeddedInput[dsl.Dataset]) -> str:
    return open(asset.path).read().strip()


@dsl.pipeline(name="embedded-artifact")
def pipeline() -> str:
    return read().output


OUTPUTS = {"Output": "embedded"}
