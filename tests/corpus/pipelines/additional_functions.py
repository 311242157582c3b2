"""Everything that a component imports and defines inside itself."""

from kfp import dsl


@dsl.component(additional_funcs=None)
def compute(n: int) -> int:
    import math

    def square(x):
        return x * x

    return square(n) + math.floor(1.5)


@dsl.pipeline(name="additional-functions")
def pipeline() -> int:
    return compute(n=3).output


OUTPUTS = {"Output": 10}
