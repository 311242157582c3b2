"""A parameter of a megabyte."""

from kfp import dsl


@dsl.component
def make(n: int) -> str:
    return "x" * n


@dsl.component
def measure(text: str) -> int:
    return len(text)


@dsl.pipeline(name="large-parameter")
def pipeline() -> int:
    return measure(text=make(n=1_000_000).output).output


OUTPUTS = {"Output": 1_000_000}
LOCAL = "fails above 128 KiB"
