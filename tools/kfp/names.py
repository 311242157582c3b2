"""How people's words for pipelines, runs and experiments find the real ones."""

from collections.abc import Sequence
from typing import Any

from tools.kfp.api.calls import PAGE
from tools.kfp.client import Kfp
from tools.kfp.model import Run
from tools.names import listed, matching, normal, not_found, resolve
from tools.result import ErrorCode, ToolError
from tools.tool import Entry, lister, resolver

LATEST = frozenset({"latest", "last", "newest", "most recent"})
FILLERS = frozenset({"the", "my", "run"})


@resolver("pipeline")
def pipeline(kfp: Kfp, /, given: str, args: dict[str, Any]) -> str:
    """A pipeline's exact name."""
    names = [p.name for p in kfp.pipelines()[0]]
    if not matching(given, names):
        names += [p.name for p in kfp.pipelines(query=given)[0]]
    return resolve("pipeline", given, names)


@resolver("experiment")
def experiment(kfp: Kfp, /, given: str, args: dict[str, Any]) -> str:
    """An experiment's exact name."""
    return resolve("experiment", given, [e.name for e in kfp.experiments()[0]])


@resolver("run")
def run(kfp: Kfp, /, given: str, args: dict[str, Any]) -> str:
    """A run's name; its id where several runs carry the same name."""
    recent, _ = kfp.runs(limit=PAGE)
    if " ".join(word for word in normal(given).split() if word not in FILLERS) in LATEST:
        if not recent:
            raise ToolError(ErrorCode.NOT_FOUND, "there are no runs yet.")
        return _unique(recent[0], recent)
    by_id = [r for r in recent if r.id == given or (len(given) >= 8 and r.id.startswith(given.lower()))]
    if len(by_id) == 1:
        return _unique(by_id[0], recent)
    names = matching(given, [r.name for r in recent])
    if not names:
        recent, _ = kfp.runs(limit=PAGE, display_name=given)
        names = [r.name for r in recent]
    if not names:
        raise not_found("run", given, list(dict.fromkeys(r.name for r in kfp.runs(limit=PAGE)[0])))
    different = list(dict.fromkeys(names))
    if len(different) > 1:
        raise ToolError(ErrorCode.AMBIGUOUS, f"several runs fit `{given}`: {listed(different)}. Say which one.", different)
    same = [r for r in recent if r.name == different[0]]
    if len(same) == 1:
        return same[0].name
    choices = [f"{r.id[:8]} ({r.state}, {r.created:%Y-%m-%d %H:%M})" if r.created else r.id[:8] for r in same]
    message = f"{len(same)} runs are called `{different[0]}`: {listed(choices)}. Give the id."
    raise ToolError(ErrorCode.AMBIGUOUS, message, [r.id for r in same])


def _unique(run: Run, runs: Sequence[Run]) -> str:
    return run.name if sum(r.name == run.name for r in runs) == 1 else run.id


@resolver("schedule")
def schedule(kfp: Kfp, /, given: str, args: dict[str, Any]) -> str:
    """A schedule's exact name."""
    return resolve("schedule", given, [s.name for s in kfp.schedules()[0]])


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
