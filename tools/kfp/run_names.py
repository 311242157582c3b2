"""How people's words for runs find the real ones: by name, by id, or as the newest of those that the words describe."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tools.kfp.api.calls import PAGE, is_id
from tools.kfp.client import Kfp
from tools.kfp.model import Run
from tools.kfp.names import FILLERS, experiment, only, pipeline, single
from tools.names import normal
from tools.result import ErrorCode, ToolError
from tools.states import STATES, states
from tools.tool import Entry, lister, resolver

_ORDER = re.compile(r"\b(?:latest|last|newest|most recent)\b")
_LEADS = FILLERS | set("very our one job execution attempt that which who has have had was is of in for from by s with state".split())
"""Words that only lead to what tells the run apart."""
_START_OF_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f-]*)?", re.I)


@dataclass(frozen=True)
class Wanted:
    """The newest of some runs: of all, or of those that the words name by state, pipeline, experiment, or part of their own name.

    `ahead`: the word for newest came first, so that it is hardly part of a name.
    """

    words: tuple[str, ...]
    ahead: bool
    of_experiment: bool

    @property
    def readings(self) -> Iterator[tuple[str, str]]:
        """Name and state (upper case; empty for any) as they may be meant: a word for a state may be part of a name."""
        said = states(" ".join(self.words))
        if not said or len(self.words) > 1:
            yield " ".join(self.words), ""
        for state in said:
            yield " ".join(word for word in self.words if word not in STATES[state]), state.upper()


@resolver("run")
def run(kfp: Kfp, /, given: str, args: dict[str, Any]) -> str:
    """A run's name; its id where several runs carry the same name."""
    wanted = _wanted(given)
    if wanted and wanted.ahead and not (wanted.words and kfp.runs(limit=1, display_name=given)[0]):
        return _name_or_id(kfp, _newest(kfp, wanted))
    if is_id(given):
        return _name_or_id(kfp, kfp.run(given))
    if _START_OF_ID.fullmatch(given):
        begun = [r for r in kfp.runs_by_id(given) if r.id.startswith(given.lower())]
        if len(begun) == 1:
            return _name_or_id(kfp, begun[0])
    try:
        same, _ = kfp.runs(limit=PAGE, display_name=given)
        same = [r for r in same if r.name == given] or only("run", given, kfp.runs)
    except ToolError as error:
        if not wanted or error.code is not ErrorCode.NOT_FOUND:
            raise
        return _name_or_id(kfp, _newest(kfp, wanted))
    return single("run", same, lambda r: f"{r.id[:8]} ({r.state}, {r.created:%Y-%m-%d %H:%M})" if r.created else r.id[:8])


def _wanted(given: str) -> Wanted | None:
    """What is left of "the last failed run of churn" without the words that lead to it; None where the newest is not asked for."""
    said = normal(given)
    order = _ORDER.search(said)
    if not order:
        return None
    ahead = all(word in _LEADS for word in said[: order.start()].split())
    words = tuple(word for word in _ORDER.sub(" ", said).split() if word not in _LEADS)
    return Wanted(words, ahead, "experiment" in said.split())


def _newest(kfp: Kfp, wanted: Wanted) -> Run:
    """The newest run that is wanted.

    Raises:
        ToolError: NOT_FOUND, or AMBIGUOUS where the words fit several pipelines or experiments.
    """
    unknown = ToolError(ErrorCode.NOT_FOUND, "there are no runs yet.")
    for name, state in wanted.readings:
        try:
            of, equal = _group(kfp, name, wanted.of_experiment)
        except ToolError as error:
            if error.code is not ErrorCode.NOT_FOUND:
                raise
            unknown = error
            continue
        found = _runs(kfp, state, **equal)
        if not found:
            raise ToolError(ErrorCode.NOT_FOUND, _none(of, state))
        return found[0]
    for name, state in wanted.readings:
        found = _runs(kfp, state, *name.split())
        if found:
            return found[0]
    raise unknown


def _group(kfp: Kfp, name: str, of_experiment: bool) -> tuple[str, dict[str, str]]:
    """The pipeline or experiment of this name, in words and as a filter; nothing for no name.

    Raises:
        ToolError: NOT_FOUND or AMBIGUOUS.
    """
    if not name:
        return "", {}
    if of_experiment:
        found = experiment.resolve(kfp, name, {})
        return f"experiment `{found}`", {"experiment_id": kfp.experiment(found).id}
    found = pipeline.resolve(kfp, name, {})
    return f"pipeline `{found}`", {"pipeline_id": kfp.pipeline(found).id}


def _runs(kfp: Kfp, state: str, *words: str, **equal: str) -> list[Run]:
    """Runs in this state (empty for any), the newest first."""
    if state == "CANCELED":
        return kfp.stopped_runs(*words, **equal)
    return kfp.runs(*words, limit=1, **equal, **({"state": state} if state else {}))[0]


def _none(of: str, state: str) -> str:
    if not state:
        return f"{of} has no runs yet." if of else "there are no runs yet."
    return f"{of} has no {state.lower()} run." if of else f"there is no {state.lower()} run."


def _name_or_id(kfp: Kfp, found: Run) -> str:
    """The run's name if no other run has it."""
    return found.name if kfp.runs(limit=1, display_name=found.name)[1] == 1 else found.id


@lister("run")
def runs(kfp: Kfp, /) -> list[Entry]:
    """The newest runs with their state and pipeline."""
    return [Entry("run", r.name, {"state": r.state, "pipeline": r.pipeline, "id": r.id}) for r in kfp.runs(limit=PAGE)[0]]
