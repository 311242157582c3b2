"""The knowledge base: indexing, questions and repeated ingest at 1,500 chunks; questions and memory at 100,000."""

import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import bm25s

from evals.measurement import Measurement, seconds
from knowledge.knowledge import HANDBOOK, Knowledge
from knowledge.settings import KnowledgeSettings

SMALL, LARGE = 1_500, 100_000
"""Chunks."""
PER_PAGE = 25
SECTION = 130
"""Words of a section, which is one chunk."""
QUESTIONS = 200


def measure() -> Iterator[Measurement]:
    """Both sizes; each is indexed by a process of its own, whose memory is measured."""
    yield from _small(_in_process(SMALL))
    large = _in_process(LARGE)
    yield Measurement(
        name="rag.query_100k_p95",
        value=large["query_p95_ms"],
        unit="ms",
        target=150,
        baseline="bm25s alone",
        baseline_value=large["bm25s_p95_ms"],
    )
    yield Measurement(name="rag.query_100k_memory", value=large["query_mib"], unit="MiB", target=1024)
    yield Measurement(name="rag.index_100k_memory", value=large["index_mib"], unit="MiB", target=2560)
    yield Measurement(name="rag.index_100k", value=large["chunks"] / large["index_s"], unit="chunks/s", target=300, better="more")


def _small(found: dict[str, float]) -> Iterator[Measurement]:
    rate = found["chunks"] / found["index_s"]
    baseline = found["chunks"] / found["bm25s_index_s"]
    yield Measurement(
        name="rag.index",
        value=rate,
        unit="chunks/s",
        target=300,
        better="more",
        baseline="bm25s alone, no vectors",
        baseline_value=baseline,
    )
    yield Measurement(
        name="rag.query_p95",
        value=found["query_p95_ms"],
        unit="ms",
        target=30,
        baseline="bm25s alone",
        baseline_value=found["bm25s_p95_ms"],
    )
    yield Measurement(
        name="rag.reingest_unchanged",
        value=found["again_s"],
        unit="s",
        target=1,
        baseline="the first ingest",
        baseline_value=found["index_s"],
    )


def _in_process(count: int) -> dict[str, float]:
    """Figures of a corpus of `count` chunks: one process indexes it, another one asks, so that each has its own memory."""
    with tempfile.TemporaryDirectory(prefix="rag-bench-") as folder:
        figures: dict[str, float] = {}
        for part in ("index", "query"):
            done = subprocess.run(
                [sys.executable, "-m", "evals.benchmarks.rag", part, str(count), folder], capture_output=True, text=True, check=True
            )
            figures |= json.loads(done.stdout)
        return figures


def _index(count: int, folder: Path) -> dict[str, float]:
    pages = _pages(count, folder / "pages")
    knowledge = Knowledge(KnowledgeSettings(home=folder / "home"))
    started = time.perf_counter()
    knowledge.add(str(pages))
    took = time.perf_counter() - started
    again, _ = seconds(lambda: knowledge.add(str(pages)), repeat=3, warm_up=0)
    chunks = sum(info.chunks for info in knowledge.documents())
    knowledge.close()
    return {"chunks": chunks, "index_s": took, "again_s": again, "index_mib": _peak_memory()}


def _query(folder: Path) -> dict[str, float]:
    knowledge = Knowledge(KnowledgeSettings(home=folder / "home"))
    questions = _questions()
    for question in questions[:5]:
        knowledge.search(question)
    own = [seconds(lambda asked=question: knowledge.search(asked), repeat=1, warm_up=0)[0] for question in questions]  # type: ignore[misc]
    memory = _peak_memory()
    knowledge.close()
    texts = [section for page in sorted((folder / "pages").iterdir()) for section in page.read_text().split("\n## ")[1:]]
    started = time.perf_counter()
    plain = bm25s.BM25()
    plain.index(bm25s.tokenize(texts, show_progress=False), show_progress=False)
    took = time.perf_counter() - started
    others = [seconds(lambda asked=question: _plain(plain, asked), repeat=1, warm_up=0)[0] for question in questions]  # type: ignore[misc]
    return {"query_p95_ms": _p95(own), "query_mib": memory, "bm25s_p95_ms": _p95(others), "bm25s_index_s": took}


def _plain(index: bm25s.BM25, question: str) -> object:
    return index.retrieve(bm25s.tokenize([question], show_progress=False), k=5, show_progress=False)


def _p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1] * 1000


def _peak_memory() -> float:
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _words() -> list[str]:
    """The handbook's words, as often as it uses them, and as many rare ones that only a large collection has."""
    words = [word for page in sorted(HANDBOOK.glob("*.md")) for word in page.read_text("utf-8").split() if word.isalpha()]
    return words + [f"{word}{number}" for number in range(3) for word in sorted(set(words))]


def _pages(count: int, folder: Path) -> Path:
    """Pages of sections that are one chunk each."""
    folder.mkdir()
    words, chance = _words(), random.Random(7)  # noqa: S311 - no secret is made of it
    for page in range(count // PER_PAGE):
        sections = (
            f"## {' '.join(chance.choices(words, k=4))}\n\n{' '.join(chance.choices(words, k=SECTION))}.\n" for _ in range(PER_PAGE)
        )
        (folder / f"page-{page}.md").write_text(f"# Page {page}\n\n" + "\n".join(sections))
    return folder


def _questions() -> list[str]:
    words, chance = _words(), random.Random(8)  # noqa: S311 - neither here
    return [f"how do I {' '.join(chance.choices(words, k=7))}?" for _ in range(QUESTIONS)]


if __name__ == "__main__":
    part, size, place = sys.argv[1:]
    sys.stdout.write(json.dumps(_index(int(size), Path(place)) if part == "index" else _query(Path(place))))
