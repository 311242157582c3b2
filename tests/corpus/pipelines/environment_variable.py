"""A variable set for one step."""

from kfp import dsl


@dsl.component
def show() -> str:
    import os

    return os.environ["GREETING"]


@dsl.pipeline(name="environment-variable")
def pipeline() -> str:
    return show().set_env_variable("GREETING", "a b'c").output


OUTPUTS = {"Output": "a b'c"}
