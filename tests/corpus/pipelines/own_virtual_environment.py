"""A component compiled with use_venv."""

from kfp import dsl


@dsl.component(use_venv=True)
def echo(text: str) -> str:
    return text


@dsl.pipeline(name="own-virtual-environment")
def pipeline() -> str:
    return echo(text="x").output


OUTPUTS = {"Output": "x"}
LOCAL = "needs the network"
