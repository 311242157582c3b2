"""The platform's part of a compiled pipeline: what it sets for a whole run, and for single executors."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, TypeGuard

from google.protobuf import json_format
from pydantic import JsonValue

from standalone.engine import ir
from standalone.engine.contract import EngineError, JsonObject

if TYPE_CHECKING:
    from kfp.pipeline_spec import pipeline_spec_pb2 as pb

# There are no pods to clean up; the worker keeps the deadline.
_KEPT = {"resourceTtlOnCompletion", "resourceTtlOnSuccess", "resourceTtlOnFailure", "activeDeadlineSeconds"}
# Younger than the messages.
_PARALLELISM = "pipelineRunParallelism"


def check(platform_spec: JsonObject | None) -> list[str]:
    """Everything in it that this platform does not have, each in a sentence that names it."""
    try:
        return [*_settings(platform_spec or {}), *_executors(_parse(platform_spec or {}))]
    except EngineError as error:
        return [str(error)]


def deadline_seconds(platform_spec: JsonObject | None) -> float | None:
    """The time allowed for a whole run, if any is set."""
    deadlines = [single.pipelineConfig.active_deadline_seconds for single in _parse(platform_spec or {}).platforms.values()]
    return min((float(seconds) for seconds in deadlines if seconds > 0), default=None)


def parallelism(platform_spec: JsonObject | None) -> int | None:
    """How many steps of a run may be running at once, if that is set."""
    limits = [settings.get(_PARALLELISM) for _, settings in _configurations(platform_spec or {})]
    return min((limit for limit in limits if _is_limit(limit)), default=None)


def _is_limit(value: JsonValue) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _configurations(platform_spec: JsonObject) -> Iterator[tuple[str, JsonObject]]:
    platforms = platform_spec.get("platforms")
    for name, single in platforms.items() if isinstance(platforms, dict) else ():
        settings = single.get("pipelineConfig") if isinstance(single, dict) else None
        if isinstance(settings, dict):
            yield name, settings


def _settings(platform_spec: JsonObject) -> Iterator[str]:
    for name, settings in _configurations(platform_spec):
        for key in sorted(settings):
            known = _field(key)
            if key == _PARALLELISM:
                if not _is_limit(settings[key]):
                    yield f"The pipeline's setting '{key}' must be a positive whole number, not {json.dumps(settings[key])}."
            elif (known or key) not in _KEPT:
                yield f"The pipeline's setting '{known or key}' needs {name.capitalize()}."


def _field(key: str) -> str | None:
    """The name of a setting that the messages know, from either of its two notations."""
    fields = ir.messages().PipelineConfig.DESCRIPTOR.fields
    return next((str(field.json_name) for field in fields if key in (field.name, field.json_name)), None)


def _executors(platform: "pb.PlatformSpec") -> Iterator[str]:
    for name, single in platform.platforms.items():
        for label, settings in single.deployment_spec.executors.items():
            yield from (f"The setting '{key}' of '{label.removeprefix('exec-')}' needs {name.capitalize()}." for key in settings.fields)


def _parse(platform_spec: JsonObject) -> "pb.PlatformSpec":
    """The messages; raises EngineError. Settings that they do not know are told by `_settings`."""
    platforms = platform_spec.get("platforms")
    if isinstance(platforms, dict):
        platform_spec = platform_spec | {"platforms": {name: _without_unknown(single) for name, single in platforms.items()}}
    try:
        return json_format.ParseDict(platform_spec, ir.messages().PlatformSpec())
    except (json_format.Error, ValueError) as error:
        raise EngineError(f"This is not a platform spec that this platform can read: {ir.readable(error)}.") from None


def _without_unknown(single: JsonValue) -> JsonValue:
    settings = single.get("pipelineConfig") if isinstance(single, dict) else None
    if not isinstance(single, dict) or not isinstance(settings, dict):
        return single
    return single | {"pipelineConfig": {key: value for key, value in settings.items() if _field(key)}}
