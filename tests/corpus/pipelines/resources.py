"""Limits of processor and memory that the step stays within."""

from kfp import dsl


@dsl.component
def show() -> int:
    return len(bytearray(1000))


@dsl.pipeline(name="resources")
def pipeline() -> int:
    return show().set_cpu_limit("1").set_cpu_request("500m").set_memory_limit("1G").set_memory_request("512Mi").output


OUTPUTS = {"Output": 1000}
