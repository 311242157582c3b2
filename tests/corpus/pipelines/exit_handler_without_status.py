"""An exit task that does not ask for the status."""

from kfp import dsl


@dsl.component
def work():
    raise ValueError("boom")


@dsl.component
def clean() -> str:
    return "cleaned"


@dsl.pipeline(name="exit-handler-without-status")
def pipeline():
    with dsl.ExitHandler(clean()):
        work()


STATE = "FAILED"
STATES = {"clean": "SUCCEEDED"}
TASK_OUTPUTS = {"clean": {"Output": "cleaned"}}
