"""A question to passages: lexical scores, vectors where they help, legacy pages lowered, neighbours joined, repeats dropped."""

import json
import logging
import re
import shutil
import sqlite3
import threading
from itertools import pairwise
from pathlib import Path

import numpy as np

from knowledge.chunk import Passage, SearchResult
from knowledge.collection import VectorsUnavailableError
from knowledge.fusion import Fusion, Scores, by_score
from knowledge.lexical import LexicalIndex
from knowledge.markdown import outline
from knowledge.store import Store, StoredChunk, stored_chunks, version
from knowledge.tokens import query_tokens, tokens
from knowledge.vectors import Vectors

_LEGACY_FACTOR = 0.9
_ASKS_FOR_LEGACY = re.compile(r"\b(?:v1|1\.\d+(?:\.\d+)?|1\.x|legacy|deprecated|old(?:er)? version)\b", re.IGNORECASE)
_COVERING = 5
"""Chunks that the confidence looks at."""
_PAIRED, _NEAR, _PAIR_SHARE = 50, 3, 0.2
"""Chunks looked at for neighbouring words, how near those are, and what a pair adds beside its rarer word's idf."""
_REPEAT = 0.9
"""Share of common words from which two chunks count as the same text."""

logger = logging.getLogger(__name__)


class Retriever:
    """Searches the chunk table of a store; safe to use from several threads."""

    def __init__(self, store: Store, home: Path, vectors: Vectors) -> None:
        self._store, self._home, self._vectors = store, home, vectors
        self._lock = threading.Lock()
        self._loaded: tuple[str, LexicalIndex] | None = None

    def search(self, query: str, limit: int, fusion: Fusion = by_score) -> SearchResult:
        """The `limit` best passages. Words that no document holds lower the confidence; without any hit the list is empty."""
        if not query.strip():
            return SearchResult([], 0.0)
        words = query_tokens(query)
        with self._store.reading() as db:
            index = self._index(db)
            scores = self._with_pairs(db, index, query, index.scores(words))
            confidence = index.coverage(words, _best(scores, _COVERING))
            scores = fusion(scores, lambda: self._cosines(db, index, query), self._vectors.weight, confidence)
            if not _ASKS_FOR_LEGACY.search(query):
                scores = np.where(index.legacy, scores * _LEGACY_FACTOR, scores)
            order = _best(scores, limit * 4)
            found = stored_chunks(db, (index.chunk_ids[n] for n in order))
        ranked = [(found[index.chunk_ids[n]], float(scores[n] / scores[order[0]])) for n in order]
        return SearchResult(_passages(_joined(_without_repeats(ranked), limit), words), round(confidence, 3))

    def refresh(self) -> None:
        """Build the lexical index of the present version, so that the next query does not have to."""
        with self._store.reading() as db:
            self._index(db)

    def _index(self, db: sqlite3.Connection) -> LexicalIndex:
        """The index of the snapshot's version: in memory, else saved, else built and saved."""
        current = version(db)
        with self._lock:
            if self._loaded is None or self._loaded[0] != current:
                folder = self._home / current
                try:
                    index = LexicalIndex.load(folder)
                except (OSError, ValueError, EOFError):
                    index = LexicalIndex.build(db)
                    self._save(index, folder)
                self._loaded = (current, index)
            return self._loaded[1]

    def _save(self, index: LexicalIndex, folder: Path) -> None:
        """Keep the index for the next process instead of those of earlier versions; without space on disk it works from memory."""
        try:
            index.save(folder)
            for other in self._home.iterdir():
                if other != folder and not other.name.startswith("."):
                    shutil.rmtree(other, ignore_errors=True)
        except OSError as error:
            logger.warning("The text index is not kept for the next start. %s", error)

    def _with_pairs(self, db: sqlite3.Connection, index: LexicalIndex, query: str, scores: Scores) -> Scores:
        """The best scores raised where words that follow each other in the question stand together in the chunk."""
        words = tokens(query)
        pairs = {pair: min(map(index.idf, pair)) for pair in pairwise(words) if pair[0] != pair[1]}
        best = {index.chunk_ids[n]: n for n in _best(scores, _PAIRED)} if pairs else {}
        raised = scores.copy()
        for chunk, text in db.execute(
            "SELECT id, tokens FROM chunks WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(list(best)),)
        ):
            raised[best[chunk]] += _PAIR_SHARE * _together(text.split(), pairs)
        return raised

    def _cosines(self, db: sqlite3.Connection, index: LexicalIndex, query: str) -> Scores:
        """Cosine of every chunk; those beyond the nearest get the lowest value found."""
        if not index.chunk_ids:
            return np.zeros(0, dtype=np.float32)
        try:
            nearest = self._vectors.similarities(query, version(db))
        except VectorsUnavailableError as error:
            logger.warning("Searching by words only. %s", error)
            return np.zeros(len(index.chunk_ids), dtype=np.float32)
        cosines = np.full(len(index.chunk_ids), max(0.0, min(nearest.values(), default=0.0)), dtype=np.float32)
        if len(nearest) == len(index.chunk_ids):
            cosines[:] = 0
        rows = db.execute("SELECT id, key FROM chunks WHERE key IN (SELECT value FROM json_each(?))", (json.dumps(list(nearest)),))
        for chunk, key in rows:
            cosines[index.position[chunk]] = max(0.0, nearest[key])
        return cosines


