"""Relevance: whether a step has to do with what is here, with the field at all, or with nothing that anybody knows."""

import re

from swarm.planner.features import VALUES
from swarm.planner.language import STOP, content, words
from swarm.planner.lexicon import lexicon
from swarm.planner.ranking import CONSULTS, Ranker
from swarm.planner.reader import Reader, Understood
from swarm.planner.references import NOUNS, PRONOUN, speaks_of
from swarm.planner.shape import PLACEHOLDER
from swarm.planner.wording import WHAT_IS

NOISE = 0.5
"""Share of a step's words that nobody knows, from which nothing is changed because of it."""


_WORD = re.compile(r"(?:^|\s)[\"'`(]*[^\W\d]{2,}[\"'`).,;:!?]*(?=\s|$)")
"""A word that stands by itself, as every request has one."""


class Relevance:
    """Knows what is said here and what there is."""

    def __init__(self, reader: Reader, ranker: Ranker) -> None:
        self._reader = reader
        self._ranker = ranker

    def noise(self, seen: Understood) -> bool:
        """Whether a step is mostly of words that nobody knows, and names and points at nothing; values alone are no names."""
        named = seen.found or any(set(kinds) - VALUES for kinds in seen.shape.kinds) or PRONOUN.search(seen.text)
        if not seen.found and not _WORD.search(PLACEHOLDER.sub(" ", seen.shape.text)):
            return True
        known = any(self._reader.linker.is_name_word(w) for w in words(seen.text) if len(w) > 2)
        return not named and not known and self._ranker.examples.strange(seen.shape) > NOISE

    def of_the_field(self, seen: Understood) -> bool:
        """Whether a question has any word of the field, or few words that nobody knows."""
        said = set(words(seen.text))
        if said & lexicon().domain or any(w.rstrip("s") in lexicon().domain for w in said) or seen.found:
            return True
        return bool(content(seen.text)) and self._ranker.examples.strange(seen.shape) < 0.34 and len(content(seen.text)) > 1

    def relates(self, seen: Understood) -> bool:
        """Whether a step speaks of anything that there is here: a name or a part of one, or a word for things of the field."""
        about = lexicon().domain | lexicon().nouns
        nouns = [w for w in words(seen.text) if w not in STOP and w not in lexicon().verbs and w not in lexicon().times]
        return bool(seen.found) or any({w, w.rstrip("s")} & about or self._reader.linker.is_name_word(w) for w in nouns)

    def consults(self, seen: Understood) -> bool:
        """Whether a step asks what the documentation says, or what a word is that nobody here knows."""
        if CONSULTS.search(seen.text):
            return True
        asked = WHAT_IS.match(seen.text)
        if asked is None or seen.found or any(speaks_of(kind, asked.group(1)) for kind in NOUNS):
            return False
        return any(self._reader.unknown(w) for w in words(asked.group(1)))
