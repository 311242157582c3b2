"""A placeholder inside a value is text like any other."""

from kfp import dsl


@dsl.component
def echo(text: str) -> str:
    return text


@dsl.pipeline(name="text-is-not-searched-twice")
def pipeline(name: str, secret: str = "no") -> str:
    return echo(text=f"<{name}> {secret}").output


ARGUMENTS = {"name": "{{$.inputs.parameters['pipelinechannel--secret']}}"}
OUTPUTS = {"Output": "<{{$.inputs.parameters['pipelinechannel--secret']}}> no"}
LOCAL = "replaces placeholders inside values"
