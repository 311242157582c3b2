"""A loop over a parameter of the pipeline."""

from typing import List

from kfp import dsl


@dsl.component
def shout(text: str) -> str:
    return text.upper()


@dsl.component
def join(xs: List[str]) -> str:
    return "".join(xs)


@dsl.pipeline(name="loop-parameter")
def pipeline(words: List[str] = ["a", "b"]) -> str:
    with dsl.ParallelFor(words) as word:
        task = shout(text=word)
    return join(xs=dsl.Collected(task.output)).output


ARGUMENTS = {"words": ["x", "y", "z"]}
OUTPUTS = {"Output": "XYZ"}
