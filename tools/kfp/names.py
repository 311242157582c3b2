"""How people's words for pipelines, runs, experiments and schedules find the real ones: the server filters, whatever their number."""

import re
from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

from tools.kfp.api.calls import PAGE, is_id
from tools.kfp.client import Kfp
from tools.names import listed, matching, normal, not_found
from tools.result import ErrorCode, ToolError
from tools.tool import Entry, lister, resolver

LATEST = frozenset({"latest", "last", "newest", "most recent"})
FILLERS = frozenset({"the", "my", "a", "run", "runs", "pipeline", "experiment", "schedule", "called", "named"})
_START_OF_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f-]*)?", re.I)


class _Named(Protocol):
    @property
    def id(self) -> str: ...

    @property
    def name(self) -> str: ...


T = TypeVar("T", bound=_Named)
Listing = Callable[..., tuple[list[T], int]]
"""`listing(*words, limit=...)`: what has all these words in its name, newest first."""


@resolver("pipeline")
def pipeline(kfp: Kfp, /, given: str, args: dict[str, Any]) -> str:
    """A pipeline's exact name."""
    return given if kfp.find_pipeline(given) else _only("pipeline", given, kfp.pipelines)[0].name


@resolver("experiment")
def experiment(kfp: Kfp, /, given: str, args: dict[str, Any]) -> str:
    """An experiment's exact name."""
    found = kfp.find_experiment(given)
    return given if found and not found.archived else _only("experiment", given, kfp.experiments)[0].name


@resolver("schedule")
def schedule(kfp: Kfp, /, given: str, args: dict[str, Any]) -> str:
    """A schedule's exact name; its id where several schedules carry the same name."""
    if is_id(given):
        return kfp.schedule(given).id
    same, _ = kfp.schedules(limit=PAGE, display_name=given)
    same = [s for s in same if s.name == given] or _only("schedule", given, kfp.schedules)
    return _single("schedule", same, lambda s: f"{s.id} (`{s.cron or s.seconds}`, {'on' if s.enabled else 'paused'})")


@resolver("run")
def run(kfp: Kfp, /, given: str, args: dict[str, Any]) -> str:
    """A run's name; its id where several runs carry the same name."""
    if " ".join(_telling(given)) in LATEST:
        newest, _ = kfp.runs(limit=1)
        if not newest:
            raise ToolError(ErrorCode.NOT_FOUND, "there are no runs yet.")
        return _name_or_id(kfp, newest[0])
    if normal(given).split()[:1] and normal(given).split()[0] in LATEST and not kfp.runs(limit=1, display_name=given)[0]:
        return _newest_of(kfp, " ".join(word for word in _telling(given)[1:] if word != "of"))
    if is_id(given):
        return _name_or_id(kfp, kfp.run(given))
    if _START_OF_ID.fullmatch(given):
        begun = [r for r in kfp.runs_by_id(given) if r.id.startswith(given.lower())]
        if len(begun) == 1:
            return _name_or_id(kfp, begun[0])
    same, _ = kfp.runs(limit=PAGE, display_name=given)
    same = [r for r in same if r.name == given] or _only("run", given, kfp.runs)
    return _single("run", same, lambda r: f"{r.id[:8]} ({r.state}, {r.created:%Y-%m-%d %H:%M})" if r.created else r.id[:8])


def _newest_of(kfp: Kfp, given: str) -> str:
    """The newest run of a pipeline, for "latest churn"."""
    name = pipeline.resolve(kfp, given, {})
    newest, _ = kfp.runs(limit=1, pipeline_id=kfp.pipeline(name).id)
    if not newest:
        raise ToolError(ErrorCode.NOT_FOUND, f"pipeline `{name}` has no runs yet.")
    return _name_or_id(kfp, newest[0])


def _telling(given: str) -> list[str]:
    """The words of a name without those that only lead to it."""
    words = normal(given).split()
    return [word for word in words if word not in FILLERS] or words


def _only(kind: str, given: str, listing: Listing[T]) -> list[T]:
    """All that carry the one name that the words mean.

    Raises:
        ToolError: AMBIGUOUS with the candidates, or NOT_FOUND with the nearest names.
    """
    for words in dict.fromkeys([tuple(normal(given).split()), tuple(_telling(given))]):
        there = _reading_like(words, listing) if words else []
        fitting = matching(" ".join(words), list(dict.fromkeys(one.name for one in there)))
        if len(fitting) == 1:
            return [one for one in there if one.name == fitting[0]]
        if fitting:
            raise ToolError(ErrorCode.AMBIGUOUS, f"several {kind}s fit `{given}`: {listed(fitting)}. Say which one.", fitting)
    raise not_found(kind, given, list(dict.fromkeys(one.name for one in listing(limit=PAGE)[0])))


def _reading_like(words: Sequence[str], listing: Listing[T]) -> list[T]:
    """What has these words in its name: the newest, and where there are more, those with just these words in a row."""
    there, total = listing(*words, limit=PAGE)
    if total > len(there) and len(words) > 1:
        there = [*there, *(one for mark in "-_ " for one in listing(mark.join(words), limit=PAGE)[0])]
    return list({one.id: one for one in there}.values())


def _single(kind: str, same: Sequence[T], describe: Callable[[T], str]) -> str:
    """The name of the only one that carries it.

    Raises:
        ToolError: AMBIGUOUS with the ids of several.
    """
    if len(same) == 1:
        return same[0].name
    message = f"{len(same)} {kind}s are called `{same[0].name}`: {listed([describe(one) for one in same])}. Give the id."
    raise ToolError(ErrorCode.AMBIGUOUS, message, [one.id for one in same])


def _name_or_id(kfp: Kfp, found: _Named) -> str:
    """The run's name if no other run has it."""
    return found.name if kfp.runs(limit=1, display_name=found.name)[1] == 1 else found.id


@lister("schedule")
def schedules(kfp: Kfp, /) -> list[Entry]:
    """Schedules with their state."""
    return [Entry("schedule", s.name, {"enabled": s.enabled}) for s in kfp.schedules()[0]]


@lister("pipeline")
def pipelines(kfp: Kfp, /) -> list[Entry]:
    """Pipelines with the types of their parameters."""
    entries = []
    for found in kfp.pipelines()[0]:
        versions, _ = kfp.versions(found.id, limit=1)
        parameters = {p.name: p.type for p in versions[0].parameters} if versions else {}
        entries.append(Entry("pipeline", found.name, {"parameters": parameters, "description": found.description}))
    return entries


@lister("experiment")
def experiments(kfp: Kfp, /) -> list[Entry]:
    """Experiments."""
    return [Entry("experiment", e.name) for e in kfp.experiments()[0]]


@lister("run")
def runs(kfp: Kfp, /) -> list[Entry]:
    """The newest runs with their state and pipeline."""
    return [Entry("run", r.name, {"state": r.state, "pipeline": r.pipeline, "id": r.id}) for r in kfp.runs(limit=PAGE)[0]]
