"""Vectors of the chunks, kept in line with the chunk table."""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from knowledge import store
from knowledge.collection import Collections, VectorsUnavailableError
from knowledge.embeddings import Embedding, EmbeddingUnavailableError
from knowledge.store import Store

_CANDIDATES = 200
"""Nearest chunks asked for; fusion needs more than are shown."""

_LARGEST, _QUICK = 1024, 2.0
"""Texts in one slice at the most, and the seconds within which a slice lets the next be larger."""

Progress = Callable[[int, int], None]
logger = logging.getLogger(__name__)


class Vectors:
    """One collection per home and embedding, keyed by `Chunk.key`.

    The chunk table is the truth. New chunks get their vectors before the table names them; `sync` makes those that are missing
    nevertheless (another embedding, an endpoint that was away, a kill) and then drops those of chunks that are gone. Until the collection
    is in line with the table it is not used.
    """

    def __init__(self, tables: Store, embedding: Embedding, home: Path, url: str | None) -> None:
        self._store, self._embedding = tables, embedding
        self._collections = Collections(tables, embedding.name, home, url)
        self._lock = threading.RLock()
        self._version: str | None = None
        self._stop = threading.Event()
        self._catching_up: threading.Thread | None = None

    @property
    def weight(self) -> float:
        """How much a cosine counts beside a BM25 score of 1."""
        return self._embedding.weight

    def add(self, texts: Mapping[str, str], progress: Progress | None = None) -> None:
        """Make the vectors that are missing among these texts by chunk key. Raises `VectorsUnavailableError`; what is made stays."""
        missing = sorted(texts.keys() - self._collections.present(list(texts)))
        self._make(missing, lambda keys: [texts[key] for key in keys], progress)

    def sync(self, progress: Progress | None = None) -> None:
        """Bring the collection in line with the chunk table. Raises `VectorsUnavailableError`; the table is never touched."""
        current, wanted, present = self._state()
        self._make(sorted(wanted - present), self._texts, progress)
        if self._stop.is_set():
            return
        self._collections.drop(sorted(present - wanted))
        self._collections.drop_others()
        with self._store.writing() as db:
            store.set_meta(db, self._mark, current)
        self._version = current

    def similarities(self, query: str, current: str) -> dict[str, float]:
        """Cosine by chunk key for the nearest chunks of the table's version `current`. Raises `VectorsUnavailableError`."""
        if self._version != current:
            self._catch_up(current)
        try:
            vector = self._embedding.embed([query])
        except EmbeddingUnavailableError as error:
            raise VectorsUnavailableError(str(error)) from error
        return self._collections.nearest(vector, _CANDIDATES)

    def close(self) -> None:
        """Stop catching up and close the client; the next use opens a new one."""
        self._stop.set()
        thread = self._catching_up
        if thread is not None:
            thread.join()
        self._stop.clear()
        self._collections.close()
        self._version = None

    @property
    def _mark(self) -> str:
        return f"vectors {self._embedding.name}"

    def _state(self) -> tuple[str, set[str], set[str]]:
        """The table's version, the keys that it names, and those that have vectors."""
        with self._store.reading() as db:
            current = store.version(db)
            wanted = {key for (key,) in db.execute("SELECT DISTINCT key FROM chunks")}
        return current, wanted, self._collections.present(None)

    def _catch_up(self, current: str) -> None:
        """Bring the collection in line at once when little is missing, else beside the queries, which go on without vectors meanwhile."""
        with self._lock:
            with self._store.reading() as db:
                in_line = store.meta(db, self._mark) == current
                (count,) = db.execute("SELECT count(DISTINCT key) FROM chunks").fetchone()
            if in_line and self._collections.count() >= count:
                self._version = current
                return
            if self._catching_up is None or not self._catching_up.is_alive():
                _, wanted, present = self._state()
                if len(wanted - present) <= self._embedding.at_once:
                    self.sync()
                    return
                self._catching_up = threading.Thread(target=self._catch_up_beside, name="vectors", daemon=True)
                self._catching_up.start()
        raise VectorsUnavailableError(f"The vectors of {self._embedding.name} are still being made.")

    def _catch_up_beside(self) -> None:
        try:
            self.sync()
        except VectorsUnavailableError as error:
            logger.warning("The vectors follow later. %s", error)

    def _make(self, keys: list[str], texts: Callable[[list[str]], list[str]], progress: Progress | None) -> None:
        """Embed slice by slice, so that a kill loses one slice and nobody waits for long; slices grow while the embedding is quick."""
        size, done = self._embedding.slice, 0
        while done < len(keys) and not self._stop.is_set():
            part = keys[done : done + size]
            started = time.monotonic()
            try:
                self._collections.put(part, self._embedding.embed(texts(part)))
            except EmbeddingUnavailableError as error:
                raise VectorsUnavailableError(str(error)) from error
            done += len(part)
            size = min(2 * size, _LARGEST) if time.monotonic() - started < _QUICK else max(size // 2, self._embedding.slice)
            if progress:
                progress(done, len(keys))

    def _texts(self, keys: Iterable[str]) -> list[str]:
        with self._store.reading() as db:
            return [db.execute("SELECT indexed_text FROM chunks WHERE key = ?", (key,)).fetchone()[0] for key in keys]
