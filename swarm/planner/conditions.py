"""Conditions: "if it is still running, stop it"."""

import re
from collections.abc import Callable, Sequence

from swarm.planner.lexicon import phrased
from swarm.planner.linking import Mention
from swarm.planner.references import PRONOUN, Memory
from swarm.planner.wording import IT
from tools.states import states
from tools.tool import Entry

_CONDITION = re.compile(r"(?:^|\s)(?:only\s+)?if\s+(?P<said>[^,;]+?\b(?:is|has|was|did|are|got)\b[^,;]*)", re.I)
_UNDER_WAY = frozenset({"running", "pending"})


def unconditional(text: str, link: Callable[[str], Sequence[Mention]], begins: Callable[[str], bool]) -> str:
    """What is to be done on a condition, with the name that only the condition has."""
    said = _CONDITION.search(text)
    rest = f"{text[: said.start()]}{text[said.end() :]}".strip(" ,.;") if said else ""
    if said is None or not begins(rest):
        return text
    named = [m for m in link(text) if said.start() <= m.start < said.end()]
    return IT.sub(text[named[0].start : named[0].end], rest, count=1) if named else rest


def holds(text: str, found: Sequence[Mention], memory: Memory, runs: Sequence[Entry]) -> bool:
    """Whether the run that a condition speaks of is in the state it asks for; also where that cannot be told."""
    said = _CONDITION.search(text)
    meant = phrased(said.group("said")) if said else ""
    wanted = states(meant)
    if said is None or not wanted or re.search(r"\bnot\b", meant):
        return True
    named = [m.entry.name for m in found if m.entry.kind == "run" and said.start() <= m.start < said.end()]
    focus = memory.focus("run")
    others = [m.entry.name for m in found if m.entry.kind == "run"]
    pointed = others[0] if others else focus.name if focus else ""
    name = named[0] if named else pointed if PRONOUN.search(meant) else ""
    state = next((e.facts.get("state") for e in runs if e.name == name), None)
    watched = any(call.now and name in [t.name for t in call.things] for call in memory.calls)
    if state is None or (state in _UNDER_WAY and watched):
        return True
    return state in wanted or (state in _UNDER_WAY and bool(_UNDER_WAY & set(wanted)))
