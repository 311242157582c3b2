"""An optional input of the pipeline without default and without argument."""

from typing import Optional

from kfp import dsl


@dsl.component
def describe(note: Optional[str] = None) -> str:
    return f"note {note!r}"


@dsl.pipeline(name="optional-pipeline-input")
def pipeline(note: Optional[str] = None) -> str:
    return describe(note=note).output


OUTPUTS = {"Output": "note None"}
LOCAL = "raises ValueError: Unknown value type"
