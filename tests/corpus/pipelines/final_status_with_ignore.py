"""The final status of one step for another that ignores its failure."""

from kfp import dsl


@dsl.component
def work() -> str:
    raise ValueError("boom")


@dsl.component
def look(status: dsl.PipelineTaskFinalStatus) -> str:
    return f"{status.state} {status.pipeline_task_name}"


@dsl.pipeline(name="final-status-with-ignore")
def pipeline():
    task = work()
    look().after(task).ignore_upstream_failure()


STATE = "FAILED"
TASK_OUTPUTS = {"look": {"Output": "FAILED work"}}
LOCAL = "does not run it"
