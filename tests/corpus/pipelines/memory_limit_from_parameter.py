"""A memory limit that is a parameter of the pipeline."""

from kfp import dsl


@dsl.component
def fill() -> int:
    return len(bytearray(2_000_000_000))


@dsl.pipeline(name="memory-limit-from-parameter")
def pipeline(memory: str = "4G"):
    fill().set_memory_limit(memory)


ARGUMENTS = {"memory": "500M"}
STATE = "FAILED"
ERROR = "MemoryError"
