"""Deciding: which call answers the next step of a request, or what to ask, or why not."""

import itertools
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from swarm.planner import caution, talk
from swarm.planner.arguments import fill
from swarm.planner.catalogue import Catalogue
from swarm.planner.context import Context, Unclear
from swarm.planner.examples import Embedding
from swarm.planner.language import STOP, Speller, content, words
from swarm.planner.lexicon import lexicon, written_out
from swarm.planner.linking import Linker, Mention
from swarm.planner.parameters import settings
from swarm.planner.ranking import HOW_TO, QUESTION, Candidate, Ranker
from swarm.planner.references import NOUNS, PRONOUN, Done, Memory, Thing
from swarm.planner.shape import Shape, shape
from swarm.planner.steps import Splitter
from swarm.planner.toolview import ToolView
from tools.names import listed
from tools.tool import Entry

FITS = 0.30
"""Likeness to a tool's examples from which the tool is taken to be meant."""
DESTROYS = 0.42
"""The same where the tool removes or overwrites."""
NEARLY = 0.35
"""Part of the first tool's chance from which the second counts as nearly as likely."""
STRANGE = 0.72
"""Share of a question's words that nobody here knows, from which it is none for us."""
_ELLIPSIS = re.compile(r"^\W*(?:and|what about|how about|same|again|also|now|then|ok|or|but|for|with|the same|instead|not)\b", re.I)
_ONES = re.compile(r"\b(?:(?:the|another|a)\s+(?:[\w{}]+\s+)?)?ones?\b", re.I)
_IT = re.compile(
    r"(?:\b|(?<=\s))(?:the (?:[\w{}]+ )?ones?|it|its|this one|that one|this|that|them"
    r"|these|those|this run|that run|the one)\b(?!\s+(?:is|was|s|has)\b)",
    re.I,
)
_NEWLY = re.compile(r"(?<!\{)\b(?:called?|named?|titled|create|make|new)\b", re.I)
_AND = re.compile(r"[\"'`]?\s*(?:,|,?\s*(?:and|or|&)|as well as)\s*(?:the\s+)?[\"'`]?")
_LIGHT = re.compile(
    r"^\W*(?:(?:and|then|also|please)\s+)*(?:put|call|name|use|set|with|make|give"
    r"|add|let|have|assign|run it (?:in|under|with)|in|under)\b",
    re.I,
)


@dataclass(frozen=True)
class Action:
    """What to do about a step: call a tool, ask, or just say something."""

    tool: str = ""
    args: dict[str, Any] = field(default_factory=dict)
    question: str = ""
    say: str = ""


@dataclass(frozen=True)
class Planned:
    """A step and who does it; without one, what to say instead."""

    text: str
    delegate: str = ""
    declined: str = ""


@dataclass(frozen=True)
class Understood:
    """A step after normalising and linking."""

    text: str
    found: list[Mention]
    shape: Shape


