"""What adding a selection would change: which of its items are new, changed, unchanged, unreadable, and what is gone."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from knowledge.chunk import Chunk, Document
from knowledge.chunking import chunks
from knowledge.documents import load
from knowledge.origins.selection import EmptyDocumentError, Item, Selection, UnreadableDocumentError

Progress = Callable[[int, int, str], None]
"""Called with (done, total, source) after each document and (done, total, "vectors") while vectors are made; may raise to stop."""

_EDITION = "2"
"""Part of every digest: raise it when loading or chunking changes, and documents are indexed anew."""


@dataclass(frozen=True)
class Prepared:
    """A document, the digest of what it was read from, and its chunks."""

    document: Document
    digest: str
    chunks: list[Chunk]


@dataclass
class Changes:
    """What would happen to the index, by source; `failed` pairs a source with the reason."""

    prepared: list[Prepared] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)
    without_text: list[str] = field(default_factory=list)


@dataclass
class Survey:
    """How many items of a selection are new, changed and unchanged, how many documents are gone, and what cannot be read and why."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    gone: int = 0
    unreadable: list[tuple[str, str]] = field(default_factory=list)


def survey(selection: Selection, known: Mapping[str, tuple[str, str]]) -> Survey:
    """What `changes` would find, by contents alone: nothing is parsed."""
    found = Survey(gone=sum(selection.gone(uri) for uri in known))
    for item in selection.items:
        try:
            name = digest(item.read())
        except (UnreadableDocumentError, OSError) as error:
            found.unreadable.append((item.parts[-1], str(error)))
            continue
        if item.uri not in known:
            found.new += 1
        elif known[item.uri][1] == name:
            found.unchanged += 1
        else:
            found.changed += 1
    return found


def changes(selection: Selection, known: Mapping[str, tuple[str, str]], progress: Progress | None = None) -> Changes:
    """Read the items of a selection and compare them with the `known` sources and digests by URI. Nothing is written."""
    found = Changes(gone=[source for uri, (source, _) in known.items() if selection.gone(uri)])
    sources = _sources(selection, known)
    for done, item in enumerate(selection.items, 1):
        source = sources[item.uri]
        try:
            _compare(item, source, known.get(item.uri), found)
        except EmptyDocumentError as error:
            if item.uri in known:
                found.gone.append(known[item.uri][0])
            elif len(selection.items) == 1:
                found.failed.append((source, str(error)))
            else:
                found.without_text.append(source)
        except UnreadableDocumentError as error:
            found.failed.append((source, str(error)))
        except OSError as error:
            found.failed.append((source, error.strerror or str(error)))
        if progress:
            progress(done, len(selection.items), source)
    return found


def digest(data: bytes) -> str:
    """Names a content, as read by this edition of the readers."""
    return sha256(_EDITION.encode() + data).hexdigest()


def _compare(item: Item, source: str, known: tuple[str, str] | None, found: Changes) -> None:
    data = item.read()
    name = digest(data)
    if known == (source, name):
        found.unchanged.append(source)
    else:
        document = load(item, data, source)
        found.prepared.append(Prepared(document, name, chunks(document)))


def _sources(selection: Selection, known: Mapping[str, tuple[str, str]]) -> dict[str, str]:
    """A short, unique source for each URI: the one it has, else the short name, led by more folders where that is taken."""
    taken = {source: uri for uri, (source, _) in known.items()}
    names: dict[str, str] = {}
    for item in selection.items:
        name = known[item.uri][0] if item.uri in known else None
        depth = item.depth
        while name is None:
            candidate = "/".join(item.parts[-depth:])
            if taken.get(candidate, item.uri) == item.uri or depth >= len(item.parts):
                name = candidate
            depth += 1
        names[item.uri] = name
        taken[name] = item.uri
    return names
