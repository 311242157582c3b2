"""Address and metadata from parameters; imported anew each time."""

from kfp import dsl


@dsl.component
def read(data: dsl.Input[dsl.Model]) -> str:
    return open(data.path).read() + str(data.metadata["n"]) + data.metadata["note"]


@dsl.pipeline(name="importer-parameter")
def pipeline(uri: str = "minio://data/greeting.txt", n: int = 3) -> str:
    made = dsl.importer(artifact_uri=uri, artifact_class=dsl.Model, reimport=True, metadata={"n": n, "note": f"n is {n}"})
    return read(data=made.output).output


OUTPUTS = {"Output": "hello3n is 3"}
LOCAL = "does not resolve minio addresses"
