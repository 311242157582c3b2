"""How people's words for pipelines, runs and experiments find the real ones."""

from typing import Any

from tools.kfp.client import PAGE, Kfp
from tools.names import listed, matching, not_found, resolve
from tools.result import ErrorCode, ToolError
from tools.tool import Entry, lister, resolver

LATEST = frozenset({"latest", "last", "newest", "the latest", "most recent"})


@resolver("pipeline")
def pipeline(kfp: Kfp, /, given: str, args: dict[str, Any]) -> str:
    """A pipeline's exact name."""
    return resolve("pipeline", given, [p.name for p in kfp.pipelines()[0]])


@resolver("experiment")
def experiment(kfp: Kfp, /, given: str, args: dict[str, Any]) -> str:
    """An experiment's exact name."""
    return resolve("experiment", given, [e.name for e in kfp.experiments()[0]])


@resolver("run")
def run(kfp: Kfp, /, given: str, args: dict[str, Any]) -> str:
    """A run's name; its id where several runs carry the same name."""
    if given.lower().strip() in LATEST:
        newest, _ = kfp.runs(limit=1)
        if not newest:
            raise ToolError(ErrorCode.NOT_FOUND, "there are no runs yet.")
        given = newest[0].id
    recent, _ = kfp.runs(limit=PAGE)
    by_id = next((r for r in recent if r.id == given or (len(given) >= 8 and r.id.startswith(given))), None)
    if by_id is not None:
        return by_id.name if sum(r.name == by_id.name for r in recent) == 1 else by_id.id
    names = matching(given, [r.name for r in recent])
    if not names:
        exact, _ = kfp.runs(limit=2, display_name=given)
        names = [r.name for r in exact]
    if not names:
        raise not_found("run", given, list(dict.fromkeys(r.name for r in recent)))
    if len(names) == 1:
        return names[0]
    if len(set(names)) == 1:
        same = [r for r in recent if r.name == names[0]]
        choices = [f"{r.id[:8]} ({r.state}, {r.created:%Y-%m-%d %H:%M})" for r in same if r.created]
        message = f"{len(same)} runs are called `{names[0]}`: {listed(choices)}. Give the id."
        raise ToolError(ErrorCode.AMBIGUOUS, message, [r.id for r in same])
    raise ToolError(ErrorCode.AMBIGUOUS, f"several runs fit `{given}`: {listed(names)}. Say which one.", names)


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
