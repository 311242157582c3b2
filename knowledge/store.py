"""Documents and chunks on disk: one SQLite file that several processes read while one of them writes."""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from knowledge.chunk import Chunk, Document, DocumentInfo
from knowledge.tokens import tokens

_SCHEMA_NUMBER = 1
_SCHEMA = """
CREATE TABLE documents (
    id INTEGER PRIMARY KEY, source TEXT NOT NULL UNIQUE, uri TEXT NOT NULL UNIQUE, title TEXT NOT NULL, kind TEXT NOT NULL,
    legacy INTEGER NOT NULL, digest TEXT NOT NULL, added_at TEXT NOT NULL, text TEXT NOT NULL);
CREATE TABLE chunks (
    id INTEGER PRIMARY KEY, document_id INTEGER NOT NULL REFERENCES documents(id) ON DELETE CASCADE, ordinal INTEGER NOT NULL,
    key TEXT NOT NULL, section TEXT NOT NULL, text TEXT NOT NULL, first_line INTEGER NOT NULL, last_line INTEGER NOT NULL,
    indexed_text TEXT NOT NULL, tokens TEXT NOT NULL);
CREATE INDEX chunks_of_document ON chunks(document_id);
CREATE INDEX chunks_by_key ON chunks(key);
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


class StoreError(RuntimeError):
    """The index file cannot be used now: busy for too long, damaged, or of another version; the message says what to do."""


@dataclass(frozen=True)
class StoredChunk:
    """A chunk with what a passage says about its document; `document` and `ordinal` tell neighbours."""

    id: int
    key: str
    document: int
    ordinal: int
    text: str
    section: str
    lines: tuple[int, int]
    source: str
    title: str
    uri: str


class Store:
    """The tables `documents`, `chunks` and `meta` of one home folder."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._ready = False

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A consistent snapshot, never blocked by a writer."""
        with self._connected(30) as db:
            db.execute("BEGIN")
            yield db

    @contextmanager
    def writing(self, timeout: float = 120.0) -> Iterator[sqlite3.Connection]:
        """The one writer of all processes; commits at the end, leaves everything as it was when an error or a kill comes first.

        Raises `StoreError` when another process has not finished within `timeout` seconds.
        """
        with self._connected(timeout) as db:
            try:
                db.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                raise StoreError(f"Another process has been writing to {self._path} for over {timeout:.0f} s; try again later.") from error
            yield db
            db.execute("COMMIT")

    @contextmanager
    def _connected(self, timeout: float) -> Iterator[sqlite3.Connection]:
        if not self._ready:
            self._create()
        db = sqlite3.connect(self._path, timeout=timeout, isolation_level=None)
        try:
            db.execute("PRAGMA foreign_keys = ON")
            yield db
        finally:
            db.close()  # rolls back what is not committed

    def _create(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        db = sqlite3.connect(self._path, timeout=30, isolation_level=None)
        try:
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("BEGIN IMMEDIATE")
            (number,) = db.execute("PRAGMA user_version").fetchone()
            if number == 0:
                for statement in filter(str.strip, _SCHEMA.split(";")):
                    db.execute(statement)
                db.execute("INSERT INTO meta VALUES ('identity', ?), ('version', '0')", (uuid4().hex[:12],))
                db.execute(f"PRAGMA user_version = {_SCHEMA_NUMBER}")
            elif number != _SCHEMA_NUMBER:
                raise StoreError(f"{self._path} was made by another version of this program; move it away and add the documents again.")
            db.execute("COMMIT")
        except sqlite3.OperationalError as error:
            raise StoreError(f"{self._path} cannot be opened now ({error}); see whether it is in use and the folder writable.") from error
        except sqlite3.DatabaseError as error:
            raise StoreError(f"{self._path} is damaged ({error}); move it away and add the documents again.") from error
        finally:
            db.close()
        self._ready = True


def version(db: sqlite3.Connection) -> str:
    """Name of the present content: unique to this home and to its last change."""
    return f"{identity(db)}-{meta(db, 'version')}"


def identity(db: sqlite3.Connection) -> str:
    """Random name of this home's index, so that several may share one Chroma server."""
    return meta(db, "identity") or ""


def meta(db: sqlite3.Connection, key: str) -> str | None:
    """A value of the `meta` table."""
    row = db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return row[0] if row else None


def set_meta(db: sqlite3.Connection, key: str, value: str) -> None:
    """Set a value of the `meta` table."""
    db.execute("INSERT INTO meta VALUES (?, ?) ON CONFLICT(key) DO UPDATE SET value = excluded.value", (key, value))


def touch(db: sqlite3.Connection) -> None:
    """Note that documents changed: indexes made from them are out of date."""
    set_meta(db, "version", str(int(meta(db, "version") or 0) + 1))


def put(db: sqlite3.Connection, document: Document, digest: str, chunks: Iterable[Chunk]) -> None:
    """Add a document, or replace the one with the same URI. A source that another document took meanwhile gives way to the URI."""
    db.execute("DELETE FROM documents WHERE uri = ?", (document.uri,))
    if db.execute("SELECT 1 FROM documents WHERE source = ?", (document.source,)).fetchone():
        document = replace(document, source=document.uri)
    now = datetime.now(UTC).isoformat(timespec="seconds")
    row = (document.source, document.uri, document.title, document.kind, document.legacy, digest, now, document.text)
    owner = db.execute(
        "INSERT INTO documents (source, uri, title, kind, legacy, digest, added_at, text) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row
    ).lastrowid
    db.executemany(
        "INSERT INTO chunks (document_id, ordinal, key, section, text, first_line, last_line, indexed_text, tokens)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            (owner, n, chunk.key, chunk.section, chunk.text, *chunk.lines, chunk.indexed_text, " ".join(tokens(chunk.indexed_text)))
            for n, chunk in enumerate(chunks)
        ),
    )


def delete(db: sqlite3.Connection, sources: Iterable[str]) -> None:
    """Remove documents by source, with their chunks."""
    db.executemany("DELETE FROM documents WHERE source = ?", ((source,) for source in sources))


def infos(db: sqlite3.Connection) -> list[DocumentInfo]:
    """All documents by source."""
    rows = db.execute(
        "SELECT source, title, count(chunks.id), added_at, kind, uri FROM documents LEFT JOIN chunks ON document_id = documents.id"
        " GROUP BY documents.id ORDER BY source"
    )
    return [DocumentInfo(*row) for row in rows]


def sources(db: sqlite3.Connection) -> list[str]:
    """Sources of all documents, sorted."""
    return [row[0] for row in db.execute("SELECT source FROM documents ORDER BY source")]


def digests(db: sqlite3.Connection) -> dict[str, tuple[str, str]]:
    """Source and content digest of every document, by URI."""
    return {uri: (source, digest) for uri, source, digest in db.execute("SELECT uri, source, digest FROM documents")}


def stored_chunks(db: sqlite3.Connection, ids: Iterable[int]) -> dict[int, StoredChunk]:
    """Chunks by id; ids that no longer exist are left out."""
    rows = db.execute(
        "SELECT chunks.id, key, document_id, ordinal, chunks.text, section, first_line, last_line, source, title, uri"
        " FROM chunks JOIN documents ON document_id = documents.id WHERE chunks.id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(ids)),),
    )
    return {
        number: StoredChunk(number, key, document, ordinal, text, section, (first, last), source, title, uri)
        for number, key, document, ordinal, text, section, first, last, source, title, uri in rows
    }
