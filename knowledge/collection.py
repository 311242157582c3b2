"""The Chroma collection of one home and embedding, embedded or on a server, shared by threads and processes."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit
from uuid import uuid4

from filelock import FileLock, Timeout

from knowledge.store import Store, identity

if TYPE_CHECKING:
    import numpy as np
    from chromadb.api.client import Client
    from chromadb.api.models.Collection import Collection
    from numpy.typing import NDArray

_BATCH = 1000
"""Ids in one request."""


class VectorsUnavailableError(RuntimeError):
    """The vector side cannot answer now; search by words goes on without it."""


class Collections:
    """The collection in use and its older sisters.

    An embedded client answers from a stale index once another process wrote, so each write leaves a new mark in a file, and a client that
    does not know the mark is replaced. Writes of several processes come one after another by a lock file.
    """

    def __init__(self, tables: Store, name: str, home: Path, url: str | None) -> None:
        self._store, self._name, self._home, self._url = tables, name, home, url
        self._lock = threading.RLock()
        self._client: Client | None = None
        self._collection: Collection | None = None
        self._seen: str | None = None
        self._mark = home.with_name("vectors.mark")

    def present(self, keys: list[str] | None) -> set[str]:
        """Which of these keys, or which at all, have a vector."""
        with self._reading() as collection:
            if keys is None:
                return set(collection.get(include=[])["ids"])
            found: set[str] = set()
            for start in range(0, len(keys), _BATCH):
                found.update(collection.get(ids=keys[start : start + _BATCH], include=[])["ids"])
            return found

    def count(self) -> int:
        """Number of vectors."""
        with self._reading() as collection:
            return collection.count()

    def nearest(self, vector: "NDArray[np.float32]", count: int) -> dict[str, float]:
        """Cosine by key of the nearest vectors; `vector` has shape (1, dimensions)."""
        with self._reading() as collection:
            found = collection.query(query_embeddings=list(vector), n_results=count, include=["distances"])
        distances = (found["distances"] or [[]])[0]
        return {key: 1.0 - distance for key, distance in zip(found["ids"][0], distances, strict=True)}

    def put(self, keys: list[str], vectors: "NDArray[np.float32]") -> None:
        """Add vectors, or replace those with the same key."""
        with self._writing() as collection:
            collection.upsert(ids=keys, embeddings=list(vectors))

    def drop(self, keys: Sequence[str]) -> None:
        """Remove vectors."""
        for start in range(0, len(keys), _BATCH):
            with self._writing() as collection:
                collection.delete(ids=list(keys[start : start + _BATCH]))

    def drop_others(self) -> None:
        """Remove the collections of this home that other embeddings made."""
        with self._writing() as collection:
            client = self._client
            owner = collection.name.removesuffix(self._name)
            others = [other.name for other in client.list_collections()] if client else []
            for name in others:
                if client and name.startswith(owner) and name != collection.name:
                    client.delete_collection(name)

    def close(self) -> None:
        """Close the client; the next use opens a new one."""
        with self._lock:
            if self._client is not None:
                self._client.close()
            self._client = self._collection = self._seen = None

    @contextmanager
    def _reading(self) -> "Iterator[Collection]":
        with self._lock, self._explained():
            mark = self._mark.read_text() if self._mark.exists() else ""
            if self._collection is None or self._seen != mark:
                self._open()
                self._seen = mark
            assert self._collection is not None  # noqa: S101 - opened
            yield self._collection

    @contextmanager
    def _writing(self) -> "Iterator[Collection]":
        self._home.parent.mkdir(parents=True, exist_ok=True)
        try:
            with self._lock, FileLock(self._home.with_name("vectors.lock"), timeout=120), self._reading() as collection:
                yield collection
                self._seen = uuid4().hex
                self._mark.write_text(self._seen)
        except Timeout:
            raise VectorsUnavailableError(f"Another process has been writing to {self._home} for over 120 s; try again later.") from None

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """What the Chroma client raises (its own errors, those of its transport, ValueError for a server that is not there) in words."""
        import httpx
        from chromadb.errors import ChromaError

        try:
            yield
        except (ChromaError, httpx.HTTPError, ValueError) as error:
            self._seen = None
            where = f"server at {self._url}" if self._url else f"index in {self._home}"
            raise VectorsUnavailableError(f"The Chroma {where} cannot be used: {error}") from error

    def _open(self) -> None:
        """A new client and its collection, named after the home's identity because homes may share a server."""
        import chromadb
        from chromadb.config import Settings

        self.close()
        quiet = Settings(anonymized_telemetry=False)
        if self._url:
            address = urlsplit(self._url)
            secure = address.scheme == "https"
            port = address.port or (443 if secure else 8000)
            client = chromadb.HttpClient(host=address.hostname or "localhost", port=port, ssl=secure, settings=quiet)
        else:
            self._home.mkdir(parents=True, exist_ok=True)
            client = chromadb.PersistentClient(path=str(self._home), settings=quiet)
        self._client = cast("Client", client)  # the factories promise less than they return: only the class can be closed
        with self._store.reading() as db:
            owner = identity(db)
        self._collection = self._client.get_or_create_collection(
            f"swarm-{owner}-{self._name}", embedding_function=None, configuration={"hnsw": {"space": "cosine"}}
        )
