"""A failed iteration fails the loop; the others end in peace."""

from typing import List

from kfp import dsl


@dsl.component
def work(n: int) -> int:
    assert n != 2, "two"
    return n


@dsl.component
def count(xs: List[int]) -> int:
    return len(xs)


@dsl.pipeline(name="failure-in-loop")
def pipeline():
    with dsl.ParallelFor([1, 2, 3]) as n:
        task = work(n=n)
    count(xs=dsl.Collected(task.output))


STATE = "FAILED"
ERROR = "AssertionError: two"
STATES = {
    "for-loop-2/iteration-0/work": "SUCCEEDED",
    "for-loop-2/iteration-1/work": "FAILED",
    "for-loop-2/iteration-2/work": "SUCCEEDED",
    "for-loop-2": "FAILED",
    "count": "SKIPPED",
}
