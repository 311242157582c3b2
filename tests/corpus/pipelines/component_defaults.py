"""Defaults of a component for the inputs that its task does not set."""

from kfp import dsl


@dsl.component
def describe(i: int = 4, f: float = 2.0, s: str = "x", b: bool = True) -> str:
    return f"{i!r} {f!r} {s!r} {b!r}"


@dsl.pipeline(name="component-defaults")
def pipeline() -> str:
    return describe(i=7).output


OUTPUTS = {"Output": "7 2.0 'x' True"}
