"""Independent steps, joined by one that needs them all."""

from kfp import dsl


@dsl.component
def double(n: int) -> int:
    return 2 * n


@dsl.component
def total(a: int, b: int, c: int) -> int:
    return a + b + c


@dsl.pipeline(name="parallel")
def pipeline() -> int:
    return total(a=double(n=1).output, b=double(n=2).output, c=double(n=3).output).output


OUTPUTS = {"Output": 12}
