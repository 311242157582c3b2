"""A loop over nothing."""

from typing import List

from kfp import dsl


@dsl.component
def double(n: int) -> int:
    return 2 * n


@dsl.component
def count(xs: List[int]) -> int:
    return len(xs)


@dsl.pipeline(name="loop-empty")
def pipeline(xs: List[int] = [1]) -> int:
    with dsl.ParallelFor(xs) as n:
        task = double(n=n)
    return count(xs=dsl.Collected(task.output)).output


ARGUMENTS = {"xs": []}
OUTPUTS = {"Output": 0}
LOCAL = "is of another opinion"
