"""Several outputs of one step, by name."""

from typing import NamedTuple

from kfp import dsl


@dsl.component
def split(text: str) -> NamedTuple("Outputs", [("head", str), ("length", int), ("parts", list)]):
    from collections import namedtuple

    return namedtuple("Outputs", "head length parts")(text[0], len(text), text.split())


@dsl.component
def join(head: str, length: int, parts: list) -> str:
    return f"{head}-{length}-{parts}"


@dsl.pipeline(name="named-outputs")
def pipeline() -> str:
    task = split(text="a bc")
    return join(head=task.outputs["head"], length=task.outputs["length"], parts=task.outputs["parts"]).output


OUTPUTS = {"Output": "a-4-['a', 'bc']"}
