"""A step that runs whatever became of the one before it."""

from kfp import dsl


@dsl.component
def work() -> str:
    raise ValueError("boom")


@dsl.component
def clean(text: str = "default") -> str:
    return text


@dsl.pipeline(name="ignore-upstream-failure")
def pipeline():
    clean(text=work().output).ignore_upstream_failure()


STATE = "FAILED"
ERROR = "work: Failed with exit code 1: ValueError: boom"
STATES = {"work": "FAILED", "clean": "SUCCEEDED"}
TASK_OUTPUTS = {"clean": {"Output": "default"}}
