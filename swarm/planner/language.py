"""Words: tokens with their places, stems, and repaired misspellings."""

import re
from collections.abc import Callable, Iterable
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
the their them there this these those to us was we were will with would you your just now hey hi hello kindly so also
"""
STOP = frozenset(_STOP_WORDS.split())
"""Words that say nothing about what is asked for."""
_JOINED = "-_/.=@:"
"""Marks that make the words beside them parts of a name, a path or a value."""


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
    return [word.lower() for word in _TOKEN.findall(text)]


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
    """Repairs words that are close to a known word and are no words themselves."""

    def __init__(self, known: Iterable[str], is_word: Callable[[str], bool]) -> None:
        self._known = sorted(w for w in set(known) if len(w) >= 4)
        self._stems = {stem(w) for w in self._known}
        self._is_word = is_word
        self._repaired: dict[str, str] = {}

    def repair(self, text: str, spans: Iterable[tuple[int, int]] = ()) -> str:
        """The text with its misspelt words replaced; what lies in `spans`, and parts of names, paths and values, stay."""
        kept = list(spans)
        parts: list[str] = []
        last = 0
        for token in tokens(text):
            inside = any(a <= token.start < b for a, b in kept)
            joined = text[token.start - 1 : token.start] in tuple(_JOINED) or _joins(text, token.end)
            named = text[token.start].isupper() and token.start > 0 and text[token.start - 2 : token.start - 1] not in (".", "!", "?", "")
            if inside or joined or named or not token.text.isalpha():
                continue
            better = self._better(token.text)
            if better != token.text:
                parts += [text[last : token.start], better]
                last = token.end
        return "".join([*parts, text[last:]])

    def _better(self, word: str) -> str:
        if word not in self._repaired:
            if len(self._repaired) > 5000:
                self._repaired.clear()
            self._repaired[word] = self._closest(word)
        return self._repaired[word]

    def _closest(self, word: str) -> str:
        if (
            not 4 <= len(word) <= 24
            or stem(word) in self._stems
            or word in self._known
            or self._is_word(word)
            or self._is_word(word.removesuffix("s"))
        ):
            return word
        allowed = 1 if len(word) < 8 else 2
        near = process.extract(word, self._known, scorer=DamerauLevenshtein.distance, score_cutoff=allowed, limit=5)
        near = [one for one in near if one[0][0] == word[0] or one[1] == 1]
        fits = [(distance, known[0] != word[0], sorted(known) != sorted(word), -len(known), known) for known, distance, _ in near]
        fits = [fit for fit in fits if len(word) > 4 or _slipped(word, fit[-1])]
        return min(fits)[-1] if fits else word


def _slipped(short: str, known: str) -> bool:
    """Whether a word of four letters is a known one with two letters swapped or one missing: what else is near may be another word."""
    letters = iter(known)
    return short[0] == known[0] and (sorted(short) == sorted(known) or (len(known) == 5 and all(letter in letters for letter in short)))


def _joins(text: str, end: int) -> bool:
    """Whether a name, path or value goes on behind a word: a joining mark with something right behind it."""
    return text[end : end + 1] in tuple(_JOINED) and text[end + 1 : end + 2].isalnum()
