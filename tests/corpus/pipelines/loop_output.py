"""A loop over the output of a step."""

from kfp import dsl


@dsl.component
def make() -> list:
    return ["p", "q"]


@dsl.component
def shout(text: str) -> str:
    return text.upper()


@dsl.component
def join(xs: list) -> str:
    return "".join(xs)


@dsl.pipeline(name="loop-output")
def pipeline() -> str:
    with dsl.ParallelFor(make().output) as word:
        task = shout(text=word)
    return join(xs=dsl.Collected(task.output)).output


OUTPUTS = {"Output": "PQ"}
