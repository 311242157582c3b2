"""Linking: which of the things that exist a text mentions."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from swarm.planner.language import tokens
from tools.names import normal
from tools.tool import Entry

FILE_LIKE = re.compile(r"(?<![\w/.-])(?:~?/|\./|\.\./)?[\w.-]+(?:/[\w.-]+)*\.[A-Za-z][A-Za-z0-9]{0,7}\b|(?<![\w/.-])[\w.-]+(?:/[\w.-]+)+")
QUOTED = re.compile(r"[\"“”`]([^\"“”`]{1,200})[\"“”`]|(?<!\w)'([^']{1,200})'(?!\w)")
NAME_LIKE = re.compile(r"(?<![\w/.=-])[A-Za-z0-9]+(?:[-_][A-Za-z0-9]+)+(?![\w/.=-])")


@dataclass(frozen=True)
class Mention:
    """Something that exists, where the text names it."""

    entry: Entry
    start: int
    end: int


def mentions(text: str, entries: Iterable[Entry]) -> list[Mention]:
    """The longest names in the text, separators and case ignored, in the order of the text; an object also by its own file name."""
    by_words: dict[tuple[str, ...], list[Entry]] = {}
    for entry in entries:
        names = [entry.name, entry.name.rsplit("/", 1)[-1]] if entry.kind == "object" else [entry.name]
        for name in dict.fromkeys(names):
            key = tuple(normal(name).split())
            if key:
                by_words.setdefault(key, []).append(entry)
    longest = max((len(key) for key in by_words), default=0)
    found: list[Mention] = []
    spoken = tokens(text)
    position = 0
    while position < len(spoken):
        for length in range(min(longest, len(spoken) - position), 0, -1):
            window = spoken[position : position + length]
            matched = by_words.get(tuple(t.text for t in window))
            if matched and _together(text, window[0].start, window[-1].end):
                found += [Mention(entry, window[0].start, window[-1].end) for entry in matched]
                position += length - 1
                break
        position += 1
    return found


def _together(text: str, start: int, end: int) -> bool:
    """Whether a stretch of text can be one name: no sentence mark inside."""
    return not re.search(r"[,;:!?()]|\.\s", text[start:end])


def stand_in(kind: str) -> str:
    """The word that stands for a name of a kind: not the noun itself, for "the runs of iris" is about runs, not about pipelines."""
    return f" {kind.replace('_', '')}name "


def masked(text: str, found: Sequence[Mention]) -> str:
    """The text with every name replaced by its kind: what is asked for, whatever things are called here."""
    parts: list[str] = []
    last = 0
    for mention in found:
        if mention.start < last:
            continue
        parts += [text[last : mention.start], stand_in(mention.entry.kind)]
        last = mention.end
    return "".join([*parts, text[last:]])


def file_names(text: str) -> list[str]:
    """Words that look like files or keys, in the order of the text."""
    return [m.group().rstrip(".") for m in FILE_LIKE.finditer(re.sub(r"\b\w+=\S+", " ", text))]


def quoted(text: str) -> list[str]:
    """What stands in quotes or backticks."""
    return [first or second for first, second in QUOTED.findall(text)]


def name_like(text: str) -> list[str]:
    """Words joined by '-' or '_': names even where nothing is called so."""
    return [m.group() for m in NAME_LIKE.finditer(text)]
