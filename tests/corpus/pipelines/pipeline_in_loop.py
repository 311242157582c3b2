"""A nested pipeline in a loop, its outputs collected."""

from typing import List

from kfp import dsl


@dsl.component
def add(a: int, b: int) -> int:
    return a + b


@dsl.component
def total(xs: List[int]) -> int:
    return sum(xs)


@dsl.pipeline(name="inner")
def inner(n: int) -> int:
    return add(a=add(a=n, b=1).output, b=n).output


@dsl.pipeline(name="pipeline-in-loop")
def pipeline() -> int:
    with dsl.ParallelFor([1, 2, 3]) as n:
        task = inner(n=n)
    return total(xs=dsl.Collected(task.output)).output


OUTPUTS = {"Output": 15}
LOCAL = "ints inside lists arrive as floats"
