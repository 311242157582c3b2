"""Reading a step: slips repaired, names linked, its shape taken."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from swarm.planner.catalogue import Known
from swarm.planner.language import STOP, Speller, tokens, words
from swarm.planner.lexicon import lexicon, written_out
from swarm.planner.linking import QUOTED, Linker, Mention
from swarm.planner.parameters import settings
from swarm.planner.pasted import spoken
from swarm.planner.references import NOUNS
from swarm.planner.shape import Shape, shape, without_placeholders
from swarm.planner.timing import duration
from tools.tool import Entry


@dataclass(frozen=True)
class Understood:
    """A step after normalising and linking."""

    text: str
    found: list[Mention]
    shape: Shape


REMEMBERED = 100
"""Steps kept as understood, for one decision asks for the same several times."""


class Reader:
    """Knows what exists and which words there are."""

    def __init__(self, catalogue: Known, vocabulary: frozenset[str], is_word: Callable[[str], bool]) -> None:
        self.catalogue = catalogue
        self.linker = Linker()
        self.common = frozenset(vocabulary | lexicon().words | STOP)
        self._vocabulary = vocabulary
        self._is_word = is_word
        self._understood: dict[tuple[object, ...], Understood] = {}
        self._linked: dict[tuple[object, ...], list[Mention]] = {}
        self._speller: tuple[tuple[int, ...], Speller] | None = None
        self._typed: tuple[Sequence[Entry], dict[str, str]] = ((), {})

    def understood(self, step: str) -> Understood:
        """A step with its slips repaired and its names linked; what is pasted into it is left out, unless it is nothing else."""
        key = (step, *(id(self._entries(kind)) for kind in self.catalogue.kinds))
        if key not in self._understood:
            if len(self._understood) >= REMEMBERED:
                self._understood.clear()
            text = self.spelt(written_out(spoken(step) or step))
            found = self.link(text)
            self._understood[key] = Understood(text, found, self.shaped(text, found))
        return self._understood[key]

    def unknown(self, word: str) -> bool:
        """Whether a word is none of the language, of requests, or of names that exist."""
        known = word in self.common or self._is_word(word) or self._is_word(word.removesuffix("s"))
        return len(word) > 3 and not known and not self.linker.is_name_word(word)

    def shaped(self, text: str, found: list[Mention]) -> Shape:
        """The shape of a text in which these things were found; values of known parameters are settings."""
        parameters = self._parameters()
        given = [Mention(Entry("setting", s.name), s.start, s.end) for s in settings(text, parameters) if "=" not in text[s.start : s.end]]
        lasts = duration(text)
        timed = [(lasts[1].start, lasts[1].end)] if lasts else []
        given = [m for m in given if not any(a <= m.start and m.end <= b for a, b in timed)]
        if not any(m.entry.kind in ("pipeline", "run") for m in found):
            given = [m for m in given if not any(re.fullmatch(noun, m.entry.name, re.I) for noun in NOUNS.values())]
        apart = [m for m in given if not any(f.start < m.end and m.start < f.end for f in found)]
        return shape(without_placeholders(text), [*found, *apart])

    def _parameters(self) -> dict[str, str]:
        """All parameters of all pipelines with their types."""
        pipelines = self.catalogue.entries("pipeline")
        if self._typed[0] is not pipelines:
            self._typed = (pipelines, {name: kind for e in pipelines for name, kind in e.facts.get("parameters", {}).items()})
        return self._typed[1]

    def spelt(self, text: str) -> str:
        """The text with its slips repaired; names stay as they are."""
        entries = [self._entries(kind) for kind in self.catalogue.kinds]
        key = tuple(id(e) for e in entries)
        if self._speller is None or self._speller[0] != key:
            known = self._vocabulary | lexicon().words | {w for w in STOP if len(w) > 4}
            known = known | {w for name in self._parameters() for w in words(name)}
            known = known | self.linker.name_words()
            self._speller = (key, Speller(known, lambda w: self._is_word(w) or self.linker.is_name_word(w)))
        spans = [(m.start, m.end) for m in self.linker.mentions(text)]
        new = [
            m.span(1) for m in re.finditer(r"\b(?:called|named|name|as|call(?: (?:it|this|that|the \w+))?)\s+[\"'`]?([\w.-]+)", text, re.I)
        ]
        named = {text[a:b].lower().rstrip(".-") for a, b in new}
        new += [(t.start, t.end) for t in tokens(text) if t.text in named]
        said = [m.span() for m in QUOTED.finditer(text)]
        return self._speller[1].repair(text, [*spans, *new, *said])

    def _entries(self, kind: str) -> Sequence[Entry]:
        entries = self.catalogue.entries(kind)
        self.linker.update(kind, entries)
        return entries

    def link(self, text: str) -> list[Mention]:
        """The things that a text names, in its order."""
        key = (text, *(id(self._entries(kind)) for kind in self.catalogue.kinds))
        if key not in self._linked:
            if len(self._linked) >= REMEMBERED:
                self._linked.clear()
            self._linked[key] = self._found(text)
        return self._linked[key]

    def _found(self, text: str) -> list[Mention]:
        found = self.linker.mentions(text)
        found = [m for m in found if not self._plain_word(text, m)]
        found += self.linker.misspelt(text, found)
        return sorted([*found, *self.linker.described(text, found, self.common)], key=lambda m: m.start)

    def _plain_word(self, text: str, mention: Mention) -> bool:
        """Whether a one-word name is, where it stands, more likely the common word: a pipeline `train` in "train it"."""
        said = text[mention.start : mention.end]
        if not said.isalpha() or said.lower() not in self.common:
            return False
        noun = NOUNS.get(mention.entry.kind, mention.entry.kind)
        near = text[max(0, mention.start - 14) : mention.end + 14]
        placed = re.search(
            r"(?:->\s*|\b(?:in|to|into|from|of|on|inside|within|called|named"
            r"|for)\s+(?:the\s+|my\s+|our\s+)?|[\"'`])$",
            text[: mention.start],
            re.I,
        )
        subject = not text[: mention.start].strip() and re.match(
            r"\s+(?:should|must|shall|has to|needs to|may)\b", text[mention.end :], re.I
        )
        return not placed and not subject and not re.search(rf"\b(?:{noun})\b", near, re.I)
