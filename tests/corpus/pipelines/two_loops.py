"""One loop over what another has collected."""

from typing import List

from kfp import dsl


@dsl.component
def double(n: int) -> int:
    return 2 * n


@dsl.component
def total(xs: List[int]) -> int:
    return sum(xs)


@dsl.component
def keep(xs: List[int]) -> List[int]:
    return xs


@dsl.pipeline(name="two-loops")
def pipeline() -> int:
    with dsl.ParallelFor([1, 2]) as n:
        first = double(n=n)
    kept = keep(xs=dsl.Collected(first.output))
    with dsl.ParallelFor(kept.output) as m:
        second = double(n=m)
    return total(xs=dsl.Collected(second.output)).output


OUTPUTS = {"Output": 12}
LOCAL = "ints inside lists arrive as floats"
