"""An optional input artifact that nobody passes."""

from typing import Optional

from kfp import dsl


@dsl.component
def use(data: Optional[dsl.Input[dsl.Dataset]] = None) -> str:
    return "none" if data is None else "some"


@dsl.pipeline(name="optional-artifact-absent")
def pipeline() -> str:
    return use().output


OUTPUTS = {"Output": "none"}
