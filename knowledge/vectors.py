"""Vectors of the chunks in a Chroma collection, kept in line with the chunk table."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

from knowledge.embeddings import Embedding, EmbeddingUnavailableError
from knowledge.store import Store, StoreError, identity, version

if TYPE_CHECKING:
    from chromadb.api.client import Client
    from chromadb.api.models.Collection import Collection

_BATCH = 128
_CANDIDATES = 200
"""Nearest chunks asked for; fusion needs more than are shown."""


class VectorsUnavailableError(RuntimeError):
    """The vector side cannot answer now; lexical search goes on without it."""


class Vectors:
    """One collection per home and embedding, keyed by `Chunk.key`.

    The chunk table is the truth. `sync` adds the vectors that it lacks and then removes those it no longer names, so an interrupted
    change repairs itself. A client opened before another process wrote answers from a stale index, hence a new one for each version.
    """

    def __init__(self, store: Store, embedding: Embedding, home: Path, url: str | None) -> None:
        self._store, self._embedding, self._home, self._url = store, embedding, home, url
        self._lock = threading.RLock()
        self._client: Client | None = None
        self._collection: Collection | None = None
        self._version: str | None = None

    @property
    def weight(self) -> float:
        """How much a cosine counts beside a BM25 score of 1."""
        return self._embedding.weight

    def sync(self, progress: Callable[[int, int], None] | None = None, timeout: float = 120.0) -> None:
        """Bring the collection in line with the chunk table. Raises `VectorsUnavailableError`; the table is never touched."""
        try:
            with self._lock, self._store.writing(timeout) as db:
                wanted = dict(db.execute("SELECT key, indexed_text FROM chunks"))
                collection = self._open(identity(db))
                present = set(collection.get(include=[])["ids"])
                missing = [key for key in wanted if key not in present]
                for start in range(0, len(missing), _BATCH):
                    keys = missing[start : start + _BATCH]
                    texts = [wanted[key] for key in keys]
                    collection.upsert(ids=keys, embeddings=list(self._embedding.embed(texts)), documents=texts)
                    if progress:
                        progress(min(start + _BATCH, len(missing)), len(missing))
                extra = sorted(present - wanted.keys())
                for start in range(0, len(extra), _BATCH):
                    collection.delete(ids=extra[start : start + _BATCH])
                self._version = version(db)
        except (EmbeddingUnavailableError, StoreError) as error:
            raise VectorsUnavailableError(str(error)) from error
        except _chroma_errors() as error:
            raise self._unavailable(error) from error

    def similarities(self, query: str, current: str) -> dict[str, float]:
        """Cosine by chunk key for the nearest chunks of the table's version `current`. Raises `VectorsUnavailableError`."""
        with self._lock:
            if self._version != current:
                self.sync(timeout=5)
            collection = self._collection
            assert collection is not None  # noqa: S101 - sync opened it
            try:
                vector = self._embedding.embed([query])
                found = collection.query(query_embeddings=list(vector), n_results=_CANDIDATES, include=["distances"])
            except EmbeddingUnavailableError as error:
                raise VectorsUnavailableError(str(error)) from error
            except _chroma_errors() as error:
                self._version = None
                raise self._unavailable(error) from error
        distances = (found["distances"] or [[]])[0]
        return {key: 1.0 - distance for key, distance in zip(found["ids"][0], distances, strict=True)}

    def close(self) -> None:
        """Close the client; the next use opens a new one."""
        with self._lock:
            if self._client is not None:
                self._client.close()
            self._client = self._collection = self._version = None

    def _open(self, owner: str) -> "Collection":
        """A new client and its collection, named after the owner's identity because homes may share a server."""
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
        self._collection = self._client.get_or_create_collection(
            f"swarm-{owner}-{self._embedding.name}", embedding_function=None, configuration={"hnsw": {"space": "cosine"}}
        )
        return self._collection

    def _unavailable(self, error: Exception) -> VectorsUnavailableError:
        where = f"server at {self._url}" if self._url else f"index in {self._home}"
        return VectorsUnavailableError(f"The Chroma {where} cannot be used: {error}")


def _chroma_errors() -> tuple[type[Exception], ...]:
    """What the Chroma client raises: its own errors, those of its transport, and ValueError for a server that is not there."""
    import httpx
    from chromadb.errors import ChromaError

    return (ChromaError, httpx.HTTPError, ValueError)