class Planner:
    """Plans over one set of tools."""

    def __init__(self, tools: Sequence[ToolView], catalogue: Catalogue, embedding: Embedding) -> None:
        self._tools = {t.name: t for t in tools}
        self._catalogue = catalogue
        self._linker = Linker()
        self._ranker = Ranker(tools, embedding)
        nouns = {form for t in tools for form in _noun_forms(t.name)} | {form for n in lexicon().nouns for form in (n, n + "s")}
        verbs = lexicon().verbs | {t.name.split("_")[0] for t in tools}
        self._splitter = Splitter(verbs, nouns, self._asks, self._place)
        self._common = frozenset(self._ranker.vocabulary | lexicon().words | STOP)
        self._is_word = embedding.is_word
        self._speller: tuple[tuple[int, ...], Speller] | None = None

    # --- reading -------------------------------------------------------------------------------------------------------------------

    def takes(self, kind: str) -> bool:
        """Whether a tool takes an argument of this kind."""
        return any(kind in t.kinds.values() for t in self._tools.values())

    def steps(self, text: str) -> list[str]:
        """The steps of a request; a general question is one."""
        text = self._spelt(written_out(text))
        if HOW_TO.search(text) and not self._link(text):
            return [text]
        steps: list[str] = []
        for step in self._splitter.split(text):
            if steps and self._belongs(step, steps[-1]):
                steps[-1] += f", {step}"
            else:
                steps += self._each(step)
        return steps or [text]

    def _each(self, step: str) -> list[str]:
        """ "Delete the runs a and b" as two steps, where the tool takes one at a time."""
        seen = self.understood(step)
        exact = [m for m in seen.found if m.exact]
        row = [m for m, n in itertools.pairwise(exact) if m.entry.kind == n.entry.kind and _AND.fullmatch(seen.text[m.end : n.start])]
        if not row:
            return [step]
        row.append(exact[exact.index(row[-1]) + 1])
        ranked = self._ranker.rank(seen.shape)
        single = self._ranker.rank(self._shape(_only(seen.text, row, row[0]), self._link(_only(seen.text, row, row[0]))))
        tool = single[0].tool
        takes = [name for name, kind in tool.kinds.items() if kind == row[0].entry.kind]
        lists = any(tool.schema["properties"][name].get("type") == "array" for name in takes)
        if len(takes) != 1 or lists or ("array" in str(ranked[0].tool.schema["properties"]) and ranked[0].chance > single[0].chance):
            return [step]
        return [_only(seen.text, row, one) for one in row]

    def plan(self, request: str, memory: Memory) -> list[Planned]:
        """The steps of a request, each with the specialist whose tool fits it best; a later step may speak of what an earlier one names."""
        memory = Memory(list(memory.calls))
        plan: list[Planned] = []
        for step in self.steps(request):
            if self._forbidden(step):
                plan.append(Planned(step, "", talk.NOTHING_DONE))
                continue
            chosen = self.best(step, memory)
            seen = self.understood(step)
            if chosen is None:
                plan.append(Planned(step, "", self.declined(seen, memory)))
                continue
            things = tuple(Thing(m.entry.kind, m.entry.name, m.entry.facts.get("bucket")) for m in seen.found)
            memory.calls.append(Done(chosen.tool.name, {}, things, now=True))
            plan.append(Planned(step, chosen.tool.delegate))
        return plan

    def begins(self, text: str) -> bool:
        """Whether a text is a request of its own rather than the answer to a question."""
        return self._splitter.begins(text) or HOW_TO.search(text) is not None

    def understood(self, step: str) -> Understood:
        """A step with its slips repaired and its names linked."""
        text = self._spelt(written_out(step))
        found = self._link(text)
        return Understood(text, found, self._shape(text, found))

    def _shape(self, text: str, found: list[Mention]) -> Shape:
        parameters = {name: kind for e in self._catalogue.entries("pipeline") for name, kind in e.facts.get("parameters", {}).items()}
        given = [Mention(Entry("setting", s.name), s.start, s.end) for s in settings(text, parameters) if "=" not in text[s.start : s.end]]
        apart = [m for m in given if not any(f.start < m.end and m.start < f.end for f in found)]
        return shape(text, [*found, *apart])

    def _spelt(self, text: str) -> str:
        entries = [self._entries(kind) for kind in self._catalogue.kinds]
        key = tuple(id(e) for e in entries)
        if self._speller is None or self._speller[0] != key:
            known = self._ranker.vocabulary | lexicon().words
            for pipeline in self._catalogue.entries("pipeline"):
                known = known | {w for name in pipeline.facts.get("parameters", {}) for w in words(name)}
            self._speller = (key, Speller(known, lambda w: self._is_word(w) or self._linker.is_name_word(w)))
        spans = [(m.start, m.end) for m in self._linker.mentions(text)]
        new = [m.span(1) for m in re.finditer(r"\b(?:called|named|name|as)\s+[\"'`]?([\w.-]+)", text, re.I)]
        return self._speller[1].repair(text, [*spans, *new])

    def _entries(self, kind: str) -> Sequence[Entry]:
        entries = self._catalogue.entries(kind)
        self._linker.update(kind, entries)
        return entries

    def _link(self, text: str) -> list[Mention]:
        for kind in self._catalogue.kinds:
            self._entries(kind)
        found = self._linker.mentions(text)
        found = [m for m in found if not self._plain_word(text, m)]
        return sorted([*found, *self._linker.misspelt(text, found)], key=lambda m: m.start)

    def _plain_word(self, text: str, mention: Mention) -> bool:
        """Whether a one-word name is, where it stands, more likely the common word: a pipeline `train` in "train it"."""
        said = text[mention.start : mention.end]
        if not said.isalpha() or said.lower() not in self._common:
            return False
        noun = NOUNS.get(mention.entry.kind, mention.entry.kind)
        near = text[max(0, mention.start - 14) : mention.end + 14]
        placed = re.search(
            r"(?:\b(?:in|to|into|from|of|on|inside|within|called|named"
            r"|for)\s+(?:the\s+|my\s+|our\s+)?|[\"'`])$",
            text[: mention.start],
            re.I,
        )
        return not placed and not re.search(rf"\b(?:{noun})\b", near, re.I)

    # --- choosing a tool -----------------------------------------------------------------------------------------------------------

    def ranked(self, step: Understood, memory: Memory) -> list[Candidate]:
        """The tools for a step, the most likely first; what the step only asks about changes nothing."""
        text = caution.allowed_part(step.text)
        first = step.shape if text == step.text else self._shape(text, self._link(text))
        best: list[Candidate] = []
        top = -math.inf
        for variant, doubt in self._variants(first, memory):
            candidates = self._ranker.rank(variant)
            if candidates and candidates[0].score - doubt > top:
                best, top = candidates, candidates[0].score - doubt
        if caution.only_asks(step.text) and best and best[0].tool.effect != "read":
            best = [c for c in best if c.tool.effect == "read"]
        return _completed_first(best)

    def _variants(self, first: Shape, memory: Memory) -> Iterator[tuple[Shape, float]]:
        """Ways to read a step, each with a doubt: pronouns as the things they may stand for, unknown names as each kind, clauses."""
        present = {kind for kinds in first.kinds for kind in kinds}
        readings = [(first, 0.0)]
        several = _ONES.search(first.text) is not None
        for number, kind in enumerate(memory.kinds(several)[:4]):
            noun = re.compile(rf"\b(?:the|this|that|its|these|those)\s+(?:new\s+)?(?:{NOUNS.get(kind, kind)})\b(?!\s*\{{)", re.I)
            pointing = noun if noun.search(first.text) else _IT
            if kind not in present and pointing.search(first.text):
                readings.append((Shape(pointing.sub(f" {{{kind}}} ", first.text, count=1)), 0.2 * number))
                if several:
                    readings.append((Shape(_ONES.sub(f" {kind} ", first.text, count=1)), 0.2 * number + 0.1))
        if "{name}" in first.text and not present & set(NOUNS) and not _NEWLY.search(first.text):
            readings += [(Shape(first.text.replace("{name}", f"{{{kind}}}", 1)), 2.5) for kind in self._catalogue.kinds]
        for reading, doubt in readings:
            yield reading, doubt
            yield from ((clause, doubt) for clause in _clauses(reading) if self._splitter.begins(clause.text))

    def best(self, step: str, memory: Memory) -> Candidate | None:
        """The tool that fits a step best; None where nothing does."""
        seen = self.understood(step)
        repeated = self._repeated(seen, memory)
        if repeated is not None:
            return repeated
        ranked = self.ranked(seen, memory)
        readers = [c for c in ranked if "query" in c.tool.takes]
        named = [m for m in seen.found if m.exact or "." in m.entry.name]
        general = HOW_TO.search(seen.text) is not None and not named and not (PRONOUN.search(seen.text) and memory.calls)
        if readers and general and ranked[0].tool is not readers[0].tool:
            return readers[0] if self._of_the_field(seen) else None
        if not ranked or ranked[0].likeness + (0.15 if ranked[0].complete else 0.0) < (
            DESTROYS if ranked[0].tool.effect == "destroy" else FITS
        ):
            asks = QUESTION.search(seen.text) is not None
            return readers[0] if readers and asks and not named and self._of_the_field(seen) else None
        if "query" in ranked[0].tool.takes and not self._of_the_field(seen):
            return None
        return ranked[0]

    def _repeated(self, seen: Understood, memory: Memory) -> Candidate | None:
        """The last call's tool, for a short "and the churn one?" that names another thing but nothing to do."""
        last = next((c for c in reversed(memory.calls) if c.ok and c.tool in self._tools), None)
        said = [w for w in words(seen.text) if w not in STOP]
        if last is None or not _ELLIPSIS.search(seen.text) or len(said) > 6 or self._tools[last.tool].effect == "destroy":
            return None
        tool = self._tools[last.tool]
        names = {w for m in seen.found for w in words(m.entry.name)}
        telling = [
            w
            for w in said
            if w not in names and w in self._ranker.vocabulary and w not in ("same", "again", "one", "what", "about", "how", "instead")
        ]
        kinds = {m.entry.kind for m in seen.found}
        if [w for w in telling if not self._linker.is_name_word(w) and not any(re.fullmatch(n, w) for n in NOUNS.values())]:
            return None
        if (
            kinds & tool.takes
            or (not kinds and any(self._linker.is_name_word(w) for w in said if w not in self._common))
            or ("{setting}" in seen.shape.text and "arguments" in tool.takes)
        ):
            return Candidate(tool, 1.0, 1.0, 0.0)
        return None

    def _of_the_field(self, seen: Understood) -> bool:
        """Whether a question has any word of the field, or few words that nobody knows."""
        said = set(words(seen.text))
        if said & lexicon().domain or any(w.rstrip("s") in lexicon().domain for w in said) or seen.found:
            return True
        return bool(content(seen.text)) and self._ranker.examples.strange(seen.shape) < 0.34 and len(content(seen.text)) > 1

    def _place(self, preface: str) -> str:
        """A preface such as "ml-scratch clean-up" as where all the steps are: "in ml-scratch"."""
        found = [m for m in self._link(preface) if m.exact and m.entry.kind in ("bucket", "experiment", "pipeline")]
        return f"in {preface[found[0].start : found[0].end]}" if len(found) == 1 else ""

    def _asks(self, text: str) -> bool:
        """Whether a few words by themselves are much like a request."""
        seen = self.understood(text)
        ranked = self._ranker.rank(seen.shape)
        return bool(ranked) and ranked[0].likeness > 0.42 and ranked[0].chance > 0.5

    def _belongs(self, step: str, earlier: str) -> bool:
        """Whether a step only completes the one before: "and put it in the churn experiment", "call it demo-1"."""
        if not _LIGHT.search(step):
            return False
        seen, before = self.understood(step), self.understood(earlier)
        ranked = self._ranker.rank(before.shape)
        if not ranked:
            return False
        tool = ranked[0].tool
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
        chosen = self.best(step, memory)
        seen = self.understood(step)
        if chosen is None:
            return Action(say=self.declined(seen, memory))
        tool = chosen.tool
        allowed = caution.allowed_part(seen.text)
        found = seen.found if allowed == seen.text else self._link(allowed)
        context = Context(
            allowed,
            found,
            self._catalogue.entries,
            self._linker,
            memory,
            self._common,
            dict(tool.kinds),
            frozenset(tool.required),
            tool.effect == "destroy",
        )
        args, unclear = fill(tool.schema, context)
        repeated = self._repeated(seen, memory)
        if repeated is not None:
            last = next(c for c in reversed(memory.calls) if c.tool == tool.name)
            args = {**{k: v for k, v in last.args.items() if k not in unclear}, **args}
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
            return Action(question=self._question(tool, missing[0], unclear.get(missing[0])))
        optional = next((a for a in unclear if a not in args and tool.kinds.get(a) in {m.entry.kind for m in seen.found}), None)
        if optional and tool.effect != "read":
            return Action(question=self._question(tool, optional, unclear[optional]))
        return Action(tool=tool.name, args=args)

    def _forbidden(self, step: str) -> bool:
        """Whether a step only says what must not be done."""
        text = written_out(step)
        rest = caution.allowed_part(text)
        return caution.forbids(text) and not self._splitter.begins(rest) and len(words(rest)) < 4

    def declined(self, seen: Understood, memory: Memory) -> str:
        """Why a step is not done: off topic, or not understood, with what is nearest."""
        ranked = self.ranked(seen, memory)
        if not ranked or (self._ranker.examples.strange(seen.shape) > STRANGE and ranked[0].likeness < 0.2 and not seen.found):
            return talk.off_topic()
        nearest = [f"“{_example(c.tool)}”" for c in ranked[:3]]
        return talk.not_understood(seen.text, nearest)

    def _question(self, tool: ToolView, argument: str, unclear: Unclear | None) -> str:
        kind = tool.kinds.get(argument, argument)
        doing = tool.name.replace("_", " ")
        if kind == "new_name":
            return f"What should it be called, to {doing}?"
        if kind == "cron":
            return f"When should it run, to {doing}? For example “every Monday at 9:30”."
        noun = {"object": "file", "path": "local file", "pattern": "name or kind of file", "arguments": "parameter"}.get(
            kind, kind.replace("_", " ")
        )
        names = unclear.choices if unclear else [] if kind == "object" else [e.name for e in self._catalogue.entries(kind)]
        names = list(dict.fromkeys(names))
        choices = f" There {'is' if len(names) == 1 else 'are'}: {listed(names)}." if names else ""
        where = " Say its name and bucket." if kind == "object" and not names else ""
        return f"Which {noun} do you mean, to {doing}?{choices}{where}"


