"""A condition that does not hold: its task is skipped, the run succeeds."""

from kfp import dsl


@dsl.component
def echo(text: str) -> str:
    return text


@dsl.pipeline(name="if-false")
def pipeline(mode: str = "off"):
    with dsl.If(mode == "on"):
        echo(text="x")


STATES = {"condition-1": "SKIPPED", "condition-1/echo": None}
