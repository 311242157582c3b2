"""Retries inside a loop, each iteration on its own."""

from kfp import dsl


@dsl.component
def work(n: int) -> int:
    if n == 2:
        raise RuntimeError("two")
    return n


@dsl.pipeline(name="retry-in-loop")
def pipeline():
    with dsl.ParallelFor([1, 2]) as n:
        work(n=n).set_retry(num_retries=1, backoff_duration="0s")


STATE = "FAILED"
ATTEMPTS = {"for-loop-2/iteration-0/work": 1, "for-loop-2/iteration-1/work": 2}
