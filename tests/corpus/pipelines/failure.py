"""A failed step skips what needs it, and nothing else."""

from kfp import dsl


@dsl.component
def work() -> int:
    raise ValueError("boom")


@dsl.component
def use(n: int) -> int:
    return n


@dsl.pipeline(name="failure")
def pipeline():
    use(n=use(n=work().output).output)
    use(n=1)


STATE = "FAILED"
ERROR = "work: Failed with exit code 1: ValueError: boom"
STATES = {"work": "FAILED", "use": "SKIPPED", "use-2": "SKIPPED", "use-3": "SUCCEEDED"}
