"""A branch inside a nested pipeline decides what it returns."""

from kfp import dsl


@dsl.component
def echo(text: str) -> str:
    return text


@dsl.pipeline(name="inner")
def inner(mode: str) -> str:
    with dsl.If(mode == "a"):
        first = echo(text="was a")
    with dsl.Else():
        second = echo(text="was not a")
    return dsl.OneOf(first.output, second.output)


@dsl.pipeline(name="condition-in-nested-pipeline")
def pipeline() -> str:
    return echo(text=f"{inner(mode='a').output}, {inner(mode='b').output}").output


OUTPUTS = {"Output": "was a, was not a"}
