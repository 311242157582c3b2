"""Why a cluster executed a step although it caches: compared with the nearest earlier execution of the same step."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from tools.kfp.results.executions import CACHED, COMPLETE
from tools.kfp.results.values import properties

Inputs = dict[str, Any]
INPUT = 3
"""`Event.Type` of an artifact that was read."""


def cache_miss(execution: Any, earlier: list[Any], inputs: Mapping[int, Inputs]) -> tuple[str, tuple[str, ...]]:
    """Why an execution was not taken from the cache, and which of its inputs differ from the nearest earlier one's.

    Args:
        execution: the one that was executed.
        earlier: executions of the same pipeline, of other runs.
        inputs: parameters and artifacts of all of them by the execution's id.
    """
    own = properties(execution)
    key = own.get("cache_fingerprint")
    if not key:
        return "disabled", ()
    same = [e for e in earlier if _comparable(e, execution, str(own.get("task_name")))]
    if not same:
        return "no earlier result", ()
    if any(properties(e).get("cache_fingerprint") == key for e in same):
        return "result gone", ()
    changed = min((_changed(inputs[execution.id], inputs[e.id]) for e in sorted(same, key=lambda e: -int(e.id))), key=len)
    return ("inputs changed", changed) if changed else ("command changed", ())


def inputs_of(executions: list[Any], events: list[Any]) -> dict[int, Inputs]:
    """What executions were given: parameters, and the ids of artifacts."""
    read: defaultdict[int, defaultdict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for event in events:
        if event.type == INPUT and event.path.steps:
            read[event.execution_id][event.path.steps[0].key].append(event.artifact_id)
    return {e.id: {**(properties(e).get("inputs") or {}), **read[e.id]} for e in executions}


def _comparable(earlier: Any, execution: Any, task: str) -> bool:
    done = earlier.last_known_state in (COMPLETE, CACHED)
    return done and earlier.id < execution.id and properties(earlier).get("task_name") == task


def _changed(now: Inputs, before: Inputs) -> tuple[str, ...]:
    return tuple(sorted(name for name in {*now, *before} if now.get(name) != before.get(name)))
