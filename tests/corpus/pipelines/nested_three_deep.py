"""Pipelines three deep, with a loop inside."""

from typing import List

from kfp import dsl


@dsl.component
def double(n: int) -> int:
    return 2 * n


@dsl.component
def total(xs: List[int]) -> int:
    return sum(xs)


@dsl.pipeline(name="innermost")
def innermost(xs: List[int]) -> int:
    with dsl.ParallelFor(xs) as n:
        task = double(n=n)
    return total(xs=dsl.Collected(task.output)).output


@dsl.pipeline(name="inner")
def inner(xs: List[int]) -> int:
    return innermost(xs=xs).output


@dsl.pipeline(name="nested-three-deep")
def pipeline(xs: List[int] = [1, 2]) -> int:
    return double(n=inner(xs=xs).output).output


OUTPUTS = {"Output": 12}
LOCAL = "ints inside lists arrive as floats"
