"""One import for each item of a loop."""

from typing import List

from kfp import dsl


@dsl.component
def read(data: dsl.Input[dsl.Dataset]) -> str:
    return open(data.path).read()


@dsl.component
def join(xs: List[str]) -> str:
    return "+".join(xs)


@dsl.pipeline(name="importer-in-loop")
def pipeline() -> str:
    with dsl.ParallelFor(["minio://data/greeting.txt", "s3://data/greeting.txt"]) as uri:
        task = read(data=dsl.importer(artifact_uri=uri, artifact_class=dsl.Dataset).output)
    return join(xs=dsl.Collected(task.output)).output


OUTPUTS = {"Output": "hello+hello"}
LOCAL = "does not resolve minio addresses"
