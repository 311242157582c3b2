"""Every parameter type, from the caller to a step and back."""

from kfp import dsl


@dsl.component
def describe(i: int, f: float, s: str, b: bool, xs: list, d: dict) -> str:
    return f"{i!r} {f!r} {s!r} {b!r} {xs!r} {d!r}"


@dsl.pipeline(name="parameter-types")
def pipeline(i: int, f: float, s: str, b: bool, xs: list, d: dict) -> str:
    return describe(i=i, f=f, s=s, b=b, xs=xs, d=d).output


ARGUMENTS = {"i": 4, "f": 0.5, "s": "x", "b": True, "xs": [1, "a", [2]], "d": {"k": [1, 2.5]}}
OUTPUTS = {"Output": "4 0.5 'x' True [1, 'a', [2]] {'k': [1, 2.5]}"}
LOCAL = "ints inside lists arrive as floats"
