"""Defaults of the pipeline for everything that the caller leaves out; whole numbers stay ints."""

from kfp import dsl


@dsl.component
def describe(i: int, f: float, s: str, b: bool, xs: list, d: dict) -> str:
    return f"{i!r} {f!r} {s!r} {b!r} {xs!r} {d!r}"


@dsl.pipeline(name="pipeline-defaults")
def pipeline(i: int = 4, f: float = 2.0, s: str = "x", b: bool = False, xs: list = [1, 2], d: dict = {"k": 3}) -> str:
    return describe(i=i, f=f, s=s, b=b, xs=xs, d=d).output


OUTPUTS = {"Output": "4 2.0 'x' False [1, 2] {'k': 3}"}
LOCAL = "ints inside lists arrive as floats"
