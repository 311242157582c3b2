"""The same conversations about things of other names, spelt otherwise, with a slip of the finger: what is left must still be understood.

Every word in the names of pipelines, experiments, runs, schedules, buckets and objects becomes a random one, the same everywhere, so that
what belongs together still does. Where a message names a thing, separators and case may change; one word of each turn, outside of names,
paths and values, gets a typo.
"""

import random
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from evals.chat.cases import Case, Expected
from evals.worlds.description import DEFAULT_EXPERIMENT, World

_WORD = re.compile(r"[A-ZÀ-Þ]+(?![a-zß-ÿ])|[A-ZÀ-Þ]?[a-zß-ÿ]+")
"""A word of a name; capitals begin a new one."""
_THE_ONE = re.compile(r"\b(the )(\w+)( one)\b", re.I)
_TOKEN = re.compile(r"[^\W_]+")
_KEPT = frozenset("csv parquet json jsonl yaml yml pkl pdf txt md png jpg html npy default latest".split())
_PROTECTED = re.compile(r"[\w./-]*[_/=.@:`\"“”][\w./=-]*|\S*\d\S*|[\"“`'].*?[\"”`']")
_SYLLABLES = [c + v for c in "bdfgklmnprstvz" for v in "aeiou"]
Speller = Callable[[str], str]


def perturbed(world: World, cases: Sequence[Case], seed: int) -> tuple[World, list[Case]]:
    """The world and its cases under other names; the same seed gives the same."""
    source = random.Random(seed)  # noqa: S311 - reproducible on purpose
    names = _Names(world, source)
    return names.world(world), [_case(case, names, source) for case in cases]


def _case(case: Case, names: "_Names", source: random.Random) -> Case:
    turns = [_typo(*names.spoken(turn, source), source) for turn in case.turns]
    expect = [Expected(tool=e.tool, args={k: names.value(v, k) for k, v in e.args.items()}) for e in case.expect]
    return case.model_copy(update={"turns": turns, "expect": expect, "answer_has": [names.text(w).lower() for w in case.answer_has]})


class _Names:
    """New words for old ones, and where texts speak of things."""

    def __init__(self, world: World, source: random.Random) -> None:
        loose = [p.name for p in world.pipelines] + [e.name for e in world.experiments] + [r.name for r in world.runs]
        loose += [s.name for s in world.schedules]
        keys = [o.key for b in world.buckets for o in b.objects]
        buckets = [b.name for b in world.buckets]
        words = {w.lower() for name in (*loose, *keys, *buckets) for w in _WORD.findall(name)} - _KEPT
        self._new: dict[str, str] = {}
        for word in sorted(w for w in words if len(w) > 1):
            self._new[word] = _invented(source, {*self._new.values()})
        self._spoken = {_tokens(name): False for name in (*_parts(keys), *buckets)}
        self._spoken |= {tokens: True for name in loose if name != DEFAULT_EXPERIMENT for tokens in _said_of(name)}
        self._spoken.pop((), None)

    def name(self, name: str) -> str:
        """A name with its words replaced, separators, numbers and case kept."""
        return name if name == DEFAULT_EXPERIMENT else _WORD.sub(lambda m: self._word(m.group()), name)

    def text(self, text: str, spell: Speller = lambda name: name) -> str:
        """A text with the names in it replaced, those that tools find in any spelling spelt by `spell`."""
        return self._replaced(text, spell)[0]

    def spoken(self, text: str, source: random.Random) -> tuple[str, list[str]]:
        """A turn with its names replaced and respelt, and these names."""
        replaced, names = self._replaced(text, lambda name: _respelt(name, source))
        ones = [self._word(m.group(2)) for m in _THE_ONE.finditer(replaced)]
        return _THE_ONE.sub(lambda m: m.group(1) + self._word(m.group(2)) + m.group(3), replaced), names + ones

    def value(self, value: Any, argument: str = "") -> Any:
        """An argument with the names in it replaced; local files and documents keep theirs."""
        if argument in ("path", "source"):
            return value
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            return [self.value(v) for v in value]
        return {k: self.value(v) for k, v in value.items()} if isinstance(value, dict) else value

    def world(self, world: World) -> World:
        """The world under its new names."""

        def renamed(items: Iterable[Any], *fields: str) -> list[Any]:
            return [one.model_copy(update={field: self.name(getattr(one, field)) for field in fields}) for one in items]

        extras = world.extras.model_copy(
            update={
                "run_details": {self.name(run): details for run, details in world.extras.run_details.items()},
                "paused_schedules": [self.name(name) for name in world.extras.paused_schedules],
            }
        )
        buckets = [b.model_copy(update={"name": self.name(b.name), "objects": renamed(b.objects, "key")}) for b in world.buckets]
        return World(
            pipelines=renamed(world.pipelines, "name"),
            experiments=renamed(world.experiments, "name"),
            runs=renamed(world.runs, "name", "pipeline", "experiment"),
            schedules=renamed(world.schedules, "name", "pipeline"),
            buckets=buckets,
            extras=extras,
        )

    def _word(self, word: str) -> str:
        new = self._new.get(word.lower(), word)
        return new.upper() if word.isupper() and len(word) > 1 else new.capitalize() if word[:1].isupper() else new

    def _replaced(self, text: str, spell: Speller) -> tuple[str, list[str]]:
        found = list(_TOKEN.finditer(text))
        parts: list[str] = []
        names: list[str] = []
        last = position = 0
        longest = max(map(len, self._spoken), default=0)
        while position < len(found):
            length = next((n for n in range(min(longest, len(found) - position), 0, -1) if self._is_name(text, found, position, n)), 0)
            if length:
                start, end = found[position].start(), found[position + length - 1].end()
                name = self.name(text[start:end])
                names.append(spell(name) if self._spoken[_tokens(text[start:end])] else name)
                parts += [text[last:start], names[-1]]
                last = end
            position += length or 1
        return "".join([*parts, text[last:]]), names

    def _is_name(self, text: str, found: Sequence[re.Match[str]], position: int, length: int) -> bool:
        """Whether the tokens from a position on are a name: a single ordinary word is one only where it is written like a path."""
        start, end = found[position].start(), found[position + length - 1].end()
        if _tokens(text[start:end]) not in self._spoken or re.search(r"[,;:!?()]|\.\s", text[start:end]):
            return False
        folder = length == 1 and not self._spoken[_tokens(text[start:end])] and "/" not in text[end : end + 1]
        return not folder


