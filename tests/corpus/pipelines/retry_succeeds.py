"""A step that does not work at once, tried again after a pause."""

from kfp import dsl


@dsl.component
def now() -> float:
    import time

    return time.time()


@dsl.component
def work(start: float) -> str:
    import time

    if time.time() < start + 0.9:
        raise RuntimeError("too early")
    return "now"


@dsl.pipeline(name="retry-succeeds")
def pipeline() -> str:
    return work(start=now().output).set_retry(num_retries=3, backoff_duration="1s").output


OUTPUTS = {"Output": "now"}
ATTEMPTS = {"work": 2}
