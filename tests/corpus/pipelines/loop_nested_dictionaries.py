"""Items that hold lists, by key."""

from typing import List

from kfp import dsl


@dsl.component
def show(xs: list, ys: list) -> str:
    return f"{xs} {ys}"


@dsl.component
def join(xs: List[str]) -> str:
    return "; ".join(xs)


@dsl.pipeline(name="loop-nested-dictionaries")
def pipeline() -> str:
    with dsl.ParallelFor([{"xs": [1, 2.5], "ys": [{"k": None}]}, {"xs": [], "ys": [[3]]}]) as item:
        task = show(xs=item.xs, ys=item.ys)
    return join(xs=dsl.Collected(task.output)).output


OUTPUTS = {"Output": "[1, 2.5] [{'k': None}]; [] [[3]]"}
LOCAL = "ints inside lists arrive as floats"
