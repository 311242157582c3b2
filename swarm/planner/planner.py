"""Deciding: which call answers the next step of a request, or what to ask, or why not."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from swarm.notes import expanded
from swarm.planner import caution, talk
from swarm.planner.arguments import fill
from swarm.planner.authoring import is_component
from swarm.planner.catalogue import Known
from swarm.planner.conditions import holds, unconditional
from swarm.planner.context import Context
from swarm.planner.expansion import TAKEN, Expansion
from swarm.planner.features import VALUES, Embedding
from swarm.planner.language import STOP, content, words
from swarm.planner.lexicon import lexicon, written_out
from swarm.planner.questions import example, question
from swarm.planner.ranking import CONSULTS, HOW_TO, QUESTION, Candidate, Ranker, completed_first
from swarm.planner.reader import Reader, Understood
from swarm.planner.readings import readings
from swarm.planner.references import EACH, NOUNS, PREVIOUS, PRONOUN, Done, Memory, Thing, referred, speaks_of
from swarm.planner.shape import PLACEHOLDER, Shape
from swarm.planner.steps import Splitter
from swarm.planner.toolview import ToolView, noun_forms
from swarm.planner.wording import AGAIN, ASIDE, ASKED, ELLIPSIS, HELPLESS, LAST_ONE, LIGHT, NOTED, WHAT_IS, WISH

FITS = 0.30
"""Likeness to a tool's examples from which the tool is taken to be meant."""
DESTROYS = 0.42
"""The same where the tool removes or overwrites."""
MOST_STEPS, LONGEST = 12, 4000
"""Steps and characters that one request may have."""
SURELY, LIKE = 0.7, 0.5
"""Chance and likeness from which a part of a general question is a request by itself."""
NOISE = 0.5
"""Share of a step's words that nobody knows, from which nothing is changed because of it."""


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
        self._ranker = Ranker(tools, embedding)
        nouns = {form for t in tools for form in noun_forms(t.name)} | {form for n in lexicon().nouns for form in (n, n + "s")}
        verbs = lexicon().verbs | {t.name.split("_")[0] for t in tools}
        self._splitter = Splitter(verbs, nouns, self._asks, lambda text: bool(self._reader.link(text)), self._place)
        self._reader = Reader(catalogue, self._ranker.vocabulary, embedding.is_word)
        self._expansion = Expansion(tools, self._ranker, self._reader)

    # --- reading -------------------------------------------------------------------------------------------------------------------

    def takes(self, kind: str) -> bool:
        """Whether a tool takes an argument of this kind."""
        return any(kind in t.kinds.values() for t in self._tools.values())

    def steps(self, text: str) -> list[str]:
        """The steps of a request; a general question is one."""
        text = self._expansion.ordered(self._reader.spelt(written_out(text)), self._splitter.begins)
        parts = self._splitter.split(text)
        if HOW_TO.search(text) and not self._reader.link(text) and not any(self._looks(part) for part in parts[1:]):
            return [text]
        if caution.supposes(text) and not any(self._splitter.begins(part) and not QUESTION.search(part) for part in parts):
            return [text]
        steps: list[str] = []
        for step in parts:
            if steps and (HELPLESS.search(step) or self._belongs(step, steps[-1])):
                steps[-1] += f", {step}"
            else:
                steps += self._expansion.steps(step)
        return steps or [text]

    def plan(self, request: str, memory: Memory, remembered: Sequence[str] = ()) -> list[Planned]:
        """The steps of a request, each with the specialist whose tool fits it best; a later step may speak of what an earlier one names.
        The user's own names, as remembered, are replaced by what they stand for, but where notes are what is spoken of."""
        memory = self._heard(memory)
        plan: list[Planned] = []
        steps = self.steps(request) if len(request) <= LONGEST else []
        if not 0 < len(steps) <= MOST_STEPS:
            return [Planned(request, "", talk.too_much(MOST_STEPS, LONGEST))]
        for step in steps:
            if self._forbidden(step):
                plan.append(Planned(step, "", talk.NOTHING_DONE))
                continue
            if TAKEN.search(step) and plan:
                plan.append(Planned(step, plan[-1].delegate, plan[-1].declined))
                continue
            chosen = self.best(step, memory)
            meant = expanded(step, remembered)
            noted = chosen is not None and chosen.tool.takes & NOTED
            if meant != step and not noted:
                step, chosen = meant, self.best(meant, memory)
            seen = self._reader.understood(step)
            if chosen is None:
                plan.append(Planned(step, "", self.declined(step, memory)))
                continue
            memory.calls.append(Done(chosen.tool.name, {}, _things(seen), now=True))
            plan.append(Planned(step, chosen.tool.delegate))
        return plan

    def _heard(self, memory: Memory) -> Memory:
        """What is remembered, and what the request before named of several things that its answer was about."""
        named = _things(self._reader.understood(memory.said)) if memory.said else ()
        heard = [t for t in named if memory.focus(t.kind) is None and t in memory.listed(t.kind)]
        if caution.supposes(memory.said):
            heard = list(named)
        single = tuple(t for t in heard if [h.kind for h in heard].count(t.kind) == 1)
        now = [call for call in memory.calls if call.now]
        return Memory([*(call for call in memory.calls if not call.now), *([Done("", {}, single)] if single else []), *now])

    def begins(self, text: str) -> bool:
        """Whether a text is a request of its own rather than the answer to a question."""
        return self._splitter.begins(text) or HOW_TO.search(text) is not None

    # --- choosing a tool -----------------------------------------------------------------------------------------------------------

    def ranked(self, step: Understood, memory: Memory) -> list[Candidate]:
        """The tools for a step, the most likely first; what the step only asks about changes nothing."""
        text = unconditional(caution.allowed_part(step.text), self._reader.link, self._splitter.begins)
        first = step.shape if text == step.text else self._reader.shaped(text, self._reader.link(text))
        spoken_of = memory.kinds(listed=True)[:1]
        if spoken_of and LAST_ONE.search(text) and spoken_of != ["run"]:
            first = Shape(first.text.replace("{run}", f"{{{spoken_of[0]}}}", 1))
        best: list[Candidate] = []
        top = -math.inf
        for variant, doubt in readings(first, memory, self._reader.catalogue.kinds, self._splitter.begins):
            candidates = self._ranker.rank(variant)
            if candidates and candidates[0].score - doubt > top:
                best, top = candidates, candidates[0].score - doubt
        if caution.only_asks(step.text) and best and best[0].tool.effect != "read":
            best = [c for c in best if c.tool.effect == "read"]
        if ASKED.search(step.text):
            best = [c for c in best if not c.tool.takes & NOTED]
        return completed_first(best)

    def best(self, step: str, memory: Memory) -> Candidate | None:
        """The tool that fits a step best; None where nothing does."""
        seen = self._reader.understood(step)
        repeated = self._repeated(seen, memory)
        if repeated is not None:
            return repeated
        ranked = self.ranked(seen, memory)
        readers = [c for c in ranked if "query" in c.tool.takes]
        if readers and (self._consults(seen) or (caution.supposes(seen.text) and self._of_the_field(seen))):
            return readers[0]
        named = [m for m in seen.found if m.exact or "." in m.entry.name]
        general = HOW_TO.search(seen.text) is not None and not named and not (PRONOUN.search(seen.text) and memory.calls)
        if readers and general and ranked[0].tool is not readers[0].tool:
            return readers[0] if self._of_the_field(seen) or self._relates(seen) else None
        if not ranked or ranked[0].likeness + (0.15 if ranked[0].complete else 0.0) < (
            DESTROYS if ranked[0].tool.effect == "destroy" and not ranked[0].spoken else FITS
        ):
            asks = QUESTION.search(seen.text) is not None and not WISH.search(seen.text)
            return readers[0] if readers and asks and not named and self._of_the_field(seen) else None
        if "query" in ranked[0].tool.takes and not self._of_the_field(seen):
            return None
        ranked = self._again(ranked, seen, memory)
        if ranked[0].tool.effect != "read" and self._noise(seen):
            return None
        return ranked[0]

    def _repeated(self, seen: Understood, memory: Memory) -> Candidate | None:
        """The last call's tool, for a short "and the churn one?" that names another thing but nothing to do."""
        last = next((c for c in reversed(memory.calls) if c.ok and c.tool in self._tools), None)
        said = [w for w in words(seen.text) if w not in STOP]
        if last is None or not ELLIPSIS.search(seen.text) or len(said) > 6 or self._tools[last.tool].effect == "destroy":
            return None
        tool = self._tools[last.tool]
        if "{setting}" in seen.shape.text and not {"arguments", "tags"} & tool.takes:
            return None
        names = {w for m in seen.found for w in words(m.entry.name)}
        telling = [w for w in said if w not in names and w in self._ranker.vocabulary and w not in ASIDE]
        kinds = {m.entry.kind for m in seen.found}
        if [w for w in telling if not self._reader.linker.is_name_word(w) and not any(re.fullmatch(n, w) for n in NOUNS.values())]:
            return None
        if (
            kinds & tool.takes
            or (not kinds and any(self._reader.linker.is_name_word(w) for w in said if w not in self._reader.common))
            or (PREVIOUS.search(seen.text) and "run" in tool.takes and memory.focus("run") is not None)
            or ("{setting}" in seen.shape.text and "arguments" in tool.takes)
            or any(set(k) & tool.takes for k in seen.shape.kinds)
        ):
            return Candidate(tool, 1.0, 1.0, 0.0)
        return None

    def _again(self, ranked: list[Candidate], seen: Understood, memory: Memory) -> list[Candidate]:
        """What did not succeed is retried when it is to be done again; what did succeed is done anew where something is changed."""
        starts, retries = ({"pipeline"}, {"run"})
        first = ranked[0].tool
        if first.needs not in (starts, retries) or "arguments" not in first.takes or "cron" in first.takes or not AGAIN.search(seen.text):
            return ranked
        if any(m.entry.kind == "pipeline" for m in seen.found):
            return ranked
        named = next((m.entry.name for m in seen.found if m.entry.kind == "run"), None)
        focus = memory.focus("run")
        name = named or (focus.name if focus else "")
        state = next((e.facts.get("state") for e in self._reader.catalogue.entries("run") if e.name == name), None)
        needs = retries if state in ("failed", "canceled") else starts if state == "succeeded" and "{setting}" in seen.shape.text else None
        if needs is None or first.needs == needs or "retry" in words(seen.text):
            return ranked
        return [c for c in ranked if c.tool.needs == needs and "arguments" in c.tool.takes and "cron" not in c.tool.takes][:1] or ranked

    def _noise(self, seen: Understood) -> bool:
        """Whether a step is mostly of words that nobody knows, and names and points at nothing; values alone are no names."""
        named = seen.found or any(set(kinds) - VALUES for kinds in seen.shape.kinds) or PRONOUN.search(seen.text)
        if not seen.found and not re.search(r"[A-Za-z]{2}", PLACEHOLDER.sub(" ", seen.shape.text)):
            return True
        known = any(self._reader.linker.is_name_word(w) for w in words(seen.text) if len(w) > 2)
        return not named and not known and self._ranker.examples.strange(seen.shape) > NOISE

    def _consults(self, seen: Understood) -> bool:
        """Whether a step asks what the documentation says, or what a word is that nobody here knows."""
        if CONSULTS.search(seen.text):
            return True
        asked = WHAT_IS.match(seen.text)
        if asked is None or seen.found or any(speaks_of(kind, asked.group(1)) for kind in NOUNS):
            return False
        return any(self._reader.unknown(w) for w in words(asked.group(1)))

    def _of_the_field(self, seen: Understood) -> bool:
        """Whether a question has any word of the field, or few words that nobody knows."""
        said = set(words(seen.text))
        if said & lexicon().domain or any(w.rstrip("s") in lexicon().domain for w in said) or seen.found:
            return True
        return bool(content(seen.text)) and self._ranker.examples.strange(seen.shape) < 0.34 and len(content(seen.text)) > 1

    def _relates(self, seen: Understood) -> bool:
        """Whether a step speaks of anything that there is here: a name or a part of one, or a word for things of the field."""
        about = lexicon().domain | lexicon().nouns
        nouns = [w for w in words(seen.text) if w not in STOP and w not in lexicon().verbs and w not in lexicon().times]
        return bool(seen.found) or any({w, w.rstrip("s")} & about or self._reader.linker.is_name_word(w) for w in nouns)

    def _place(self, preface: str) -> str:
        """A preface such as "ml-scratch clean-up" as where all the steps are: "in ml-scratch"."""
        found = [m for m in self._reader.link(preface) if m.exact and m.entry.kind in ("bucket", "experiment", "pipeline")]
        return f"in {preface[found[0].start : found[0].end]}" if len(found) == 1 else ""

    def _asks(self, text: str) -> bool:
        """Whether a few words by themselves are much like a request."""
        seen = self._reader.understood(text)
        ranked = self._ranker.rank(seen.shape)
        return bool(ranked) and ranked[0].likeness > 0.42 and ranked[0].chance > 0.5

    def _looks(self, text: str) -> bool:
        """Whether a part of a request surely asks how things are here, not how they work."""
        ranked = self._ranker.rank(self._reader.understood(text).shape)
        if not ranked or HOW_TO.search(text):
            return False
        return (
            ranked[0].tool.effect == "read"
            and "query" not in ranked[0].tool.takes
            and ranked[0].chance > SURELY
            and ranked[0].likeness > LIKE
        )

    def _belongs(self, step: str, earlier: str) -> bool:
        """Whether a step only completes the one before: "and put it in the churn experiment", "call it demo-1"."""
        seen, before = self._reader.understood(step), self._reader.understood(earlier)
        ranked = self._ranker.rank(before.shape)
        if not ranked:
            return False
        tool = ranked[0].tool
        if "pipeline_steps" in tool.takes and is_component(seen.text):
            return True
        if not LIGHT.search(step):
            return False
        optional = set(tool.kinds.values())
        present = {m.entry.kind for m in before.found}
        offers = {m.entry.kind for m in seen.found} | ({"arguments"} if "{setting}" in seen.shape.text else set())
        if re.search(r"\b(?:call|name)\b", step, re.I):
            offers.add("new_name")
        return bool(offers) and offers <= (optional - present)

    # --- acting --------------------------------------------------------------------------------------------------------------------

    def act(self, step: str, memory: Memory) -> Action:
        """The call for a step, or the question that is open before it."""
        if self._forbidden(step):
            return Action(say=talk.NOTHING_DONE)
        if TAKEN.search(step):
            best = referred("run", step, memory, self._reader.catalogue.entries)
            memory.calls += [Done("", {}, (Thing("run", best[0]),), now=True)] if best else []
            return Action()
        memory = self._heard(memory)
        chosen = self.best(step, memory)
        seen = self._reader.understood(step)
        if chosen is None:
            return Action(say=self.declined(step, memory))
        tool = chosen.tool
        allowed = caution.allowed_part(seen.text)
        found = seen.found if allowed == seen.text else self._reader.link(allowed)
        context = Context(
            allowed,
            found,
            self._reader.catalogue.entries,
            self._reader.linker,
            memory,
            self._reader.common,
            dict(tool.kinds),
            frozenset(tool.required),
            tool.effect == "destroy",
        )
        args, unclear = fill(tool.schema, context)
        repeated = self._repeated(seen, memory)
        if repeated is not None:
            last = next(c for c in reversed(memory.calls) if c.tool == tool.name)
            args = {**{k: v for k, v in last.args.items() if k not in unclear}, **args}
        several = self._each_of(tool, seen, memory)
        if several is not None:
            return Action(tool.name, {**args, **several}, more=True) if several else Action()
        if not holds(seen.text, found, memory, self._reader.catalogue.entries("run")) and tool.effect != "read":
            return Action(say=f"The condition is not met, so this was not done: “{step}”.")
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

    def _each_of(self, tool: ToolView, seen: Understood, memory: Memory) -> dict[str, str] | None:
        """The next of several things spoken of, for a tool that takes one; empty when none is left, None where they are not meant."""
        names = tool.required
        if len(names) != 1 or not EACH.search(seen.text) or tool.schema["properties"][names[0]].get("type") == "array":
            return None
        kind = tool.kinds.get(names[0], "")
        things = memory.several(kind)
        if any(m.entry.kind == kind for m in seen.found) or not 1 < len(things) <= MOST_STEPS:
            return None
        done = {c.args.get(names[0]) for c in memory.calls if c.now and c.tool == tool.name}
        left = [t for t in things if t.name not in done]
        return {names[0]: left[0].name} if left else {}

    def _forbidden(self, step: str) -> bool:
        """Whether a step only says what must not be done."""
        text = written_out(step)
        rest = caution.allowed_part(text)
        return caution.forbids(text) and not self._splitter.begins(rest) and len(words(rest)) < 4

    def declined(self, step: str, memory: Memory) -> str:
        """Why a step is not done: off topic, or not understood, with what is nearest."""
        seen = self._reader.understood(step)
        ranked = self.ranked(seen, memory)
        if not ranked or not self._relates(seen):
            return talk.off_topic(self._reader.catalogue)
        nearest = [f"“{example(c.tool, self._reader.catalogue)}”" for c in ranked[:3]]
        return talk.not_understood(seen.text, nearest)


def _things(seen: Understood) -> tuple[Thing, ...]:
    """The things that a step names."""
    return tuple(Thing(m.entry.kind, m.entry.name, m.entry.facts.get("bucket")) for m in seen.found)


def _too_few(tool: ToolView, argument: str, value: Any) -> bool:
    """Whether a list has fewer things than the tool asks for."""
    return isinstance(value, list) and len(value) < tool.schema.get("properties", {}).get(argument, {}).get("minItems", 0)
