"""Steps that stand for several: "delete it with everything in it", "archive a and b", "the best one by f1", "a versioned bucket"."""

import itertools
import re
from collections.abc import Callable, Sequence

from swarm.planner.linking import Mention
from swarm.planner.ranking import Ranker
from swarm.planner.reader import Reader
from swarm.planner.references import NOUNS, PRONOUN
from swarm.planner.standing import picked
from swarm.planner.toolview import ToolView
from swarm.planner.wording import AND, WITH_CONTENTS

_VERSIONED = re.compile(
    r",?\s*\b(?:versioned|versioning (?:on|enabled|turned on)"
    r"|(?:that|which)\s+(?:(?:should|must|will|can)\s+)?(?:keeps?|remembers?|retains?|stores?)\s+(?:(?:all|the|its)\s+)*(?:old|older|earlier|previous|past|former)\s+versions"
    r"|(?:and )?(?:with|including) (?:versioning|versions|version history)(?: (?:on|enabled|turned on))?)\b",
    re.I,
)
_ONCE = re.compile(
    r"^(?P<head>.+?)[:,]?\s+(?:(?:twice|two times)\s*[:,]?\s*)?(?:once\s+)?(?P<first>(?:with|using)\s.+?),?\s+(?:and\s+)?(?:then\s+)?"
    r"(?:once(?: more)?|again|another time|a second time)\s+(?P<second>(?:with|using)\s.+)$",
    re.I,
)
_ONE_AND_OTHER = re.compile(
    r"^(?P<head>.+?),?\s*[:,]\s+(?:one|once)\s+(?P<first>(?:with|using)\s.+?)\s*(?:,|;|\band\b|\s)+"
    r"(?:(?:the\s+)?other(?: one)?|another(?: one)?|(?:a|the)\s+second(?: one)?|one|once)\s+(?P<second>(?:with|using)\s.+)$",
    re.I,
)
_TWO = re.compile(r"\b(?:two|2)\s+(?=\w)", re.I)
_NUMBER = re.compile(r"(?<![\w.])-?\d[\d.]*\b")
_BEFORE = re.compile(r"^(?P<lead>\W*(?:but\s+|please\s+|and\s+)*)before\s+(?:you|i|we)\s+(?P<later>\S.*)$", re.I)
_BEFORE_THAT = re.compile(r"^(?P<first>.+?),?\s+before\s+(?:you|i|we)\s+(?P<later>\S.*)$", re.I)
_WHEN_DONE = re.compile(
    r"(?<=[,.;] )(?:and )?(?:when|once|as soon as|after) (?:it|that|this|the (?:run|job|training)) (?:is|has|was) "
    r"(?:finished|done|ended|completed|through|over|ready),?\s+(?:then\s+|please\s+)?",
    re.I,
)
_ONCE_DONE = re.compile(
    r"^\W*(?:please\s+)?(?:when|once|as soon as|after)\s+(?P<run>(?:the\s+)?(?:run\s+)?[\w.-]*\w)\s+(?:is|has|was)\s+"
    r"(?:finished|done|ended|completed|through|over|ready),?\s+(?:then\s+|please\s+)*",
    re.I,
)
_TELL = re.compile(
    r"\W*(?:please\s+)?(?:(?:let me know|tell me|ping me|notify me|inform me|alert me|message me|give me a shout)\W*$|wait\b)", re.I
)
"""Wants to be told that it is done, and no more."""
_ASIDE = re.compile(
    r",?\s+(?=(?:please\s+)?(?:show|tell|give|list|check|make|copy|download|let"
    r"|explain|compare|save|get|preview|wait|can|could)\b)",
    re.I,
)
_POINTED = re.compile(
    r"\b(?:(?:that|this|the|those|these)\s+(?:runs?|jobs?|pipelines?|buckets?|files?|objects?|datasets?|experiments?|schedules?|documents?)"
    r"|it|them|that|this)\b",
    re.I,
)
_NOUN_OF = re.compile(rf"(?:the\s+|our\s+|my\s+)?(?:{'|'.join(NOUNS.values())})\s+[\"'`]?$", re.I)


