"""Settings for cleaning up pods mean nothing where there are none."""

from kfp import dsl


@dsl.component
def echo(text: str) -> str:
    return text


@dsl.pipeline(name="time-to-live", pipeline_config=dsl.PipelineConfig(ttl_seconds_after_finished=60))
def pipeline() -> str:
    return echo(text="x").output


OUTPUTS = {"Output": "x"}
