"""An optional input artifact that is passed."""

from typing import Optional

from kfp import dsl


@dsl.component
def write(data: dsl.Output[dsl.Dataset]):
    open(data.path, "w").write("x")


@dsl.component
def use(data: Optional[dsl.Input[dsl.Dataset]] = None) -> str:
    return "none" if data is None else open(data.path).read()


@dsl.pipeline(name="optional-artifact-given")
def pipeline() -> str:
    return use(data=write().outputs["data"]).output


OUTPUTS = {"Output": "x"}
