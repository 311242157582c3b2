"""A component compiled without the step that installs the SDK."""

from kfp import dsl


@dsl.component(install_kfp_package=False)
def echo(text: str) -> str:
    return text


@dsl.pipeline(name="no-pip-step")
def pipeline() -> str:
    return echo(text="x").output


OUTPUTS = {"Output": "x"}
