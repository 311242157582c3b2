"""Texts put together from inputs and outputs."""

from kfp import dsl


@dsl.component
def echo(text: str) -> str:
    return text


@dsl.pipeline(name="text-with-inputs")
def pipeline(name: str = "Ada", n: int = 3) -> str:
    first = echo(text=f"hello {name}")
    return echo(text=f"{first.output} x{n}!").output


OUTPUTS = {"Output": "hello Ada x3!"}
LOCAL = "writes 3 as 3.0"
