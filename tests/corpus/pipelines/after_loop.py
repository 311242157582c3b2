"""A step after a step of a loop waits for the whole loop."""

from typing import List

from kfp import dsl


@dsl.component
def nap(n: int) -> float:
    import time

    time.sleep(0.1 * n)
    return time.time()


@dsl.component
def now() -> float:
    import time

    return time.time()


@dsl.component
def later(moment: float, xs: List[float]) -> bool:
    return all(moment > x for x in xs)


@dsl.pipeline(name="after-loop")
def pipeline() -> bool:
    with dsl.ParallelFor([1, 2, 3]) as n:
        task = nap(n=n)
    moment = now().after(task)
    return later(moment=moment.output, xs=dsl.Collected(task.output)).output


OUTPUTS = {"Output": True}
