"""A loop over dictionaries, by key."""

from typing import List

from kfp import dsl


@dsl.component
def scale(n: int, by: int) -> int:
    return n * by


@dsl.component
def total(xs: List[int]) -> int:
    return sum(xs)


@dsl.pipeline(name="loop-dictionaries")
def pipeline() -> int:
    with dsl.ParallelFor([{"n": 1, "by": 10}, {"n": 2, "by": 100}]) as item:
        task = scale(n=item.n, by=item.by)
    return total(xs=dsl.Collected(task.output)).output


OUTPUTS = {"Output": 210}
LOCAL = "ints inside lists arrive as floats"
