"""Filling a tool's arguments from a step, each by its kind."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from swarm.planner import values
from swarm.planner.context import Args, Context, Unclear
from swarm.planner.language import stem
from swarm.planner.objects import bucket, object_key, object_list
from swarm.planner.references import NOUNS
from swarm.planner.runparts import metrics
from swarm.planner.runs import arguments, pipeline, run, run_list
from swarm.planner.things import existing


def fill(schema: Mapping[str, Any], context: Context) -> tuple[Args, dict[str, Unclear]]:
    """The arguments that the text gives, by name, and those that it leaves open; what it does not give is left out."""
    args: Args = {}
    unclear: dict[str, Unclear] = {}
    for name, spec in schema.get("properties", {}).items():
        value = _value(name, spec, context, args)
        if isinstance(value, Unclear):
            unclear[name] = value
        elif value is not None:
            args[name] = [value] if spec.get("type") == "array" and not isinstance(value, list) else value
    return args, unclear


def _value(name: str, spec: Mapping[str, Any], context: Context, args: Args) -> Any:
    kind = context.kinds.get(name, "")
    if spec.get("type") == "array" and kind in _LISTS:
        return _LISTS[kind](context, args)
    if kind in _FILLERS:
        return _FILLERS[kind](name, context, args)
    if kind in NOUNS or context.entries(kind):
        return existing(kind, name, context, args)
    if "enum" in spec:
        said = {stem(word) for word in re.findall(r"\w+", context.without().lower())}
        return next((choice for choice in spec["enum"] if stem(str(choice).lower()) in said), None)
    return None


Filler = Callable[[str, Context, Args], Any]


_FILLERS: Mapping[str, Filler] = {
    "pipeline": pipeline,
    "run": run,
    "bucket": bucket,
    "object": object_key,
    "arguments": arguments,
    **values.FILLERS,
}


_LISTS: Mapping[str, Callable[[Context, Args], Any]] = {"run": run_list, "metric": metrics, "object": object_list}
