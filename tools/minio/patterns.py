"""What people say about the objects they look for: wildcards, parts of names, kinds of files, sizes and ages."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase

from tools.minio.store import ObjectInfo
from tools.names import normal

Test = Callable[[ObjectInfo], bool]

_UNITS = {"": 1, "k": 1024, "m": 1024**2, "g": 1024**3, "t": 1024**4}
_MORE = r"(?:>=?|\b(?:larger|bigger|greater|more|over|above|at least)(?:\s+than)?)"
_LESS = r"(?:<=?|\b(?:smaller|less|under|below|at most)(?:\s+than)?)"
_SIZE = re.compile(
    rf"(?P<more>{_MORE})?(?P<less>{_LESS})?\s*(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>[kmgt]?)"
    r"(?:i?b\b|(?:ilo|ega|iga|era)?bytes?\b|(?<=[kmgt])\b)",
    re.I,
)
_AGE = re.compile(
    r"\b(?P<way>older than|newer than|(?:changed|modified|uploaded|written|from) (?:in |within )?the last|in the last|within|since)\s+"
    r"(?P<number>\d+|an?)?\s*(?P<unit>minute|hour|day|week|month|year)s?\b",
    re.I,
)
_HOURS = {"minute": 1 / 60, "hour": 1, "day": 24, "week": 168, "month": 730, "year": 8760}
_TODAY = re.compile(r"\b(?:changed |modified |uploaded |from |written )?(?P<day>today|yesterday)\b", re.I)
_EMPTY = re.compile(r"\b(?:empty|zero[- ]bytes?|0 bytes?)\b", re.I)
_KINDS = {
    "csv": ("csv",), "tsv": ("tsv",), "parquet": ("parquet", "pq"), "arrow": ("arrow", "feather"), "json": ("json", "jsonl", "ndjson"),
    "jsonl": ("jsonl", "ndjson"), "yaml": ("yaml", "yml"), "markdown": ("md", "markdown"), "text": ("txt", "log", "md"), "pdf": ("pdf",),
    "image": ("png", "jpg", "jpeg", "gif", "webp", "bmp", "svg", "tif", "tiff"), "pickle": ("pkl", "pickle"),
    "model": ("pkl", "pickle", "joblib", "pt", "pth", "onnx", "h5", "keras", "safetensors"), "numpy": ("npy", "npz"), "zip": ("zip",),
    "archive": ("zip", "tar", "gz", "tgz", "bz2", "7z", "zst"), "notebook": ("ipynb",), "html": ("html", "htm"), "excel": ("xlsx", "xls"),
}  # fmt: skip
_NOISE = frozenset(
    "a all an and any called containing data file files find for in like me my named names object objects of or please the with".split()
)


@dataclass
class Pattern:
    """What an object has to fulfil, all of it."""

    prefix: str = ""
    """Every key that fits begins with this."""
    tests: list[Test] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    """The conditions in words, for the answer."""

    def fits(self, info: ObjectInfo) -> bool:
        """Whether an object is one of those looked for."""
        return all(test(info) for test in self.tests)

    def add(self, words: str, test: Test) -> None:
        """One more condition."""
        self.said.append(words)
        self.tests.append(test)


def parse(text: str, now: datetime | None = None) -> Pattern:
    """Read a pattern: a wildcard (`raw/*.csv`), part of a name, a kind of file (`csv files`), `larger than 1 GB`, `older than 3 days`."""
    pattern = Pattern()
    rest = _sizes(pattern, text)
    rest = _ages(pattern, rest, now or datetime.now(UTC))
    if _EMPTY.search(rest):
        pattern.add("empty", lambda info: info.size == 0)
        rest = _EMPTY.sub(" ", rest)
    literal = text.strip().strip("\"'`")
    if not pattern.tests and not any(c in literal for c in "*?") and _extension(literal) is None and len(literal.split()) == 1:
        _part(pattern, literal)
        return pattern
    for word in rest.replace(",", " ").split():
        _word(pattern, word.strip("\"'`"))
    return pattern


def glob(text: str) -> Pattern:
    """Only the wildcard of a text: `*` and `?` over names, or over whole keys when it has a '/'."""
    pattern = Pattern()
    _glob(pattern, text)
    return pattern


def _word(pattern: Pattern, word: str) -> None:
    endings = _extension(word)
    if any(c in word for c in "*?"):
        _glob(pattern, word)
    elif endings:
        pattern.add(f"kind {word.lower().lstrip('.')}", lambda info: info.key.lower().rsplit(".", 1)[-1] in endings and "." in info.key)
    elif word and word.lower() not in _NOISE:
        _part(pattern, word)


def _extension(word: str) -> tuple[str, ...] | None:
    """The endings of a kind of file: `.csv`, `csv`, `CSVs`, `images`."""
    bare = word.lower().lstrip(".")
    if word.startswith(".") and bare.isalnum():
        return _KINDS.get(bare, (bare,))
    return _KINDS.get(bare) or _KINDS.get(bare.removesuffix("s"))


def _part(pattern: Pattern, word: str) -> None:
    lowered, wanted = word.lower(), normal(word)
    pattern.add(f"`{word}` in the key", lambda info: lowered in info.key.lower() or (bool(wanted) and wanted in normal(info.key)))


def _glob(pattern: Pattern, word: str) -> None:
    wild = word.removeprefix("/").lower().replace("[", "[[]")
    whole = "/" in wild
    literal = re.split(r"[*?]", word.removeprefix("/"), maxsplit=1)[0]
    if whole and not pattern.prefix:
        pattern.prefix = literal.rpartition("/")[0] + "/" if "/" in literal else ""
    pattern.add(f"`{word}`", lambda info: fnmatchcase((info.key if whole else info.key.rsplit("/", 1)[-1]).lower(), wild))


def _sizes(pattern: Pattern, text: str) -> str:
    for match in _SIZE.finditer(text):
        if not (match["more"] or match["less"]):
            continue
        limit = float(match["number"]) * _UNITS[match["unit"].lower()]
        pattern.add(" ".join(match.group().split()), _larger(limit) if match["more"] else _smaller(limit))
    return _SIZE.sub(lambda m: " " if m["more"] or m["less"] else m.group(), text)


def _larger(limit: float) -> Test:
    return lambda info: info.size >= limit


def _smaller(limit: float) -> Test:
    return lambda info: info.size <= limit


def _ages(pattern: Pattern, text: str, now: datetime) -> str:
    for match in _AGE.finditer(text):
        number = match["number"] or "1"
        hours = _HOURS[match["unit"].lower()] * (1 if number.lower() in ("a", "an") else int(number))
        _changed(pattern, match, now - timedelta(hours=min(hours, 8760 * 200)), older=match["way"].lower() == "older than")
    for match in _TODAY.finditer(text):
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        _changed(pattern, match, midnight - timedelta(days=match["day"].lower() == "yesterday"), older=False)
    return _TODAY.sub(" ", _AGE.sub(" ", text))


def _changed(pattern: Pattern, match: re.Match[str], then: datetime, *, older: bool) -> None:
    said = " ".join(match.group().split()).lower()
    if older:
        pattern.add(said, lambda info: info.modified is not None and info.modified < then)
    else:
        pattern.add(said, lambda info: info.modified is not None and info.modified >= then)
