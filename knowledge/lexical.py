"""The lexical index: BM25 over chunks, with a share of the BM25 of the whole page each chunk stands on."""

import json
import logging
import shutil
import sqlite3
import tempfile
from collections.abc import Sequence
from functools import cached_property
from importlib import import_module
from itertools import groupby
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import bm25s

_K1, _B = 1.2, 0.5
_PAGE_B = 0.75
"""Pages differ in length far more than chunks do, so length counts more."""
_PAGE_SHARE = 0.4
"""Weight of the page's own BM25, which tells pages about a subject from pages that mention it."""


class LexicalIndex:
    """BM25 scores for the chunks of one version of the chunk table. Positions count the chunks in the order of `chunk_ids`."""

    def __init__(self, chunk_ids: list[int], pages: list[int], legacy: list[bool], bm25: "tuple[bm25s.BM25, bm25s.BM25] | None") -> None:
        self.chunk_ids = chunk_ids
        self.pages = np.asarray(pages, dtype=np.int64)
        self.legacy = np.asarray(legacy, dtype=bool)
        self._bm25 = bm25

    @cached_property
    def position(self) -> dict[int, int]:
        """Position of each chunk id."""
        return {chunk: n for n, chunk in enumerate(self.chunk_ids)}

    @classmethod
    def build(cls, db: sqlite3.Connection) -> "LexicalIndex":
        """Index every chunk of the snapshot."""
        rows = db.execute(
            "SELECT chunks.id, document_id, legacy, tokens FROM chunks JOIN documents ON document_id = documents.id"
            " ORDER BY document_id, ordinal"
        )
        described: list[tuple[int, int, bool]] = []
        words: list[list[str]] = []
        shared: dict[str, str] = {}
        for chunk, document, is_legacy, text in rows:  # every word kept once: a large index would not fit otherwise
            described.append((chunk, document, bool(is_legacy)))
            words.append([shared.setdefault(word, word) for word in text.split()])
        page_words: list[list[str]] = []
        pages: list[int] = []
        for number, (_, group) in enumerate(groupby(range(len(words)), key=lambda n: described[n][1])):
            members = list(group)
            pages += [number] * len(members)
            page_words.append([word for n in members for word in words[n]])
        bm25 = (_indexed(words, _B), _indexed(page_words, _PAGE_B)) if any(words) else None
        return cls([chunk for chunk, _, _ in described], pages, [is_legacy for _, _, is_legacy in described], bm25)

    def save(self, folder: Path) -> None:
        """Write the index so that it appears whole or not at all, in place of one with the same name. Raises `OSError`."""
        folder.parent.mkdir(parents=True, exist_ok=True)
        if folder.is_dir():  # damaged, or made by another process meanwhile
            shutil.rmtree(folder, ignore_errors=True)
        unfinished = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".unfinished-"))
        try:
            if self._bm25:
                for name, index in zip(("chunks", "pages"), self._bm25, strict=True):
                    index.save(str(unfinished / name), show_progress=False)
            layout = {"chunk_ids": self.chunk_ids, "pages": self.pages.tolist(), "legacy": self.legacy.tolist()}
            layout["empty"] = self._bm25 is None
            (unfinished / "layout.json").write_text(json.dumps(layout))
            unfinished.replace(folder)
        except OSError:
            if not folder.is_dir():
                raise
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)

    @classmethod
    def load(cls, folder: Path) -> "LexicalIndex":
        """Read a saved index. Raises `OSError` when there is none; `ValueError` or `EOFError` when it is damaged."""
        bm25s = _bm25s()
        layout = json.loads((folder / "layout.json").read_text())
        bm25 = None if layout["empty"] else (bm25s.BM25.load(str(folder / "chunks")), bm25s.BM25.load(str(folder / "pages")))
        return cls(layout["chunk_ids"], layout["pages"], layout["legacy"], bm25)

    def scores(self, words: Sequence[str]) -> NDArray[np.float32]:
        """Score of every chunk for the words of a query; zero where no word occurs."""
        if self._bm25 is None:
            return np.zeros(len(self.chunk_ids), dtype=np.float32)
        chunks, pages = self._bm25
        score = _scores(chunks, words)
        return np.where(score > 0, score + _PAGE_SHARE * _scores(pages, words)[self.pages], 0).astype(np.float32)

    def coverage(self, words: Sequence[str], positions: Sequence[int]) -> float:
        """Share of the words' idf mass that occurs in the chunks at `positions`; unknown words weigh most."""
        if self._bm25 is None or not words:
            return 0.0
        total = covered = 0.0
        for word in dict.fromkeys(words):
            idf = self.idf(word)
            total += idf
            covered += idf if np.isin(self._postings(word), positions).any() else 0.0
        return covered / total

    def idf(self, word: str) -> float:
        """How much a word tells: near 0 when most chunks hold it."""
        found = len(self._postings(word))
        return float(np.log1p((len(self.chunk_ids) - found + 0.5) / (found + 0.5)))

    def _postings(self, word: str) -> NDArray[np.int32]:
        """Positions of the chunks that hold a word."""
        column = self._bm25[0].vocab_dict.get(word) if self._bm25 else None
        if self._bm25 is None or column is None:
            return np.empty(0, dtype=np.int32)
        index = self._bm25[0]
        first, last = index.scores["indptr"][column : column + 2]
        return np.asarray(index.scores["indices"][first:last])


def _bm25s() -> ModuleType:
    """The library, which sets its own logger to DEBUG when it is imported."""
    library = import_module("bm25s")
    logging.getLogger("bm25s").setLevel(logging.WARNING)
    return library


def _indexed(words: list[list[str]], b: float) -> "bm25s.BM25":
    index = _bm25s().BM25(k1=_K1, b=b)
    index.index(words, show_progress=False)
    return index


def _scores(index: "bm25s.BM25", words: Sequence[str]) -> NDArray[np.float32]:
    known = [word for word in dict.fromkeys(words) if word in index.vocab_dict]
    if not known:
        return np.zeros(index.scores["num_docs"], dtype=np.float32)
    return np.asarray(index.get_scores(known), dtype=np.float32)
