"""A step has no more processor cores than its limit."""

from kfp import dsl


@dsl.component
def cores() -> int:
    import os

    return len(os.sched_getaffinity(0))


@dsl.pipeline(name="cpu-limit")
def pipeline() -> int:
    return cores().set_cpu_limit("500m").output


OUTPUTS = {"Output": 1}
LOCAL = "does not hold a step to its limits"
