"""A nested pipeline that fails is tried again as a whole."""

from kfp import dsl


@dsl.component
def work() -> int:
    raise RuntimeError("never")


@dsl.pipeline(name="inner")
def inner():
    work()


@dsl.pipeline(name="retry-nested-pipeline")
def pipeline():
    inner().set_retry(num_retries=1, backoff_duration="0s")


STATE = "FAILED"
ATTEMPTS = {"inner": 2}
