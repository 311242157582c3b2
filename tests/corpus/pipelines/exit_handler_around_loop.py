"""A loop and a condition under an exit handler."""

from kfp import dsl


@dsl.component
def work(n: int) -> int:
    assert n < 3
    return n


@dsl.component
def clean(status: dsl.PipelineTaskFinalStatus) -> str:
    return status.state


@dsl.pipeline(name="exit-handler-around-loop")
def pipeline(mode: str = "on"):
    with dsl.ExitHandler(clean()):
        with dsl.If(mode == "on"):
            with dsl.ParallelFor([1, 2, 3]) as n:
                work(n=n)


STATE = "FAILED"
TASK_OUTPUTS = {"clean": {"Output": "FAILED"}}