class Expansion:
    """Knows which tools there are and what exists."""

    def __init__(self, tools: Sequence[ToolView], ranker: Ranker, reader: Reader) -> None:
        self._tools = list(tools)
        self._ranker = ranker
        self._reader = reader

    def steps(self, step: str) -> list[str]:
        """The steps that a step stands for; itself where it is one."""
        return self._emptied(step) or self._versioned(step) or picked(step) or _repeated(step) or self._kinds(step) or self._each(step)

    def ordered(self, text: str, begins: Callable[[str], bool]) -> str:
        """ "Before you delete a, show it" in the order in which it is to be done; "when it is done, show b" with the waiting."""
        ended = _ONCE_DONE.match(text)
        if ended and begins(text[ended.end() :]) and not _TELL.match(text[ended.end() :]) and self._reader.link(ended.group("run")):
            return f"wait for {ended.group('run')}; then {text[ended.end() :]}"
        done = _WHEN_DONE.search(text)
        if done and begins(text[done.end() :]) and not _TELL.match(text[done.end() :]):
            waits = "; then wait for it" if self._runs(text[: done.start()]) else ""
            text = f"{text[: done.start()].rstrip(' ,.;')}{waits}; then {text[done.end() :]}"
        said = _BEFORE.match(text)
        if said:
            cut = _ASIDE.search(said.group("later"))
            if cut is None or not begins(said.group("later")):
                return text
            later, first = said.group("later")[: cut.start()], said.group("later")[cut.end() :].rstrip(" .!?")
            return f"{said.group('lead')}{self._named(first, later)}, then {later}"
        said = _BEFORE_THAT.match(text)
        if said and begins(said.group("first")) and begins(said.group("later")):
            return f"{said.group('first')}, then {said.group('later')}"
        return text

    def _runs(self, text: str) -> bool:
        """Whether what is asked for last is about a run, for which one can wait."""
        clause = re.split(r"[;.!?]\s|,\s+(?:and\s+)?(?:please\s+)?|\band\s", text.rstrip(" ,.;!?"))[-1]
        ranked = self._ranker.rank(self._reader.understood(clause if self._reader.link(clause) else text).shape)
        return bool(ranked) and bool(ranked[0].tool.takes & {"pipeline", "run"})

    def _named(self, first: str, later: str) -> str:
        """What is done first, with the name that only the later part has."""
        found = self._reader.link(later)
        if not found or self._reader.link(first) or not PRONOUN.search(first):
            return first
        return _POINTED.sub(lambda _: later[found[0].start : found[-1].end], first, count=1)

    def _emptied(self, step: str) -> list[str]:
        """ "Delete the bucket a with everything in it" as two steps: what it holds, then the bucket."""
        rest = WITH_CONTENTS.sub("", step)
        clauses = [c for c in re.split(r"[,;.!?]\s+", rest) if re.search(r"\bbuckets?\b", c, re.I) or self._reader.link(c)]
        ranked = self._ranker.rank(self._reader.understood(clauses[-1] if clauses else rest).shape) if rest != step else []
        tool = ranked[0].tool if ranked else None
        emptied = tool is not None and tool.effect == "destroy" and tool.needs == {"bucket"}
        if not emptied or not any(t.effect == "destroy" and t.needs == {"bucket", "object"} for t in self._tools):
            return []
        found = next((m for m in self._reader.understood(rest).found if m.entry.kind == "bucket"), None)
        name = found.entry.name if found else ""
        return [f"delete all files in {name or 'that bucket'}", f"delete the bucket {name}" if name else "delete that bucket"]

    def _versioned(self, step: str) -> list[str]:
        """ "Make a versioned bucket a" as two steps: the bucket, then its versioning."""
        rest = _VERSIONED.sub("", step)
        if rest == step or not any(t.needs == {"bucket", "switch"} for t in self._tools):
            return []
        ranked = self._ranker.rank(self._reader.understood(rest).shape)
        made = bool(ranked) and "bucket" in ranked[0].tool.kinds and ranked[0].tool.needs == {"new_name"}
        return [rest, "switch versions on for the new bucket"] if made else []

    def _kinds(self, step: str) -> list[str]:
        """ "Delete the schedule a and the pipeline b" as two steps: things of two kinds, each with a tool of its own."""
        seen = self._reader.understood(step)
        exact = [m for m in seen.found if m.exact]
        between = [seen.text[m.end : n.start] for m, n in itertools.pairwise(exact)]
        if len({m.entry.kind for m in exact}) < 2 or not all(_NOUN_OF.search(t) and AND.fullmatch(_NOUN_OF.sub("", t)) for t in between):
            return []
        first = exact[0]
        head = re.sub(rf"(?:the\s+|our\s+|my\s+)?(?:(?:{'|'.join(NOUNS.values())})\s+)?[\"'`]?$", "", seen.text[: first.start], flags=re.I)
        steps = [seen.text[: first.end], *(f"{head}the {m.entry.kind} {seen.text[m.start : m.end]}" for m in exact[1:])]
        tools = [ranked[0].tool for one in steps if (ranked := self._ranker.rank(self._reader.understood(one).shape))]
        fits = [m.entry.kind in tool.needs and len(tool.needs) == 1 for m, tool in zip(exact, tools, strict=False)]
        return steps if len(fits) == len(exact) and all(fits) else []

    def _each(self, step: str) -> list[str]:
        """ "Delete the runs a and b" as two steps, where the tool takes one at a time."""
        seen = self._reader.understood(step)
        exact = [m for m in seen.found if m.exact]
        row = [m for m, n in itertools.pairwise(exact) if m.entry.kind == n.entry.kind and AND.fullmatch(seen.text[m.end : n.start])]
        if not row:
            return [step]
        row.append(exact[exact.index(row[-1]) + 1])
        ranked = self._ranker.rank(seen.shape)
        single = self._ranker.rank(self._reader.shaped(_only(seen.text, row, row[0]), self._reader.link(_only(seen.text, row, row[0]))))
        tool = single[0].tool
        takes = [name for name, kind in tool.kinds.items() if kind == row[0].entry.kind]
        lists = any(tool.schema["properties"][name].get("type") == "array" for name in takes)
        if len(takes) != 1 or lists or ("array" in str(ranked[0].tool.schema["properties"]) and ranked[0].chance > single[0].chance):
            return [step]
        return [_only(seen.text, row, one) for one in row]


def _repeated(step: str) -> list[str]:
    """ "Run a once with b=1 and once with b=2" as two steps."""
    found = _ONCE.match(step) or _ONE_AND_OTHER.match(step)
    if found is None or not any(re.search(r"\d|=", found.group(part)) for part in ("first", "second")):
        return []
    head, first, second = _TWO.sub("", found.group("head"), count=1), found.group("first"), found.group("second")
    number = _NUMBER.search(second)
    if number and not re.search(r"[a-z=]", second.partition(" ")[2], re.I):
        second = _NUMBER.sub(number.group(), first, count=1)
    return [f"{head} {first}", f"{head} {second}"]


def _only(text: str, row: Sequence[Mention], one: Mention) -> str:
    """A text with one of several names in a row."""
    return f"{text[: row[0].start]}{text[one.start : one.end]}{text[row[-1].end :]}"
