"""The artifacts of nested loops as one flat list."""

from typing import List

from kfp import dsl


@dsl.component
def write(a: str, b: str, data: dsl.Output[dsl.Dataset]):
    open(data.path, "w").write(a + b)


@dsl.component
def join(parts: dsl.Input[List[dsl.Dataset]]) -> str:
    return " ".join(open(part.path).read() for part in parts)


@dsl.pipeline(name="loop-nested-collected-artifacts")
def pipeline() -> str:
    with dsl.ParallelFor(["x", "y"]) as a:
        with dsl.ParallelFor(["1", "2"]) as b:
            task = write(a=a, b=b)
    return join(parts=dsl.Collected(task.outputs["data"])).output


OUTPUTS = {"Output": "x1 x2 y1 y2"}
LOCAL = "does not flatten them"
