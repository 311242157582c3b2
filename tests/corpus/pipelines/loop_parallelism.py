"""At most two iterations at once."""

from kfp import dsl


@dsl.component
def times() -> list:
    import time

    start = time.time()
    time.sleep(0.3)
    return [start, time.time()]


@dsl.component
def at_most_two(spans: list) -> bool:
    return max(sum(1 for start, end in spans if start <= moment < end) for moment, _ in spans) <= 2


@dsl.pipeline(name="loop-parallelism")
def pipeline() -> bool:
    with dsl.ParallelFor([1, 2, 3, 4, 5], parallelism=2):
        task = times().set_caching_options(False)
    return at_most_two(spans=dsl.Collected(task.output)).output


OUTPUTS = {"Output": True}
