"""A display name changes nothing but what people see."""

from kfp import dsl


@dsl.component
def echo(text: str) -> str:
    return text


@dsl.pipeline(name="display-name", display_name="A pipeline", description="Says something.")
def pipeline() -> str:
    return echo(text="x").set_display_name("Say it").output


OUTPUTS = {"Output": "x"}
