"""An optional input of a component that nobody sets."""

from typing import Optional

from kfp import dsl


@dsl.component
def describe(note: Optional[str] = None) -> str:
    return f"note {note!r}"


@dsl.pipeline(name="optional-component-input")
def pipeline() -> str:
    return describe().output


OUTPUTS = {"Output": "note None"}
