"""Whole numbers inside lists and dictionaries stay ints, from constants and from outputs."""

from kfp import dsl


@dsl.component
def make() -> list:
    return [1, 2.0, {"n": 3}]


@dsl.component
def show(a: list, b: dict, c: list) -> str:
    return f"{a} {b['n']} {c} {sum(a)}"


@dsl.pipeline(name="ints-in-lists")
def pipeline() -> str:
    return show(a=[1, 2], b={"n": 3, "f": 0.5}, c=make().output).output


OUTPUTS = {"Output": "[1, 2] 3 [1, 2.0, {'n': 3}] 3"}
LOCAL = "ints inside lists arrive as floats"
