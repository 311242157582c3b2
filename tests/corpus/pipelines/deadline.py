"""A pipeline that sets itself a deadline."""

from kfp import dsl


@dsl.component
def nap():
    import time

    time.sleep(30)


@dsl.pipeline(name="deadline", pipeline_config=dsl.PipelineConfig(active_deadline_seconds=1))
def pipeline():
    nap()


STATE = "FAILED"
ERROR = "did not end within 1 seconds"
STATES = {"nap": "CANCELED", "": "CANCELED"}
