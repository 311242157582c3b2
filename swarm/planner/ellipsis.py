"""What a step leaves out because the one before said it: "and b?", "same for b", "then the bucket itself", "have it stopped"."""

import re
from collections.abc import Callable, Collection

from swarm.planner.language import STOP, stem, words
from swarm.planner.marks import ECHO
from swarm.planner.ranking import Ranker
from swarm.planner.reader import Reader
from swarm.planner.references import NOUNS

_SAME = re.compile(
    r"(?:^|[,.?!;]|\s[-–—])\s*(?:and\s+)?"
    r"(?:(?:the\s+)?same(?:\s+thing)?\s+(?:for|with|of|goes for|applies to)|(?:what|how)\s+about|likewise(?:\s+for)?"
    r"|ditto(?:\s+for)?|and(?:\s+(?:for|of|from|with|in))?)"
    r"\s+(?P<other>(?:the\s+)?[\"'`]?[\w./-]*\w[\"'`]?)(?:\s+(?:too|as well|please))*(?=\s*(?:[.?!;,]|$))",
    re.I,
)
"""Asks the same of another thing."""
_EITHER = re.compile(r"\bthe (former|latter)\b(?: (?:one|run|file|pipeline|bucket|schedule))?", re.I)
_ECHOED = re.compile(r"\s+(?:itself|themselves|too|as well)\b", re.I)
_CAUSED = re.compile(
    r"(?P<lead>^\W*|\b(?:and|then|to|please|,)\s+)(?:have|get)\s+(?P<what>it|them|that|this|both)\s+(?P<verb>run|[a-z]+(?:ed|pt))\b",
    re.I,
)


def active(text: str, verbs: Collection[str]) -> str:
    """ "Have it stopped" as "stop it"."""
    verb = {stem(v): v for v in sorted(verbs, key=len, reverse=True)}

    def told(m: re.Match[str]) -> str:
        said = verb.get(stem(m.group("verb").lower()))
        return f"{m.group('lead')}{said} {m.group('what')}" if said else m.group()

    return _CAUSED.sub(told, text)


def same(text: str, reader: Reader) -> str:
    """ "What did a get, and b?" with the second question in full."""
    found = _SAME.search(text)
    while found:
        before, start = text[: found.start()], found.start()
        said = max(before.rfind(mark) for mark in (". ", "? ", "! ", ";", "\n", ", then ")) + 1
        clause = before[said:].strip()
        other = [m for m in reader.link(found.group("other")) if m.exact]
        first = [m for m in reader.link(clause) if other and m.entry.kind == other[0].entry.kind]
        if other and len({m.start for m in first}) == 1 and clause[first[0].end :].strip(" ?.!,;"):
            text = f"{text[:start]}; {clause[: first[0].start]}{found.group('other')}{clause[first[0].end :]}{text[found.end() :]}"
        elif other and len({m.start for m in first}) == 1 and re.search(r"same|ditto|likewise|about", found.group(), re.I):
            text = f"{text[:start]}; {clause[: first[0].start]}{found.group('other')}{text[found.end() :]}"
        found = _SAME.search(text, start + len(found.group()))
    return text


def named(text: str, reader: Reader) -> str:
    """ "The former" and "the latter" by the names of the two things spoken of before them."""
    found = _EITHER.search(text)
    if found is None:
        return text
    before = list(dict.fromkeys(text[m.start : m.end] for m in reader.link(text) if m.exact and m.end <= found.start()))[-2:]
    return _EITHER.sub(lambda m: before[m.group(1).lower() == "latter"], text) if len(before) == 2 else text


def echoed(earlier: str, step: str, ranker: Ranker, reader: Reader, begins: Callable[[str], bool]) -> str:
    """ "The bucket itself" behind "delete all files in a" as "delete the bucket"; the step as it is where it says what is to be done."""
    if not ECHO.fullmatch(step.strip()) or begins(step):
        return step
    seen = reader.understood(earlier)
    ranked = ranker.rank(seen.shape)
    thing = _ECHOED.sub("", step).strip(" .,;!?")
    if not ranked or ranked[0].tool.effect == "read":
        return step
    return f"{ranked[0].tool.name.split('_')[0]} {thing}" if reader.link(thing) or _noun(thing) else step


def _noun(thing: str) -> bool:
    rest = [w for w in words(thing) if w not in STOP]
    return len(rest) == 1 and any(re.fullmatch(noun, rest[0]) for noun in NOUNS.values())
