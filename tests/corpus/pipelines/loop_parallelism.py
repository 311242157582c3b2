"""At most two iterations at once."""

from kfp import dsl


@dsl.component
def times() -> list:
    import time

    start = time.time()
    time.sleep(0.3)
    return [start, time.time()]


@dsl.component
def most(spans: list) -> int:
    return max(sum(1 for start, end in spans if start <= moment < end) for moment, _ in spans)


@dsl.pipeline(name="loop-parallelism")
def pipeline() -> int:
    with dsl.ParallelFor([1, 2, 3, 4, 5], parallelism=2):
        task = times().set_caching_options(False)
    return most(spans=dsl.Collected(task.output)).output


OUTPUTS = {"Output": 2}
