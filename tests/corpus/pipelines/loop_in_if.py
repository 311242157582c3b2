"""A loop in a branch."""

from kfp import dsl


@dsl.component
def echo(n: int) -> int:
    return n


@dsl.pipeline(name="loop-in-if")
def pipeline(mode: str = "on"):
    with dsl.If(mode == "on"):
        with dsl.ParallelFor([1, 2]) as n:
            echo(n=n)


STATES = {"condition-1/for-loop-3/iteration-1/echo": "SUCCEEDED"}
