"""The artifacts of all iterations as a list."""

from typing import List

from kfp import dsl


@dsl.component
def write(text: str, data: dsl.Output[dsl.Dataset]):
    open(data.path, "w").write(text)


@dsl.component
def join(parts: dsl.Input[List[dsl.Dataset]]) -> str:
    return "".join(open(part.path).read() for part in parts)


@dsl.pipeline(name="loop-collected-artifacts")
def pipeline() -> str:
    with dsl.ParallelFor(["x", "y", "z"]) as text:
        task = write(text=text)
    return join(parts=dsl.Collected(task.outputs["data"])).output


OUTPUTS = {"Output": "xyz"}
