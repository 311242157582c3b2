"""A whole pipeline as exit task."""

from kfp import dsl


@dsl.component
def work():
    raise ValueError("boom")


@dsl.component
def echo(text: str) -> str:
    return text


@dsl.pipeline(name="cleaning")
def cleaning(text: str):
    echo(text=echo(text=text).output)


@dsl.pipeline(name="pipeline-as-exit-task")
def pipeline():
    with dsl.ExitHandler(cleaning(text="bye")):
        work()


STATE = "FAILED"
STATES = {"cleaning/echo-2": "SUCCEEDED"}
