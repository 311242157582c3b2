"""A loop over a list in the pipeline."""

from typing import List

from kfp import dsl


@dsl.component
def double(n: int) -> int:
    return 2 * n


@dsl.component
def total(xs: List[int]) -> int:
    return sum(xs)


@dsl.pipeline(name="loop-static")
def pipeline() -> int:
    with dsl.ParallelFor([1, 2, 3]) as n:
        task = double(n=n)
    return total(xs=dsl.Collected(task.output)).output


OUTPUTS = {"Output": 12}
STATES = {"for-loop-2": "SUCCEEDED", "for-loop-2/iteration-1/double": "SUCCEEDED"}
LOCAL = "ints inside lists arrive as floats"
