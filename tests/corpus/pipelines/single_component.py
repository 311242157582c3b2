"""One component, compiled without a pipeline around it."""

from kfp import dsl


@dsl.component
def pipeline(a: int, b: int = 2) -> int:
    return a + b


ARGUMENTS = {"a": 3}
OUTPUTS = {"Output": 5}
