"""A condition on the item of a loop."""

from kfp import dsl


@dsl.component
def echo(n: int) -> int:
    return n


@dsl.pipeline(name="if-in-loop")
def pipeline():
    with dsl.ParallelFor([1, 2]) as n:
        with dsl.If(n == 2):
            echo(n=n)


STATES = {"for-loop-2/iteration-0/condition-3": "SKIPPED", "for-loop-2/iteration-1/condition-3/echo": "SUCCEEDED"}
