"""A Python component that names an image of its own runs on this machine, and its log says so."""

from kfp import dsl


@dsl.component(base_image="example.org/with/tools:1")
def echo(text: str) -> str:
    return text


@dsl.pipeline(name="other-image")
def pipeline() -> str:
    return echo(text="x").output


OUTPUTS = {"Output": "x"}
LOGS = {"echo": "instead of in example.org/with/tools:1"}
