"""A loop over dictionaries that a step made, by key and as a whole."""

from typing import Dict, List

from kfp import dsl


@dsl.component
def make() -> List[Dict[str, str]]:
    return [{"a": "it's", "b": '"q"'}, {"a": "2", "b": "y"}]


@dsl.component
def show(a: str, whole: dict) -> str:
    return a + whole["b"]


@dsl.component
def join(xs: List[str]) -> str:
    return "|".join(xs)


@dsl.pipeline(name="loop-dictionaries-from-output")
def pipeline() -> str:
    with dsl.ParallelFor(make().output) as item:
        task = show(a=item.a, whole=item)
    return join(xs=dsl.Collected(task.output)).output


OUTPUTS = {"Output": 'it\'s"q"|2y'}