def _completed_first(ranked: list[Candidate]) -> list[Candidate]:
    """The second before the first, if it is nearly as likely and only for it the step names all that is needed."""
    if len(ranked) < 2 or ranked[0].complete or not ranked[1].complete or ranked[1].chance < NEARLY * ranked[0].chance:
        return ranked
    return [ranked[1], ranked[0], *ranked[2:]]


def _clauses(whole: Shape) -> list[Shape]:
    """The clauses of a long-winded step that hold all its placeholders: what stands around them says less."""
    parts = [Shape(part.strip()) for part in re.split(r"(?:[,.;!?]|\bso\b|\bbecause\b|\bthat\b)\s", whole.text) if len(words(part)) > 1]
    if len(parts) < 2:
        return []
    return [part for part in parts if len(part.kinds) == len(whole.kinds)]


def _noun_forms(tool: str) -> set[str]:
    """The noun that a tool's name ends in, in singular and plural, with its synonyms."""
    last = tool.split("_")[-1]
    singular = last.rstrip("s")
    forms = {singular, singular + "s"}
    return {f for f in forms if len(f) > 2} if "_" in tool else set()


def _too_few(tool: ToolView, argument: str, value: Any) -> bool:
    """Whether a list has fewer things than the tool asks for."""
    return isinstance(value, list) and len(value) < tool.schema.get("properties", {}).get(argument, {}).get("minItems", 0)


def _only(text: str, row: Sequence[Mention], one: Mention) -> str:
    """A text with one of several names in a row."""
    return f"{text[: row[0].start]}{text[one.start : one.end]}{text[row[-1].end :]}"


def _example(tool: ToolView) -> str:
    """An example to show, its placeholders in words."""
    return re.sub(r"\{(\w+)\}", r"<\1>", tool.examples[0]) if tool.examples else tool.name.replace("_", " ")
