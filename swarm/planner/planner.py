"""Deciding: which call answers the next step of a request, or what to ask, or why not."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from swarm.notes import expanded
from swarm.planner import caution, talk
from swarm.planner.arguments import fill
from swarm.planner.catalogue import Known
from swarm.planner.choice import Choice
from swarm.planner.conditions import holds
from swarm.planner.context import Context, Unclear
from swarm.planner.features import Embedding
from swarm.planner.language import STOP, tokens, words
from swarm.planner.lexicon import phrased, written_out
from swarm.planner.linking import Mention
from swarm.planner.pasted import spoken
from swarm.planner.questions import example, question
from swarm.planner.ranking import Ranker, meanings
from swarm.planner.reader import Reader, Understood
from swarm.planner.references import EACH, NOUNS, PRONOUN, THEM, Done, Memory, Thing, referred
from swarm.planner.relevance import Relevance
from swarm.planner.requests import Requests
from swarm.planner.standing import taken
from swarm.planner.toolview import ToolView
from swarm.planner.wording import NOTED
from tools.states import states

_MADE = re.compile(r"^\W*((?:(?:please|then|and)\s+)*(?:create|make|add))\s+([\w.-]*\w)\W*$", re.I)
"""Makes something and says no more than its name."""
_SENSIBLE = {"stop": frozenset({"running", "pending"}), "retry": frozenset({"failed", "canceled"}), "diagnos": frozenset({"failed"})}
"""States of runs in which a tool makes sense, by its verb."""
MOST_STEPS, LONGEST = 12, 4000
"""Steps and characters that one request may have."""


@dataclass(frozen=True)
class Action:
    """What to do about a step: call a tool, ask, or just say something."""

    tool: str = ""
    args: dict[str, Any] = field(default_factory=dict)
    question: str = ""
    say: str = ""
    more: bool = False
    """Whether the same step may have further calls: it is about each of several things."""


@dataclass(frozen=True)
class Planned:
    """A step and who does it; without one, what to say instead."""

    text: str
    delegate: str = ""
    declined: str = ""


class Planner:
    """Plans over one set of tools."""

    def __init__(self, tools: Sequence[ToolView], catalogue: Known, embedding: Embedding) -> None:
        self._tools = {t.name: t for t in tools}
        ranker = Ranker(tools, embedding)
        self._reader = Reader(catalogue, ranker.vocabulary, embedding.is_word)
        self._relevance = Relevance(self._reader, ranker)
        self._requests = Requests(tools, ranker, self._reader)
        self._choice = Choice(self._tools, ranker, self._reader, self._relevance, self._requests)

    def takes(self, kind: str) -> bool:
        """Whether a tool takes an argument of this kind."""
        return any(kind in t.kinds.values() for t in self._tools.values())

    def steps(self, text: str) -> list[str]:
        """The steps of a request; a general question is one."""
        return self._requests.steps(text)

    def begins(self, text: str) -> bool:
        """Whether a text is a request of its own rather than the answer to a question."""
        return self._requests.begins(text)

    def plan(self, request: str, memory: Memory, remembered: Sequence[str] = ()) -> list[Planned]:
        """The steps of a request, each with the specialist whose tool fits it best; a later step may speak of what an earlier one names.
        The user's own names, as remembered, are replaced by what they stand for, but where notes are what is spoken of."""
        memory = self._heard(memory)
        plan: list[Planned] = []
        made: dict[str, str] = {}
        steps = self.steps(request) if len(request) <= LONGEST else []
        if not 0 < len(steps) <= MOST_STEPS:
            return [Planned(request, "", talk.too_much(MOST_STEPS, LONGEST))]
        for step in steps:
            if self._forbidden(step):
                plan.append(Planned(step, "", talk.NOTHING_DONE))
                continue
            if taken(step) and plan:
                plan.append(Planned(step, plan[-1].delegate, plan[-1].declined))
                continue
            step = self._spelt_out(step, memory)
            chosen = self._choice.best(_as_new(step, made), memory)
            meant = expanded(step, remembered)
            noted = chosen is not None and chosen.tool.takes & NOTED
            if meant != step and not noted:
                step, chosen = meant, self._choice.best(meant, memory)
            seen = self._reader.understood(step)
            if chosen is None:
                plan.append(Planned(step, "", self.declined(step, memory)))
                continue
            new = self._new(chosen.tool, step, memory)
            made |= {thing.name: thing.kind for thing in new}
            memory.calls.append(Done(chosen.tool.name, {}, (*new, *_things(seen)), now=True))
            plan.append(Planned(step, chosen.tool.delegate))
        return plan

    def _new(self, tool: ToolView, step: str, memory: Memory) -> tuple[Thing, ...]:
        """What a step gives a name to, for the steps behind it."""
        kind = tool.name.split("_")[-1]
        names = [a for a, k in tool.kinds.items() if k == "new_name"]
        if kind not in NOUNS or tool.effect == "read" or not names:
            return ()
        seen = self._reader.understood(step)
        name = fill(tool.schema, self._context(tool, seen.text, seen.found, memory))[0].get(names[0])
        return (Thing(kind, str(name)),) if name else ()

    def _context(self, tool: ToolView, text: str, found: list[Mention], memory: Memory) -> Context:
        """What the arguments of a tool can come from."""
        catalogue = self._reader.catalogue
        return Context(
            text,
            found,
            catalogue.entries,
            self._reader.linker,
            memory,
            self._reader.common,
            dict(tool.kinds),
            frozenset(tool.required),
            tool.effect == "destroy",
        )

    def _heard(self, memory: Memory) -> Memory:
        """What is remembered, and what the request before named of several things that its answer was about."""
        named = _things(self._reader.understood(memory.said)) if memory.said else ()
        heard = [t for t in named if memory.focus(t.kind) is None and t in memory.listed(t.kind)]
        if caution.supposes(memory.said):
            heard = list(named)
        single = tuple(t for t in heard if [h.kind for h in heard].count(t.kind) == 1)
        now = [call for call in memory.calls if call.now]
        return Memory([*(call for call in memory.calls if not call.now), *([Done("", {}, single)] if single else []), *now])

    def act(self, step: str, memory: Memory, denied: Mapping[str, str] = MappingProxyType({})) -> Action:
        """The call for a step, or the question that is open before it, or the reason why its tool is denied."""
        if self._forbidden(step):
            return Action(say=talk.NOTHING_DONE)
        if taken(step):
            best = referred("run", step, memory, self._reader.catalogue.entries)
            memory.calls += [Done("", {}, (Thing("run", best[0]),), now=True)] if best else []
            return Action()
        memory = self._heard(memory)
        step = self._spelt_out(step, memory)
        chosen = self._choice.best(step, self._before_each(memory) if EACH.search(step) else memory)
        seen = self._reader.understood(step)
        if chosen is None:
            return Action(say=self.declined(step, memory))
        tool = chosen.tool
        if tool.name in denied:
            return Action(say=denied[tool.name])
        allowed = step if "query" in tool.takes and spoken(step) != step else caution.allowed_part(seen.text)
        found = seen.found if allowed == seen.text else self._reader.link(allowed)
        args, unclear = fill(tool.schema, self._context(tool, allowed, found, memory))
        repeated = self._choice.repeated(seen, memory)
        if repeated is not None:
            last = next(c for c in reversed(memory.calls) if c.tool == tool.name)
            args = {**{k: v for k, v in last.args.items() if k not in unclear}, **args}
        several = self._each_of(tool, seen, memory)
        if several is not None:
            return Action(tool.name, {**args, **several}, more=True) if several else Action()
        if not holds(seen.text, found, memory, self._reader.catalogue.entries("run")) and tool.effect != "read":
            return Action(say=f"The condition is not met, so this was not done: “{step}”.")
        if states(phrased(seen.text)):
            runs = [e.name for e in self._reader.catalogue.entries("run")]
            unclear |= {a: Unclear(runs) for a in tool.required if tool.kinds.get(a) == "run" and a not in {*args, *unclear}}
        doubtful = {a for a, u in unclear.items() if len(u.choices) == 1 and tool.effect == "destroy"}
        unclear = {a: self._likely(tool, u, seen.text) for a, u in unclear.items()}
        args |= {a: u.choices[0] for a, u in unclear.items() if len(u.choices) == 1 and a in tool.required and a not in doubtful}
        missing = [a for a in tool.required if a not in args or _too_few(tool, a, args[a])]
        if (
            missing
            and memory.calls
            and memory.calls[-1].now
            and memory.calls[-1].tool == tool.name
            and not seen.found
            and PRONOUN.search(seen.text)
        ):
            return Action()  # "where is the file? search for it": said twice
        if missing:
            return Action(question=question(tool, missing[0], unclear.get(missing[0]), self._reader.catalogue))
        optional = next((a for a in unclear if a not in args and tool.kinds.get(a) in {m.entry.kind for m in seen.found}), None)
        if optional and tool.effect != "read":
            return Action(question=question(tool, optional, unclear[optional], self._reader.catalogue))
        return Action(tool=tool.name, args=args)

    def _spelt_out(self, step: str, memory: Memory) -> str:
        """A step with the whole name for a few words that only one of the things listed last has in its name: "week 8"."""
        kind = next(iter(memory.kinds(listed=True)), "")
        names = [t.name for t in memory.several(kind)] if kind else []
        seen = self._reader.understood(step)
        made = _MADE.match(step)
        if made and kind in ("experiment", "bucket", "pipeline"):
            return f"{made.group(1)} {kind} {made.group(2)}"
        if not names or seen.found:
            return step
        said = tokens(step)
        for length in (3, 2):
            for first in range(len(said) - length + 1):
                window = said[first : first + length]
                fits = [
                    name for name in names if {t.text.lstrip("0") or "0" for t in window} <= {w.lstrip("0") or "0" for w in words(name)}
                ]
                telling = any(t.text.isdigit() or t.text not in self._reader.common for t in window)
                if len(fits) == 1 and telling and not any(t.text in STOP for t in window):
                    return f"{step[: window[0].start]}{fits[0]}{step[window[-1].end :]}"
        return step

    def _likely(self, tool: ToolView, unclear: Unclear, text: str) -> Unclear:
        """Of several runs or schedules those that are in a state in which a tool makes sense, or that the text speaks of."""
        asleep = {e.name for e in self._reader.catalogue.entries("schedule") if e.facts.get("enabled") is False} & {*unclear.choices}
        if asleep and "resume" in meanings(tool.name.split("_")[0]):
            return Unclear(sorted(asleep))
        states_ = {e.name: e.facts.get("state") for e in self._reader.catalogue.entries("run")}
        said = set(states(phrased(text)))
        wanted = said or _SENSIBLE.get(min(meanings(tool.name.split("_")[0]), default=""), frozenset())
        if not wanted or not {*unclear.choices} <= {*states_} or (not said and len(unclear.choices) == len(states_)):
            return unclear
        fits = [name for name in unclear.choices if states_[name] in wanted]
        return Unclear(fits) if fits else unclear

    def _before_each(self, memory: Memory) -> Memory:
        """What is remembered but for the last calls about one after another of several things."""
        calls = list(memory.calls)
        while calls and calls[-1].now and (tool := self._tools.get(calls[-1].tool)) and len(tool.required) == 1:
            several = Memory(calls[:-1]).several(tool.kinds.get(tool.required[0], ""))
            if calls[-1].args.get(tool.required[0]) not in [thing.name for thing in several]:
                break
            calls.pop()
        return Memory(calls, memory.said)

    def _each_of(self, tool: ToolView, seen: Understood, memory: Memory) -> dict[str, Any] | None:
        """The next of several things spoken of, for a tool that takes one; empty when none is left, None where they are not meant."""
        name = tool.required[-1] if tool.required else ""
        kind = tool.kinds.get(name, "")
        within = [tool.kinds.get(a) for a in tool.required[:-1]]
        if within != (["bucket"] if kind == "object" else []) or tool.schema["properties"].get(name, {}).get("type") == "array":
            return None
        things = memory.several(kind)
        spoken_of = EACH.search(seen.text) or (THEM.search(seen.text) and memory.named_together(things))
        if not spoken_of or any(m.entry.kind == kind for m in seen.found) or not 1 < len(things) <= MOST_STEPS:
            return None
        done = {c.args.get(name) for c in memory.calls if c.now and c.tool == tool.name}
        left = [t for t in things if t.name not in done]
        bucket = {tool.required[0]: left[0].bucket} if within and left else {}
        return {**bucket, name: left[0].name} if left else {}

    def _forbidden(self, step: str) -> bool:
        """Whether a step only says what must not be done."""
        text = written_out(step)
        rest = caution.allowed_part(text)
        return caution.forbids(text) and not self._requests.begins_step(rest) and len(words(rest)) < 4

    def declined(self, step: str, memory: Memory) -> str:
        """Why a step is not done: off topic, or not understood, with what is nearest."""
        seen = self._reader.understood(step)
        ranked = self._choice.ranked(seen, memory)
        if not ranked or not self._relevance.relates(seen):
            return talk.off_topic(self._reader.catalogue)
        nearest = [f"“{example(c.tool, self._reader.catalogue)}”" for c in ranked[:3]]
        return talk.not_understood(seen.text, nearest)


def _as_new(step: str, made: Mapping[str, str]) -> str:
    """A step with what is yet to be made called so, for nothing knows its name."""
    for name, kind in made.items():
        step = re.sub(rf"(?<![\w./-])(?:the\s+)?(?:{kind}\s+)?{re.escape(name)}(?![\w/-]|\.\w)", f"the new {kind}", step, flags=re.I)
    return step


def _things(seen: Understood) -> tuple[Thing, ...]:
    """The things that a step names."""
    return tuple(Thing(m.entry.kind, m.entry.name, m.entry.facts.get("bucket")) for m in seen.found)


def _too_few(tool: ToolView, argument: str, value: Any) -> bool:
    """Whether a list has fewer things than the tool asks for."""
    return isinstance(value, list) and len(value) < tool.schema.get("properties", {}).get(argument, {}).get("minItems", 0)
