"""Vectors: where words fail, over an embeddings endpoint, on a Chroma server, and when one of them is away."""

import logging
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from evals.embedding_server import embedding_server
from knowledge.embeddings import OpenAIEmbedding, WordLlamaEmbedding
from knowledge.knowledge import Knowledge
from knowledge.settings import KnowledgeSettings

PAGES = {
    "pets.md": "# Animals\n\nA dog barks at the cat. Puppies and kittens play.",
    "money.md": "# Banking\n\nThe bank lends money at an interest rate. A loan is paid back monthly.",
    "sea.md": "# Ocean\n\nShips sail over the sea. Waves and tides move the water.",
}


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    folder.mkdir()
    for name, text in PAGES.items():
        (folder / name).write_text(text)
    return folder


def first(knowledge: Knowledge, query: str) -> str:
    return knowledge.search(query).passages[0].source


def test_a_question_without_a_shared_word_is_answered_by_meaning(tmp_path: Path, docs: Path) -> None:
    knowledge = Knowledge(KnowledgeSettings(home=tmp_path / "home"))
    knowledge.add(str(docs))
    assert first(knowledge, "mortgage credit finance") == "docs/money.md"
    assert first(knowledge, "hound feline") == "docs/pets.md"
    assert first(knowledge, "boat marine") == "docs/sea.md"
    assert knowledge.search("boat marine").confidence == 0
    knowledge.close()


def test_an_embeddings_endpoint(tmp_path: Path, docs: Path) -> None:
    with embedding_server(WordLlamaEmbedding()) as server:
        settings = KnowledgeSettings(home=tmp_path / "home", embeddings="openai:test-model", base_url=server.url, api_key=SecretStr("k-1"))
        knowledge = Knowledge(settings)
        knowledge.add(str(docs))
        assert len(server.texts) == 3
        assert first(knowledge, "a mortgage with the bank") == "docs/money.md"
        (docs / "sea.md").write_text("# Ocean\n\nWhales sing.")
        knowledge.add(str(docs))
        assert len([text for text in server.texts if text.startswith("Ocean\n")]) == 2, "only the changed page is embedded again"
        assert len([text for text in server.texts if text.startswith("Banking\n")]) == 1
        assert server.keys == {"Bearer k-1"}
        knowledge.close()


def test_without_the_endpoint_words_still_find(tmp_path: Path, docs: Path, caplog: pytest.LogCaptureFixture) -> None:
    with embedding_server(WordLlamaEmbedding()) as server:
        url = server.url
    settings = KnowledgeSettings(home=tmp_path / "home", embeddings="openai:test-model", base_url=url)
    knowledge = Knowledge(settings)
    with caplog.at_level(logging.WARNING):
        assert len(knowledge.add(str(docs)).added) == 3
        assert first(knowledge, "interest rate of a loan") == "docs/money.md"
    assert url in caplog.text
    knowledge.close()


def test_vectors_missed_while_the_endpoint_was_away_are_made_later(tmp_path: Path, docs: Path) -> None:
    wrong = KnowledgeSettings(home=tmp_path / "home", embeddings="openai:test-model", base_url="http://127.0.0.1:9/v1")
    knowledge = Knowledge(wrong)
    knowledge.add(str(docs))
    knowledge.close()
    with embedding_server(WordLlamaEmbedding()) as server:
        knowledge = Knowledge(wrong.model_copy(update={"base_url": server.url}))
        assert first(knowledge, "hound feline") == "docs/pets.md"
        assert len(server.texts) == 4
        knowledge.close()


@pytest.fixture(scope="module")
def chroma_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = tmp_path_factory.mktemp("chroma")
    command = [str(Path(sys.executable).with_name("chroma")), "run", "--path", str(folder), "--host", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder)
    url = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"{url}/api/v2/heartbeat", timeout=1)
            break
        except OSError:
            assert process.poll() is None, "the Chroma server ended"
            time.sleep(0.1)
    yield url
    process.terminate()
    process.wait(timeout=20)


def test_a_chroma_server_shared_by_two_homes(tmp_path: Path, docs: Path, chroma_url: str) -> None:
    one, two = (Knowledge(KnowledgeSettings(home=tmp_path / name, chroma_url=chroma_url)) for name in ("one", "two"))
    one.add(str(docs))
    two.add(str(docs / "sea.md"))
    assert first(one, "hound feline") == "docs/pets.md"
    assert first(two, "hound feline") == "sea.md"
    assert not (tmp_path / "one" / "chroma").exists()
    one.close()
    two.close()


def test_without_the_chroma_server_words_still_find(tmp_path: Path, docs: Path, caplog: pytest.LogCaptureFixture) -> None:
    knowledge = Knowledge(KnowledgeSettings(home=tmp_path / "home", chroma_url="http://127.0.0.1:9"))
    with caplog.at_level(logging.WARNING):
        knowledge.add(str(docs))
        assert first(knowledge, "interest rate of a loan") == "docs/money.md"
        assert knowledge.search("hound feline").passages == []
    assert "http://127.0.0.1:9" in caplog.text
    knowledge.close()


def test_another_embedding_is_made_beside_and_then_taken(tmp_path: Path, docs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(OpenAIEmbedding, "at_once", 0)  # three pages count as many
    home = tmp_path / "home"
    before = Knowledge(KnowledgeSettings(home=home))
    before.add(str(docs))
    assert first(before, "hound feline") == "docs/pets.md"
    before.close()
    assert len(collections(home)) == 1
    with embedding_server(WordLlamaEmbedding()) as server:
        after = Knowledge(KnowledgeSettings(home=home, embeddings="openai:test-model", base_url=server.url))
        assert first(after, "interest rate of a loan") == "docs/money.md", "words go on while vectors are made"
        deadline = time.monotonic() + 60
        while not (found := after.search("hound feline").passages):
            assert time.monotonic() < deadline
            threading.Event().wait(0.05)
        assert found[0].source == "docs/pets.md"
        after.close()
    assert [name.rpartition("-")[2] for name in collections(home)] == ["model"], "the old collection is gone"


def test_vectors_are_made_before_the_documents_are_swapped_in(tmp_path: Path, docs: Path) -> None:
    with embedding_server(WordLlamaEmbedding()) as server:
        knowledge = Knowledge(KnowledgeSettings(home=tmp_path / "home", embeddings="openai:test-model", base_url=server.url))
        seen: list[int] = []
        knowledge.add(str(docs), lambda done, total, source: seen.append(len(knowledge.documents())) if source == "vectors" else None)
        assert seen
        assert set(seen) == {0}
        knowledge.close()


def collections(home: Path) -> list[str]:
    import chromadb
    from chromadb.config import Settings

    with chromadb.PersistentClient(path=str(home / "chroma"), settings=Settings(anonymized_telemetry=False)) as client:
        return [collection.name for collection in client.list_collections()]
