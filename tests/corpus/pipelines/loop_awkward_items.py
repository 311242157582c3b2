"""Texts with quotes and unicode as items of a loop."""

from typing import List

from kfp import dsl


@dsl.component
def echo(text: str) -> str:
    return text


@dsl.component
def same(xs: List[str], ys: List[str]) -> bool:
    return xs == ys


@dsl.pipeline(name="loop-awkward-items")
def pipeline(words: List[str]) -> bool:
    with dsl.ParallelFor(words) as word:
        task = echo(text=word)
    return same(xs=dsl.Collected(task.output), ys=words).output


ARGUMENTS = {"words": ["it's", '"q"', "{{$}}", "ü\n", "", "3"]}
OUTPUTS = {"Output": True}
LOCAL = "changes texts that look like placeholders or numbers"
