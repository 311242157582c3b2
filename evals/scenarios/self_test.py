"""Does this installation work? Read-only tasks on the user's own backends; nothing is approved, so nothing can change."""

import re
import time
import uuid
from collections.abc import Callable

from agents.registry import find_agents
from evals.chat.cases import Case, known_tools
from evals.chat.grading import grade
from evals.chat.matching import Names
from evals.chat.playing import Played, with_model
from evals.chat.report import summarise
from evals.result import Evaluation
from evals.scenarios.library import SELF_TEST, load_scenarios
from swarm.assistant import Assistant
from swarm.settings import Settings
from tools.result import ToolError
from tools.services import Services

_PLACE = re.compile(r"\{(\w+)\}")


async def self_test(settings: Settings, model: str | None = None, tell: Callable[[Played], None] = lambda _: None) -> Evaluation:
    """Play the read-only tasks on the backends of the settings."""
    started = time.perf_counter()
    chosen = with_model(settings, model)
    mark = uuid.uuid4().hex[:8]
    played: list[Played] = []
    async with Assistant.open(chosen) as assistant:
        for case in _fitting(load_scenarios(SELF_TEST), assistant.services):
            began = time.perf_counter()
            replies = [await assistant.ask(turn, session=f"self-test-{mark}-{case.id}", approve="none") for turn in case.turns]
            reasons = grade(case, replies, known_tools(), Names()).reasons
            reasons += [f"{s.tool} would change something" for r in replies for s in r.steps if s.effect != "read"]
            reasons += [f"{s.tool}: {s.code}" for r in replies for s in r.steps if s.status == "error"]
            played.append(Played(case, 1, replies, time.perf_counter() - began, reasons))
            tell(played[-1])
    return summarise("scenarios", chosen.model, played, time.perf_counter() - started, 0.0)


def _fitting(cases: list[Case], services: Services) -> list[Case]:
    """The cases with real names in place of the kinds in braces, without those for which there is nothing here."""
    names = {kind: name for kind in {k for c in cases for t in c.turns for k in _PLACE.findall(t)} if (name := _newest(kind, services))}
    able = [case for case in cases if all(kind in names for turn in case.turns for kind in _PLACE.findall(turn))]
    return [case.model_copy(update={"turns": [_PLACE.sub(lambda m: names[m.group(1)], turn) for turn in case.turns]}) for case in able]


def _newest(kind: str, services: Services) -> str | None:
    """The name of the first thing of a kind, as its tools list them; None where there is none or the backend is down."""
    for agent in find_agents().values():
        lister = agent.toolset.listers.get(kind)
        if lister is not None:
            try:
                return next((e.name for e in lister.entries(*(services.get(s) for s in lister.services))), None)
            except ToolError:
                return None
    return None
