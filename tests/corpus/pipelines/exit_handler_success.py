"""An exit task after success sees the state."""

from kfp import dsl


@dsl.component
def work():
    print("done")


@dsl.component
def clean(status: dsl.PipelineTaskFinalStatus) -> str:
    return f"{status.state} {status.pipeline_task_name} {status.error_message}"


@dsl.pipeline(name="exit-handler-success")
def pipeline():
    with dsl.ExitHandler(clean()):
        work()


STATES = {"clean": "SUCCEEDED"}
TASK_OUTPUTS = {"clean": {"Output": "SUCCEEDED exit-handler-1 None"}}
