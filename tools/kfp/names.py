"""How people's words for pipelines, experiments and schedules find the real ones: the server filters, whatever their number."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

from tools.kfp.api.calls import PAGE, is_id
from tools.kfp.client import Kfp
from tools.names import listed, matching, normal, not_found
from tools.result import ErrorCode, ToolError
from tools.tool import Entry, lister, resolver

FILLERS = frozenset({"the", "my", "a", "run", "runs", "pipeline", "experiment", "schedule", "called", "named"})


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
    return given if kfp.find_pipeline(given) else only("pipeline", given, kfp.pipelines)[0].name


@resolver("experiment")
def experiment(kfp: Kfp, /, given: str, args: dict[str, Any]) -> str:
    """An experiment's exact name."""
    found = kfp.find_experiment(given)
    return given if found and not found.archived else only("experiment", given, kfp.experiments)[0].name


@resolver("schedule")
def schedule(kfp: Kfp, /, given: str, args: dict[str, Any]) -> str:
    """A schedule's exact name; its id where several schedules carry the same name."""
    if is_id(given):
        return kfp.schedule(given).id
    same, _ = kfp.schedules(limit=PAGE, display_name=given)
    same = [s for s in same if s.name == given] or only("schedule", given, kfp.schedules)
    return single("schedule", same, lambda s: f"{s.id} (`{s.cron or s.seconds}`, {'on' if s.enabled else 'paused'})")


def telling(given: str) -> list[str]:
    """The words of a name without those that only lead to it."""
    words = normal(given).split()
    return [word for word in words if word not in FILLERS] or words


def only(kind: str, given: str, listing: Listing[T]) -> list[T]:
    """All that carry the one name that the words mean.

    Raises:
        ToolError: AMBIGUOUS with the candidates, or NOT_FOUND with the nearest names.
    """
    for words in dict.fromkeys([tuple(normal(given).split()), tuple(telling(given))]):
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


def single(kind: str, same: Sequence[T], describe: Callable[[T], str]) -> str:
    """The name of the only one that carries it.

    Raises:
        ToolError: AMBIGUOUS with the ids of several.
    """
    if len(same) == 1:
        return same[0].name
    message = f"{len(same)} {kind}s are called `{same[0].name}`: {listed([describe(one) for one in same])}. Give the id."
    raise ToolError(ErrorCode.AMBIGUOUS, message, [one.id for one in same])


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
