"""References: "it", "the failed one", "that bucket", "the one before", from what was said and done before."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from swarm.planner.standing import standing
from tools.states import STATES, states
from tools.tool import Entry

PRONOUN = re.compile(
    r"\b(?:it|its|this|that|them|these|those|they|their|there|same|one|ones|both|(?:the|this|that|these|those|said|its|new)\s+(?:\w+\s+)?"
    r"(?:runs?|jobs?|pipelines?|workflows?|buckets?|files?|objects?|datasets?|experiments?|schedules?|documents?|copy|link|versions?|ones?))\b",
    re.I,
)
NOUNS: Mapping[str, str] = {
    "run": r"runs?|jobs?|executions?|trainings?|attempts?|analys[ei]s|computations?",
    "pipeline": r"pipelines?|workflows?|dags?",
    "bucket": r"buckets?",
    "object": r"files?|objects?|data(?:sets?)?|cop(?:y|ies)|keys?|csvs?|parquets?",
    "experiment": r"experiments?",
    "schedule": r"schedules?|crons?|timers?",
    "document": r"documents?|docs?|guides?|manuals?|pdfs?",
}
DOCUMENTS = r"(?:documents?|documentation|manuals?|handbooks?|guides?|runbooks?|wiki|knowledge base)"
"""The documentation as a whole."""
_ORDINALS = {"first": 0, "1st": 0, "second": 1, "2nd": 1, "third": 2, "3rd": 2, "fourth": 3, "4th": 3, "fifth": 4, "5th": 4, "last": -1}
_ORDINAL = re.compile(
    rf"\b(?:the\s+)?({'|'.join(_ORDINALS)})\s+(?:one|of (?:them|those|these|the list)|in the list|listed)\b"
    rf"|(?:^|\b(?:number|no\.?|nr\.?|option)\s*|#)([1-9])\b(?=\s*[.!?)]?\s*$)",
    re.I,
)
_AGED = re.compile(r"\b(newest|latest|most recent|oldest|earliest)\s+(?:(?:one\s+)?of (?:them|those|these)|one)\b", re.I)
ALL = re.compile(r"\b(?:both|all|them|these|those|they|each|(?:the|of the|these|those) (?:two|three|four))\b", re.I)
EACH = re.compile(
    r"\b(?:(?:all|both|each|every one) of (?:them|those|these)|(?:them|those|these) (?:all|both)|both"
    r"|(?:for|of) each(?: one)?(?=\W*$|[,;.])|each one|(?:every|each) single one)\b",
    re.I,
)
"""Speaks of every one of several things spoken of before."""
THEM = re.compile(r"(?<!\bof )\b(?:them|these|those|they|both)\b", re.I)
EVERYTHING = re.compile(
    r"\b(?:everything|(?:all|every|any)(?: of)?(?: the| its| their| my| our)?(?: \w+)? (?:files?|objects?|contents?|data|stuff)"
    r"|(?:its|the|whole|entire) contents?|all (?:that is|there is|of it)|empty(?= (?:the |my |our )?(?:bucket|\{bucket\}))|emptied)\b",
    re.I,
)
"""Speaks of all objects of a place."""
OTHER = re.compile(r"\b(?:the|that)\s+other\b", re.I)
PREVIOUS = re.compile(
    r"\b(?:previous|preceding|prior|earlier|(?:the )?(?:one|run|time) before"
    r"|before (?:it|that)|last time|predecessor|last one|older)\b",
    re.I,
)
LATEST = re.compile(r"\b(?:latest|last|newest|most recent)\b(?!\s+(?:\d|two|three|few|one before|time|week|month|night|year))", re.I)


@dataclass(frozen=True)
class Thing:
    """Something that was spoken of or that a result was about."""

    kind: str
    name: str
    bucket: str | None = None
    standing: str | None = field(default=None, compare=False)
    """`best` or `worst` of those that were compared."""


@dataclass(frozen=True)
class Done:
    """A call that was made, and what it was about."""

    tool: str
    args: Mapping[str, Any]
    things: tuple[Thing, ...] = ()
    ok: bool = True
    now: bool = False
    """Made for the request at hand, not for an earlier one."""


@dataclass
class Memory:
    """What a conversation remembers, oldest first."""

    calls: list[Done] = field(default_factory=list)
    said: str = ""
    """The request before the one at hand."""

    @property
    def topic(self) -> str:
        """The kind of things spoken of last; empty where there are none."""
        return next(iter(self.kinds(listed=True)), "")

    def focus(self, kind: str, now: bool = False) -> Thing | None:
        """The one thing of a kind spoken of last; None where the last to speak of the kind spoke of several."""
        for call in reversed(self.calls):
            things = list(dict.fromkeys(t for t in call.things if t.kind == kind))
            if now and not call.now:
                return None
            if things:
                return things[0] if len(things) == 1 or _led(call, things[0]) else None
        return None

    def listed(self, kind: str) -> list[Thing]:
        """The things of a kind that the last call about it was about."""
        for call in reversed(self.calls):
            things = list(dict.fromkeys(t for t in call.things if t.kind == kind))
            if things:
                return things
        return []

    def several(self, kind: str) -> list[Thing]:
        """The last list of more than one thing of a kind."""
        for call in reversed(self.calls):
            things = list(dict.fromkeys(t for t in call.things if t.kind == kind))
            if len(things) > 1:
                return things
        return []

    def named_together(self, things: Sequence[Thing]) -> bool:
        """Whether one call was given just these things."""
        names = [t.name for t in things]
        return any(list(value) == names for call in self.calls for value in call.args.values() if isinstance(value, list))

    def standing(self, kind: str, which: str) -> str | None:
        """The best or the worst of the things of a kind that were compared last."""
        compared = (call for call in reversed(self.calls) if any(t.standing for t in call.things if t.kind == kind))
        return next((t.name for call in compared for t in call.things if t.kind == kind and t.standing == which), None)

    def gathered(self, kind: str) -> list[str]:
        """The things of a kind that the calls for this request were about, one each."""
        single = [{t.name for t in call.things if t.kind == kind} for call in self.calls if call.now]
        return list(dict.fromkeys(name for names in single if len(names) == 1 for name in names))

    def made(self, kind: str) -> str | None:
        """The thing of a kind that was made last for the request at hand."""
        calls = (call for call in reversed(self.calls) if call.now and call.tool == f"create_{kind}")
        return next((t.name for call in calls for t in call.things if t.kind == kind), None)

    def kinds(self, listed: bool = False) -> list[str]:
        """Kinds of things there is one of in focus, or with `listed` also several, the most recent first."""
        found = dict.fromkeys(kind for call in reversed(self.calls) for kind in (*_topic(call), *(t.kind for t in call.things)))
        return [kind for kind in found if listed or self.focus(kind) is not None]


def _topic(call: Done) -> list[str]:
    """The kind of things that a call lists, even where there are none."""
    return [kind for kind in NOUNS if call.tool == f"list_{kind}s"]


def _led(call: Done, thing: Thing) -> bool:
    """Whether a call was about one thing in the first place: it was named among its arguments."""
    return thing.name in [str(v) for v in call.args.values() if isinstance(v, str)]


def speaks_of(kind: str, text: str) -> bool:
    """Whether the noun of a kind stands in the text."""
    noun = NOUNS.get(kind, f"{re.escape(kind)}s?")
    return re.search(rf"\b(?:{noun})\b", text, re.I) is not None


def referred(kind: str, text: str, memory: Memory, entries: Callable[[str], Sequence[Entry]]) -> list[str]:
    """The things of a kind that a text points at without naming them: none, one, or several to choose from."""
    there = memory.several(kind) or memory.listed(kind)
    names = [t.name for t in there]
    which = standing(text)
    best = memory.standing(kind, which) if which else None
    if best:
        return [best]
    aged = _AGED.search(text)
    if kind == "run" and aged and len(names) > 1:
        return [names[-1 if aged.group(1).lower() in ("oldest", "earliest") else 0]]
    counted = re.search(rf"\bthe\s+({'|'.join(_ORDINALS)})\s+(?:{NOUNS.get(kind, kind)})\b", text, re.I)
    if counted and not (kind == "run" and counted.group(1).lower() == "last") and len(names) > 1:
        position = _ORDINALS[counted.group(1).lower()]
        return [names[position]] if position < len(names) else []
    ordinal = _ORDINAL.search(text)
    if ordinal and names:
        position = _ORDINALS[ordinal.group(1).lower()] if ordinal.group(1) else int(ordinal.group(2)) - 1
        return [names[position]] if -len(names) <= position < len(names) else []
    known = {e.name: e for e in entries(kind)}
    if kind == "run" and re.search(r"\b(?:one|run|job|it|execution)\b", text, re.I):
        wanted = states(re.sub(r"\b(?:is|did|has|does)\b.*", "", text, flags=re.I))
        pointing = re.search(
            rf"\b(?:the|that|this|my"
            rf"|our)\s+(?:\w+\s+)?({'|'.join(w for s in STATES.values() for w in s)})\s+(?:one|run|job)\b",
            text,
            re.I,
        )
        if wanted and pointing:
            fits = [n for n in names if n in known and known[n].facts.get("state") in wanted]
            return fits or [n for n, e in known.items() if e.facts.get("state") in wanted]
    other = OTHER.search(text)
    if other and (speaks_of(kind, text[other.end() :][:20]) or re.search(r"\bother one\b", text, re.I)):
        current = memory.focus(kind)
        return [n for n in (names if len(names) > 1 else known) if current is None or n != current.name]
    return []


def before(run: str, entries: Sequence[Entry]) -> str | None:
    """The run before this one, of the same pipeline; entries are newest first."""
    position = next((i for i, e in enumerate(entries) if e.name == run), None)
    if position is None:
        return None
    pipeline = entries[position].facts.get("pipeline")
    return next((e.name for e in entries[position + 1 :] if e.facts.get("pipeline") == pipeline), None)
