"""Tables of documents and chunks."""

from pathlib import Path

import pytest

from knowledge import store
from knowledge.chunk import Chunk, Document
from knowledge.store import Store, StoreError

CHUNK = Chunk("text", ("Page",), "", (1, 1))


def document(source: str, uri: str) -> Document:
    return Document(source, uri, "Page", "text", "text")


def test_a_source_taken_meanwhile_gives_way_to_the_uri(tmp_path: Path) -> None:
    tables = Store(tmp_path / "knowledge.db")
    with tables.writing() as db:
        store.put(db, document("docs/a.md", "file:///one/docs/a.md"), "1", [CHUNK])
        store.put(db, document("docs/a.md", "file:///two/docs/a.md"), "1", [CHUNK])
    with tables.reading() as db:
        assert store.sources(db) == ["docs/a.md", "file:///two/docs/a.md"]


def test_an_error_undoes_everything_and_a_version_names_the_content(tmp_path: Path) -> None:
    tables = Store(tmp_path / "knowledge.db")
    with tables.writing() as db:
        store.put(db, document("a.md", "file:///a.md"), "1", [CHUNK])
        store.touch(db)
    with tables.reading() as db:
        before = store.version(db)
    with pytest.raises(ZeroDivisionError), tables.writing() as db:
        store.delete(db, ["a.md"])
        store.touch(db)
        1 / 0  # noqa: B018 - any error will do
    with tables.reading() as db:
        assert store.version(db) == before
        assert store.infos(db)[0].chunks == 1


def test_a_second_writer_is_told_to_wait_while_readers_go_on(tmp_path: Path) -> None:
    tables = Store(tmp_path / "knowledge.db")
    with tables.writing() as db:
        store.put(db, document("a.md", "file:///a.md"), "1", [CHUNK])
        with pytest.raises(StoreError, match="try again later"), tables.writing(timeout=0.05):
            pass
        with tables.reading() as other:
            assert store.sources(other) == []


def test_a_file_of_another_version_is_left_alone(tmp_path: Path) -> None:
    tables = Store(tmp_path / "knowledge.db")
    with tables.writing() as db:
        db.execute("PRAGMA user_version = 99")
    with pytest.raises(StoreError, match="another version"), Store(tmp_path / "knowledge.db").reading():
        pass
