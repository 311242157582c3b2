"""A step that never works, tried three times."""

from kfp import dsl


@dsl.component
def work() -> int:
    raise RuntimeError("never")


@dsl.pipeline(name="retry-exhausted")
def pipeline():
    work().set_retry(num_retries=2, backoff_duration="0s")


STATE = "FAILED"
ERROR = "RuntimeError: never"
ATTEMPTS = {"work": 3}
