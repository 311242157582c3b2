"""An exit task runs after a failure, and the run fails nevertheless."""

from kfp import dsl


@dsl.component
def work():
    raise ValueError("boom")


@dsl.component
def after_work():
    print("never")


@dsl.component
def clean(user: str, status: dsl.PipelineTaskFinalStatus) -> str:
    return f"{user} {status.state} {status.pipeline_task_name} {'boom' in status.error_message}"


@dsl.pipeline(name="exit-handler-failure")
def pipeline(user: str = "ada"):
    with dsl.ExitHandler(clean(user=user)):
        after_work().after(work())


STATE = "FAILED"
ERROR = "ValueError: boom"
STATES = {"exit-handler-1/work": "FAILED", "exit-handler-1/after-work": "SKIPPED", "exit-handler-1": "FAILED", "clean": "SUCCEEDED"}
TASK_OUTPUTS = {"clean": {"Output": "ada FAILED exit-handler-1 True"}}
