"""A collected list as output of the pipeline."""

from typing import List

from kfp import dsl


@dsl.component
def double(n: int) -> int:
    return 2 * n


@dsl.pipeline(name="pipeline-collected-output")
def pipeline() -> List[int]:
    with dsl.ParallelFor([1, 2]) as n:
        task = double(n=n)
    return dsl.Collected(task.output)


OUTPUTS = {"Output": [2, 4]}
