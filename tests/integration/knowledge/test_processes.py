"""Several processes and threads on one home; interrupted ingest; cost of the first answer."""

import os
import resource
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from knowledge.knowledge import Knowledge
from knowledge.settings import KnowledgeSettings

OPEN = (
    "import sys; from pathlib import Path; from knowledge.knowledge import Knowledge; from knowledge.settings import KnowledgeSettings\n"
    "knowledge = Knowledge(KnowledgeSettings(home=Path(sys.argv[1])))\n"
)


def start(code: str, *arguments: object) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", OPEN + code, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def finish(process: "subprocess.Popen[str]") -> str:
    output, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    return output


def write_docs(folder: Path, count: int, word: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for n in range(count):
        (folder / f"page{n}.md").write_text(f"# Page {n}\n\nThe {word} number {n}.\n\n## Details\n\n" + f"{word} detail {n}. " * 40)
    return folder


def stored_vectors(home: Path) -> int:
    import chromadb
    from chromadb.config import Settings

    with chromadb.PersistentClient(path=str(home / "chroma"), settings=Settings(anonymized_telemetry=False)) as client:
        return client.list_collections()[0].count()


def test_processes_write_at_the_same_time(tmp_path: Path) -> None:
    folders = [write_docs(tmp_path / f"docs{n}", 6, f"planet{n}") for n in range(2)]
    for process in [start("print(len(knowledge.add(sys.argv[2]).added))", tmp_path / "home", folder) for folder in folders]:
        assert finish(process).strip() == "6"
    knowledge = Knowledge(KnowledgeSettings(home=tmp_path / "home"))
    assert len(knowledge.documents()) == 12
    for n in range(2):
        assert f"planet{n}" in knowledge.search(f"planet{n} number").passages[0].text
    knowledge.close()


def test_a_reader_sees_the_writes_of_another_process(tmp_path: Path) -> None:
    home, docs = tmp_path / "home", write_docs(tmp_path / "docs", 2, "comet")
    knowledge = Knowledge(KnowledgeSettings(home=home))
    knowledge.add(str(docs))
    assert knowledge.search("zzz qqq").confidence == 0  # without a known word the vectors are asked, so Chroma is open now
    (docs / "new.md").write_text("# Meteor\n\nA meteor shower comes in august.")
    finish(start("knowledge.add(sys.argv[2])", home, docs))
    assert knowledge.search("meteor shower").passages[0].title == "Meteor"
    assert len(knowledge.search("zzz qqq", limit=50).passages) > 2
    (docs / "new.md").unlink()
    finish(start("knowledge.add(sys.argv[2])", home, docs))
    assert knowledge.search("meteor").confidence == 0
    assert all(passage.title != "Meteor" for passage in knowledge.search("zzz qqq", limit=50).passages)
    knowledge.close()


def test_threads_share_one_object(tmp_path: Path) -> None:
    knowledge = Knowledge(KnowledgeSettings(home=tmp_path / "home"))
    knowledge.add(str(write_docs(tmp_path / "docs", 10, "star")))
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda n: knowledge.search(f"star number {n % 10}" if n % 4 else "zzz").confidence, range(80)))
    assert all(confidence > 0.8 for n, confidence in enumerate(found) if n % 4)
    knowledge.close()


@pytest.mark.parametrize("moment", ["swapping", "embedding"])
def test_a_killed_ingest_leaves_the_index_whole(tmp_path: Path, moment: str) -> None:
    home, docs = tmp_path / "home", write_docs(tmp_path / "docs", 5, "moon")
    with_old = Knowledge(KnowledgeSettings(home=home))
    with_old.add(str(docs))
    with_old.close()
    write_docs(docs, 5, "sun")
    pause = "(print('now', flush=True), time.sleep(60))"
    code = {
        "swapping": f"import knowledge.store as s\ns.touch = lambda db: {pause}\nknowledge.add(sys.argv[2])",
        "embedding": f"knowledge.add(sys.argv[2], lambda done, total, source: {pause} if source == 'vectors' else None)",
    }[moment]
    process = start("import time\n" + code, home, docs)
    assert process.stdout is not None
    assert process.stdout.readline() == "now\n", process.communicate(timeout=20)[1]
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    knowledge = Knowledge(KnowledgeSettings(home=home))
    assert len(knowledge.documents()) == 5
    assert "moon" in knowledge.search("moon number 3").passages[0].text
    assert knowledge.search("sun").confidence == 0
    assert len(knowledge.add(str(docs)).added) == 5
    assert "sun" in knowledge.search("sun number 3").passages[0].text
    knowledge.search("zzz qqq")  # asks for vectors, so they must be complete afterwards
    knowledge.close()
    assert stored_vectors(home) == sum(info.chunks for info in knowledge.documents())


def test_the_first_answer_of_a_process_is_quick_and_needs_no_vector_library(tmp_path: Path) -> None:
    home = tmp_path / "home"
    Knowledge(KnowledgeSettings(home=home)).ensure_handbook()
    code = (
        "knowledge.ensure_handbook()\nfound = knowledge.search('how do I turn off caching for one step?')\n"
        "assert found.passages[0].source == 'handbook/kfp-caching.md', found.passages[0]\n"
        "assert not {'chromadb', 'wordllama', 'openai', 'kfp'} & sys.modules.keys()"
    )
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    finish(start(code, home))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    assert seconds < 1.5, f"{seconds:.2f} s of processor time for start, imports and first answer"


def test_importing_the_facade_loads_nothing_heavy() -> None:
    heavy = {"numpy", "chromadb", "wordllama", "bm25s", "openai", "pypdf"}
    code = f"import sys, knowledge.knowledge\nprint(sorted({heavy} & sys.modules.keys()))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=True)
    assert result.stdout.strip() == "[]"
