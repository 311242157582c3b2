"""Two exit handlers, one after the other."""

from kfp import dsl


@dsl.component
def work(n: int) -> int:
    return n


@dsl.component
def clean(name: str, status: dsl.PipelineTaskFinalStatus) -> str:
    return f"{name} {status.state}"


@dsl.pipeline(name="exit-handlers-in-a-row")
def pipeline():
    with dsl.ExitHandler(clean(name="a")):
        work(n=1)
    with dsl.ExitHandler(clean(name="b")):
        work(n=2)


TASK_OUTPUTS = {"clean": {"Output": "a SUCCEEDED"}, "clean-2": {"Output": "b SUCCEEDED"}}
