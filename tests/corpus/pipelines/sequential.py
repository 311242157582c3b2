"""Three steps in a row, each with the parameter of the one before."""

from kfp import dsl


@dsl.component
def add(a: int, b: int) -> int:
    return a + b


@dsl.pipeline(name="sequential")
def pipeline(start: int = 1) -> int:
    first = add(a=start, b=1)
    second = add(a=first.output, b=10)
    return add(a=second.output, b=100).output


ARGUMENTS = {"start": 5}
OUTPUTS = {"Output": 116}
