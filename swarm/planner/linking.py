"""Linking: which of the things that exist a text mentions, however loosely it names them."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from swarm.planner.language import STOP, Token, stem, tokens
from tools.tool import Entry

FILE_LIKE = re.compile(
    r"(?<![\w/.@-])(?:(?:minio|s3)://)?(?:~?/|\./"
    r"|\.\./)?[\w.@+-]+(?:/[\w.@+-]+)*\.[A-Za-z][A-Za-z0-9]{0,7}\b(?!/)|(?<![\w/.-])[\w.-]+(?:/[\w.-]+)+"
)
QUOTED = re.compile(r"[\"“”`]([^\"“”`]{1,200})[\"“”`]|(?<!\w)'([^']{1,200})'(?!\w)")
NAME_LIKE = re.compile(r"(?<![\w/.=-])[A-Za-z0-9]+(?:[-_][A-Za-z0-9]+)+(?![\w/=-]|\.\w)")
LONGEST = 8
"""Words that one name can be spoken in."""
FUZZY = 0.84
"""Similarity from which a misspelt name is taken for the real one."""
_MACHINE_MADE = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
"""An identifier, as in the keys under which runs keep their artifacts."""
REMEMBERED = 500
"""Words whose nearest names are kept, for one decision asks for the same several times."""
_SENTENCE = re.compile(r"[,;:!?()\n\"`]|\.\s")


@dataclass(frozen=True)
class Mention:
    """Something that exists, where the text names it in full."""

    entry: Entry
    start: int
    end: int
    exact: bool = True
    """Whether just this name stands there; an object spoken of by its file name alone is not exact."""


def squashed(name: str) -> str:
    """A name without case, separators and leading zeros of numbers: all ways of writing it become one."""
    parts = re.findall(r"[^\W\d_]+|\d+", name.lower())
    return "".join(part.lstrip("0") or "0" if part.isdigit() else part for part in parts)


@dataclass
class _Index:
    """The names of one kind, ready for look-up."""

    full: dict[str, list[Entry]] = field(default_factory=dict)
    files: dict[str, list[Entry]] = field(default_factory=dict)
    by_word: dict[str, set[str]] = field(default_factory=dict)
    """For a stem: the names that have it."""
    words: dict[str, frozenset[str]] = field(default_factory=dict)
    """For a name: its stems."""


class Linker:
    """Knows the names of all kinds; renewed where the listings have changed."""

    def __init__(self) -> None:
        self._indexes: dict[str, tuple[Sequence[Entry], _Index]] = {}
        self._squashed: set[str] = set()
        """All names as they are looked up."""
        self._near: dict[str, list[Entry]] = {}
        """For what looks like a name: the names that it may be a slip of."""

    def update(self, kind: str, entries: Sequence[Entry]) -> None:
        """Take over the names of a kind."""
        known = self._indexes.get(kind)
        if known is None or known[0] is not entries:
            self._indexes[kind] = (entries, _indexed(entries))
            self._near = {}
            self._squashed = {name for _, index in self._indexes.values() for names in (index.full, index.files) for name in names}

    def mentions(self, text: str, kinds: Iterable[str] | None = None) -> list[Mention]:
        """The longest names in the text, in its order; several where one word names several things."""
        chosen = [index for kind, (_, index) in self._indexes.items() if kinds is None or kind in kinds]
        spoken = tokens(text)
        parts = [squashed(token.text) for token in spoken]
        found: list[Mention] = []
        position = 0
        while position < len(spoken):
            step, here = self._at(text, spoken, parts, position, chosen)
            found += here
            position += step
        return _agreed(found)

    def _at(self, text: str, spoken: list[Token], parts: list[str], position: int, indexes: list[_Index]) -> tuple[int, list[Mention]]:
        for length in range(min(LONGEST, len(spoken) - position), 0, -1):
            joined = "".join(parts[position : position + length])
            keys = [key for key in dict.fromkeys((joined, joined.removesuffix("s"))) if key in self._squashed]
            if not keys or (length == 1 and (joined in STOP or len(joined) < 2)):
                continue
            start, end = spoken[position].start, spoken[position + length - 1].end
            if length > 1 and _SENTENCE.search(text[start:end]):
                continue
            if length > 1 and re.match(r"\.\w", text[end:]):
                continue  # "label ocr.onnx" is no pipeline label_ocr
            for key in keys:
                whole = [Mention(e, start, end) for index in indexes for e in index.full.get(key, [])]
                by_file = [Mention(e, start, end, exact=False) for index in indexes for e in index.files.get(key, [])]
                if whole or by_file:
                    return length, [*whole, *by_file]
        return 1, []

    def misspelt(self, text: str, found: Sequence[Mention]) -> list[Mention]:
        """Names that the text has with a slip: only what looks like a name and is none."""
        more: list[Mention] = []
        for match in re.finditer(r"(?<![\w./-])[A-Za-z][\w./-]{4,}", text):
            word = match.group().rstrip(".-")
            taken = any(m.start < match.start() + len(word) and match.start() < m.end for m in found)
            if taken or not re.search(r"[-_./\d]", word):
                continue
            for entry in self._close(squashed(word)):
                more.append(Mention(entry, match.start(), match.start() + len(word)))
        return more

    def described(self, text: str, found: Sequence[Mention], common: Collection[str]) -> list[Mention]:
        """Names said by two and more of their words in any order, "the june yield run", where only one thing has all of these; a word
        that no request has must be among them."""
        spoken = tokens(text)
        taken = [any(m.start < t.end and t.start < m.end for m in found) or _joined(text, t) for t in spoken]
        more: list[Mention] = []
        position = 0
        while position < len(spoken):
            length = next((n for n in range(4, 1, -1) if self._having(text, spoken[position : position + n], n, common)), 0)
            if length and not any(taken[position : position + length]):
                window = spoken[position : position + length]
                entry = self._having(text, window, length, common)
                more += [Mention(entry, window[0].start, window[-1].end, exact=False)] if entry else []
            position += length or 1
        return more

    def _having(self, text: str, window: Sequence[Token], length: int, common: Collection[str]) -> Entry | None:
        """The one thing whose name has all these words."""
        said = [t.text for t in window]
        if len({*said}) < length or any(w in STOP for w in said) or all(w in common or w.isdigit() for w in said):
            return None
        if _SENTENCE.search(text[window[0].start : window[-1].end]):
            return None
        fits = [e for entries, index in self._indexes.values() for e in _with_all(said, entries, index)]
        return fits[0] if len(fits) == 1 else None

    def _close(self, wanted: str) -> list[Entry]:
        near = self._near
        if len(near) >= REMEMBERED:
            near = self._near = {}
        if wanted not in near:
            near[wanted] = self._closest(wanted)
        return near[wanted]

    def _closest(self, wanted: str) -> list[Entry]:
        best: list[Entry] = []
        top = FUZZY
        if sum(name.startswith(wanted) for _, index in self._indexes.values() for name in index.full) > 1:
            return []  # what several names begin with is no slip of one
        for _, index in self._indexes.values():
            near = process.extractOne(wanted, index.full.keys(), scorer=DamerauLevenshtein.normalized_similarity, score_cutoff=top)
            if near is None or re.sub(r"\D", "", near[0]) != re.sub(r"\D", "", wanted):
                continue  # another number is another thing, no slip
            best = [*(best if near[1] == top else []), *index.full[near[0]]]
            top = near[1]
        return best

    def partly(self, kind: str, spoken: Sequence[str], among: Sequence[str] | None = None) -> list[str]:
        """The names of a kind that share most, and the rarest, words with what was said."""
        known = self._indexes.get(kind)
        if known is None:
            return []
        index = known[1]
        scores: dict[str, float] = {}
        for word in dict.fromkeys(s for w in spoken for s in _forms(w)):
            names = index.by_word.get(word, set())
            for name in names:
                if among is None or name in among:
                    scores[name] = scores.get(name, 0.0) + 1.0 + 1.0 / len(names)
        best = max(scores.values(), default=0.0)
        return [e.name for e in known[0] if scores.get(e.name, 0.0) >= best - 1e-9] if scores else []

    def name_words(self) -> set[str]:
        """The words of all names that are long enough to be known in spite of a slip."""
        names = (name for _, index in self._indexes.values() for name in index.words)
        return {part for name in names for part in _words(name) if len(part) > 4 and part.isalpha()}

    def in_names(self, kind: str, word: str) -> bool:
        """Whether a thing of a kind has this word in its name."""
        return kind in self._indexes and any(form in self._indexes[kind][1].by_word for form in _forms(word))

    def is_name_word(self, word: str) -> bool:
        """Whether any name has this word."""
        return any(form in index.by_word for _, index in self._indexes.values() for form in _forms(word))


def _with_all(said: Sequence[str], entries: Sequence[Entry], index: _Index) -> list[Entry]:
    """The things whose names have all these words."""
    names = set.intersection(*(set().union(*(index.by_word.get(form, set()) for form in _forms(w))) for w in said))
    return [e for e in entries if e.name in names] if names else []


def _joined(text: str, token: Token) -> bool:
    """Whether a word is part of a name, a path or a value."""
    return text[token.start - 1 : token.start] in tuple("-_/.=") or text[token.end : token.end + 1] in tuple("-_/=")


def _words(name: str) -> list[str]:
    """The words of a name, also those that only capitals or numbers tell apart; these together too."""
    parts = [*re.findall(r"[^\W\d_]+|\d+", name), *re.findall(r"[^\W_]+", name)]
    capital = [word for part in parts for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", part) if len(word) > 1]
    return [part.lower() for part in dict.fromkeys([*parts, *capital])]


def _forms(word: str) -> list[str]:
    """A word as names may have it: its stem, and a number without leading zeros."""
    return [word.lstrip("0") or "0"] if word.isdigit() else [stem(word)]


def _indexed(entries: Sequence[Entry]) -> _Index:
    index = _Index()
    for entry in entries:
        index.full.setdefault(squashed(entry.name), []).append(entry)
        bare = entry.name.rsplit("/", 1)[-1].rsplit(".", 1)[0]
        if entry.kind == "document" and re.search(r"[-_\d]", bare):
            index.full.setdefault(squashed(bare), []).append(entry)
        if _MACHINE_MADE.search(entry.name):
            continue  # nobody speaks of it by a part of its name
        if "/" in entry.name:
            index.files.setdefault(squashed(entry.name.rsplit("/", 1)[-1]), []).append(entry)
        parts = _words(entry.name)
        stems = frozenset(form for part in parts for form in _forms(part))
        index.words[entry.name] = stems
        for word in stems:
            index.by_word.setdefault(word, set()).add(entry.name)
    return index


def _agreed(found: list[Mention]) -> list[Mention]:
    """Without the file names that a full key elsewhere in the text settles."""
    exact = {m.entry for m in found if m.exact}
    settled = {(m.start, m.end) for m in found if not m.exact and m.entry in exact}
    return [m for m in found if m.exact or (m.start, m.end) not in settled]


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
    """Words that look like files or keys, in the order of the text; before them those in quotes that have blanks in their names."""
    blank = [name for name in quoted(text) if " " in name and FILE_LIKE.fullmatch(name.replace(" ", "_"))]
    for name in blank:
        text = text.replace(name, " ")
    return [*blank, *(m.group().rstrip(".") for m in FILE_LIKE.finditer(re.sub(r"\b\w+=\S+", " ", text)))]


def quoted(text: str) -> list[str]:
    """What stands in quotes or backticks."""
    return [first or second for first, second in QUOTED.findall(text)]


def name_like(text: str) -> list[str]:
    """Words joined by '-' or '_': names even where nothing is called so."""
    return [m.group() for m in NAME_LIKE.finditer(text)]
