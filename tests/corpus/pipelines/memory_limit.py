"""A step that needs more memory than it asked for fails."""

from kfp import dsl


@dsl.component
def fill() -> int:
    return len(bytearray(2_000_000_000))


@dsl.pipeline(name="memory-limit")
def pipeline() -> int:
    return fill().set_memory_limit("500M").output


STATE = "FAILED"
ERROR = "MemoryError"
LOCAL = "does not limit memory"