def _tokens(name: str) -> tuple[str, ...]:
    return tuple(token.lower() for token in _TOKEN.findall(name))


def _said_of(name: str) -> Iterable[tuple[str, ...]]:
    """How a name is spoken: whole, in its words, or two and more of these in a row."""
    words = tuple(token.lower() for token in re.findall(rf"{_WORD.pattern}|\d+", name))
    yield _tokens(name)
    yield from (words[a:b] for a in range(len(words)) for b in range(a + 2, len(words) + 1) if not all(w.isdigit() for w in words[a:b]))


def _parts(keys: Iterable[str]) -> Iterable[str]:
    """What people call an object or a folder: the key, its file, both without their ending, every folder."""
    for key in keys:
        file = key.rsplit("/", 1)[-1]
        folders = key.split("/")[:-1]
        yield from (key, file, *(part for part in (key.rsplit(".", 1)[0], file.rsplit(".", 1)[0]) if len(_tokens(part)) > 1))
        yield from ("/".join(folders[: n + 1]) for n in range(len(folders)))


def _invented(source: random.Random, taken: set[str]) -> str:
    while (word := "".join(source.choices(_SYLLABLES, k=source.choice([2, 3]))) + source.choice(["", "n", "x", "r"])) in taken:
        pass
    return word


def _respelt(name: str, source: random.Random) -> str:
    """Another spelling that tools take for the same name."""
    separator = source.choice([None, None, "-", "_", " "])
    spelt = name if separator is None else re.sub(r"(?<=\w)[-_ ](?=\w)", separator, name)
    return source.choice([spelt, spelt, spelt.lower(), spelt.upper()])


def _typo(text: str, names: Sequence[str], source: random.Random) -> str:
    """One slip in a word of five letters or more that is no name, path or value."""
    kept = [(m.start(), m.end()) for m in _PROTECTED.finditer(text)]
    kept += [(m.start(), m.end()) for name in names for m in re.finditer(re.escape(name), text)]
    words = [m for m in re.finditer(r"[^\W\d_]{5,}", text) if not any(a < m.end() and m.start() < b for a, b in kept)]
    if not words:
        return text
    word = source.choice(words)
    return text[: word.start()] + _slip(word.group(), source) + text[word.end() :]


def _slip(word: str, source: random.Random) -> str:
    at = source.randrange(1, len(word) - 1)
    match source.randrange(3):
        case 0:
            return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        case 1:
            return word[:at] + word[at + 1 :]
        case _:
            return word[:at] + word[at] + word[at:]