def _together(words: list[str], pairs: dict[tuple[str, str], float]) -> float:
    """Weight of the pairs whose second word follows the first within `_NEAR` words."""
    wanted = {word for pair in pairs for word in pair}
    places: dict[str, list[int]] = {}
    for place, word in enumerate(words):
        if word in wanted:
            places.setdefault(word, []).append(place)
    return sum(
        weight
        for (first, second), weight in pairs.items()
        if any(0 < b - a <= _NEAR for a in places.get(first, ()) for b in places.get(second, ()))
    )


def _best(scores: Scores, count: int) -> list[int]:
    """Positions of the highest scores above zero, best first; equal ones in the order of the documents."""
    if len(scores) > 4 * count:  # sorting all of a large index takes longer than anything else
        threshold = np.partition(scores, -count)[-count]
        candidates = np.flatnonzero(scores >= threshold)
        order = candidates[np.argsort(-scores[candidates], kind="stable")][:count]
    else:
        order = np.argsort(-scores, kind="stable")[:count]
    return [int(n) for n in order if scores[n] > 0]


def _without_repeats(ranked: list[tuple[StoredChunk, float]]) -> list[tuple[StoredChunk, float]]:
    kept: list[tuple[StoredChunk, float]] = []
    seen: list[set[str]] = []
    for chunk, score in ranked:
        words = set(chunk.text.lower().split())
        if not any(_alike(words, other) for other in seen):
            kept.append((chunk, score))
            seen.append(words)
    return kept


def _alike(words: set[str], other: set[str]) -> bool:
    """Whether they share enough; where one is much smaller they cannot, which is known without counting."""
    smaller, larger = sorted((len(words), len(other)))
    return smaller >= _REPEAT * larger and len(words & other) >= _REPEAT * len(words | other)


def _joined(ranked: list[tuple[StoredChunk, float]], limit: int) -> list[tuple[list[StoredChunk], float]]:
    """The first `limit` places; a chunk that adjoins a better one joins it, two at most, so that the text stays short."""
    groups: list[tuple[list[StoredChunk], float]] = []
    for chunk, score in ranked:
        for members, _ in groups:
            first = members[0]
            if len(members) == 1 and first.document == chunk.document and abs(first.ordinal - chunk.ordinal) == 1:
                members.insert(0 if chunk.ordinal < first.ordinal else 1, chunk)
                break
        else:
            if len(groups) == limit:
                break
            groups.append(([chunk], score))
    return groups


def _passages(groups: list[tuple[list[StoredChunk], float]], words: list[str]) -> list[Passage]:
    passages = []
    for n, (chunks, score) in enumerate(groups, 1):
        first, text = chunks[0], "\n\n".join(chunk.text for chunk in chunks)
        lines = (first.lines[0], chunks[-1].lines[1])
        section = _section(first.section, text, words)
        passages.append(Passage(n, text, first.source, first.title, section, first.uri, lines, round(score, 4)))
    return passages


def _section(section: str, text: str, words: list[str]) -> str:
    """Of the headings in a passage the one that shares most with the question, so that a citation points to the right place."""
    wanted = set(words)
    headings = [section, *(heading.name for heading in outline(text))]
    return max(headings, key=lambda heading: len(wanted.intersection(tokens(heading))))
