"""Only some iterations produce what is collected."""

from typing import List

from kfp import dsl


@dsl.component
def double(n: int) -> int:
    return 2 * n


@dsl.component
def total(xs: List[int]) -> int:
    return sum(xs)


@dsl.pipeline(name="collected-from-condition")
def pipeline(threshold: int = 1) -> int:
    with dsl.ParallelFor([1, 2, 3]) as n:
        with dsl.If(n > threshold):
            task = double(n=n)
    return total(xs=dsl.Collected(task.output)).output


OUTPUTS = {"Output": 10}
LOCAL = "fails when an iteration has nothing to collect"
