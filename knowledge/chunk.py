"""Values that the knowledge base takes in and gives out."""

from dataclasses import dataclass, field
from hashlib import sha256


@dataclass(frozen=True)
class Chunk:
    """A part of a document that is indexed and found as one.

    `path` holds the titles that lead to it (folders, page, headings), `lines` the first and last line, counted from 1.
    """

    text: str
    path: tuple[str, ...]
    section: str
    lines: tuple[int, int]

    @property
    def indexed_text(self) -> str:
        """What words and vectors are made of: the titles that lead to the chunk, then its text."""
        return f"{' > '.join(self.path)}\n{self.text}"

    @property
    def key(self) -> str:
        """Identity by content: the same titles and text have the same key, hence the same vector."""
        return sha256(self.indexed_text.encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Document:
    """One source as Markdown text, ready to be chunked and read; `legacy` marks pages about an old version."""

    source: str
    uri: str
    title: str
    kind: str
    text: str
    folders: tuple[str, ...] = ()
    legacy: bool = False


@dataclass(frozen=True)
class Passage:
    """A search hit: `n` counts from 1, `lines` are the first and last line in the document, `score` is relative to the best hit."""

    n: int
    text: str
    source: str
    title: str
    section: str
    uri: str
    lines: tuple[int, int]
    score: float


CONFIDENT = 0.46
"""Confidence from which the documents are taken to cover a question. It keeps nine of ten questions that they do answer."""


@dataclass(frozen=True)
class SearchResult:
    """Passages, best first, and how much of the question they cover (0: nothing, 1: every word that matters)."""

    passages: list[Passage]
    confidence: float

    @property
    def doubtful(self) -> bool:
        """Whether the documents may not tell."""
        return self.confidence < CONFIDENT


@dataclass(frozen=True)
class DocumentText:
    """A whole document, or one section of it, as Markdown; `sections` lists the headings that can be asked for."""

    source: str
    title: str
    section: str | None
    uri: str
    text: str
    lines: tuple[int, int]
    sections: list[str]


@dataclass(frozen=True)
class DocumentInfo:
    """One indexed document; `added_at` is an ISO 8601 time in UTC."""

    source: str
    title: str
    chunks: int
    added_at: str
    kind: str
    uri: str


@dataclass(frozen=True)
class IngestReport:
    """What one ingest did, by source.

    Attributes:
        failed: a source and the reason in words.
        without_text: what could be read but holds nothing to index.
        later: why vectors have to follow later, in words; None when they are there.
    """

    added: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)
    without_text: list[str] = field(default_factory=list)
    later: str | None = None


class DocumentNotFound(KeyError):  # noqa: N818 - a fixed name that callers catch
    """No document or section has this name; `nearest` holds names that do exist."""

    def __init__(self, message: str, nearest: list[str]) -> None:
        super().__init__(message)
        self.message = message
        self.nearest = nearest

    def __str__(self) -> str:
        return self.message
