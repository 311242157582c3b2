"""A loop over the items of a loop's item."""

from typing import List

from kfp import dsl


@dsl.component
def echo(n: int) -> int:
    return n


@dsl.pipeline(name="loop-of-lists")
def pipeline(rows: List[List[int]] = [[1, 2], [3]]):
    with dsl.ParallelFor(rows) as row:
        with dsl.ParallelFor(row) as n:
            echo(n=n)


STATES = {
    "for-loop-1/iteration-0/for-loop-2/iteration-1/echo": "SUCCEEDED",
    "for-loop-1/iteration-1/for-loop-2/iteration-0/echo": "SUCCEEDED",
    "for-loop-1/iteration-1/for-loop-2/iteration-1/echo": None,
}
