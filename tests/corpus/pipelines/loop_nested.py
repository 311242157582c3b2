"""Loops in a loop; the collected results keep the order."""

from kfp import dsl


@dsl.component
def pair(a: str, b: int) -> str:
    return f"{a}{b}"


@dsl.component
def show(xs: list) -> str:
    return str(xs)


@dsl.pipeline(name="loop-nested")
def pipeline() -> str:
    with dsl.ParallelFor(["a", "b"]) as a:
        with dsl.ParallelFor([1, 2]) as b:
            task = pair(a=a, b=b)
    return show(xs=dsl.Collected(task.output)).output


OUTPUTS = {"Output": "[['a1', 'a2'], ['b1', 'b2']]"}
