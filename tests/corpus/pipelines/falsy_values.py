"""Zero, false, and nothing in it are values like any other."""

from typing import NamedTuple

from kfp import dsl


@dsl.component
def make(i: int, b: bool, s: str, xs: list, d: dict) -> NamedTuple(
    "Outputs", [("i", int), ("b", bool), ("s", str), ("xs", list), ("d", dict)]
):
    from collections import namedtuple

    return namedtuple("Outputs", "i b s xs d")(i, b, s, xs, d)


@dsl.component
def show(i: int = 1, b: bool = True, s: str = "x", xs: list = [1], d: dict = {"a": 1}) -> str:
    return f"{i} {b} {s!r} {xs} {d}"


@dsl.pipeline(name="falsy-values")
def pipeline(i: int = 0, b: bool = False, s: str = "", xs: list = [], d: dict = {}) -> str:
    made = make(i=i, b=b, s=s, xs=xs, d=d).outputs
    return show(i=made["i"], b=made["b"], s=made["s"], xs=made["xs"], d=made["d"]).output


OUTPUTS = {"Output": "0 False '' [] {}"}
