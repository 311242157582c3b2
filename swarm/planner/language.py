"""Words: tokens with their places, stems, and repaired misspellings."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, cast

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

if TYPE_CHECKING:
    import Stemmer

_TOKEN = re.compile(r"[^\W_]+(?:'[a-z]+)?", re.UNICODE)
_STOP_WORDS = """
a an and are as at be been can could do does for from have has i in is it its me my of on or our please pls some that
the their them there these this those to us was we were will with would you your just now hey hi hello kindly so also
"""
STOP = frozenset(_STOP_WORDS.split())
"""Words that say nothing about what is asked for."""


@dataclass(frozen=True)
class Token:
    """A word and where it stands in the text."""

    text: str
    start: int
    end: int


def tokens(text: str) -> list[Token]:
    """Words in lower case; punctuation, `_` and `-` separate."""
    return [Token(m.group().lower(), m.start(), m.end()) for m in _TOKEN.finditer(text)]


def words(text: str) -> list[str]:
    """Just the words."""
    return [t.text for t in tokens(text)]


@cache
def stem(word: str) -> str:
    """The stem of an English word."""
    return cast(str, _stemmer().stemWord(word))


@cache
def _stemmer() -> "Stemmer.Stemmer":
    import Stemmer

    return Stemmer.Stemmer("english")


def content(text: str) -> list[str]:
    """Stems of the words that carry meaning."""
    return [stem(w) for w in words(text) if w not in STOP]


class Speller:
    """Repairs words that are close to exactly one known word."""

    def __init__(self, known: Iterable[str]) -> None:
        self._known = {w for w in known if len(w) >= 4}
        self._stems = {stem(w) for w in self._known}

    def repair(self, text: str, protected: Iterable[str] = ()) -> str:
        """The text with its misspelt words replaced; `protected` words stay."""
        keep = set(protected)
        parts: list[str] = []
        last = 0
        for token in tokens(text):
            if len(token.text) < 5 or token.text in keep or token.text in self._known or stem(token.text) in self._stems:
                continue
            best = process.extractOne(token.text, self._known, scorer=DamerauLevenshtein.normalized_similarity, score_cutoff=0.8)
            if best is not None and best[0][0] == token.text[0]:
                parts += [text[last : token.start], best[0]]
                last = token.end
        return "".join([*parts, text[last:]])
