"""What a compiled pipeline asks for that this engine does not have."""

from standalone.engine.contract import JsonObject


def check(pipeline_spec: JsonObject, platform_spec: JsonObject | None) -> list[str]:
    """Everything in a pipeline that this engine cannot run, each in a sentence that names it; empty means runnable."""
    raise NotImplementedError
