"""The knowledge base through its facade, on real files."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from knowledge import knowledge as facade
from knowledge.chunk import DocumentNotFound
from knowledge.knowledge import Knowledge
from knowledge.settings import KnowledgeSettings
from knowledge.store import StoreError

CACHING = "# Caching\n\n## Turn it off\n\nCall `set_caching_options(False)` on the task.\n\n## Cache key\n\nInputs and image decide.\n"
BUCKETS = "# Buckets\n\nA bucket holds objects. Bucket names have no underscore.\n"


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    for name, text in {"kfp/caching.md": CACHING, "minio/buckets.md": BUCKETS, "notes.txt": "The cluster is called aurora."}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


@pytest.fixture
def knowledge(tmp_path: Path) -> Iterator[Knowledge]:
    opened = Knowledge(KnowledgeSettings(home=tmp_path / "home"))
    yield opened
    opened.close()


def sources(knowledge: Knowledge) -> list[str]:
    return [info.source for info in knowledge.documents()]


def test_an_empty_home_answers_nothing(knowledge: Knowledge) -> None:
    found = knowledge.search("how do I turn caching off?")
    assert (found.passages, found.confidence) == ([], 0.0)
    assert knowledge.documents() == []


def test_a_folder_is_indexed_and_found(knowledge: Knowledge, docs: Path) -> None:
    seen: list[tuple[int, int, str]] = []
    report = knowledge.add(str(docs), lambda *step: seen.append(step))
    assert report.added == ["docs/kfp/caching.md", "docs/minio/buckets.md", "docs/notes.txt"]
    assert (report.unchanged, report.removed, report.failed) == ([], [], [])
    assert seen[:3] == [(1, 3, "docs/kfp/caching.md"), (2, 3, "docs/minio/buckets.md"), (3, 3, "docs/notes.txt")]
    found = knowledge.search("how can I turn off caching of a task?")
    best = found.passages[0]
    assert (best.n, best.source, best.title, best.section, best.score) == (1, "docs/kfp/caching.md", "Caching", "Turn it off", 1.0)
    assert "set_caching_options" in best.text
    assert best.uri == (docs / "kfp/caching.md").as_uri()
    assert best.text.split("\n")[0] == CACHING.split("\n")[best.lines[0] - 1]
    assert found.confidence > 0.8
    assert [(info.title, info.kind, info.chunks) for info in knowledge.documents()][2] == ("Notes", "text", 1)


def test_confidence_tells_foreign_questions_apart(knowledge: Knowledge, docs: Path) -> None:
    knowledge.add(str(docs))
    assert knowledge.search("bucket names").confidence > 0.8
    assert knowledge.search("sourdough bread recipe").confidence < 0.2


def test_adding_again_takes_over_only_what_changed(knowledge: Knowledge, docs: Path) -> None:
    knowledge.add(str(docs))
    (docs / "notes.txt").write_text("The cluster is called borealis.")
    (docs / "minio/buckets.md").unlink()
    (docs / "kfp/broken.md").write_bytes(b"\xff\xfe\xfa")
    report = knowledge.add(str(docs))
    assert report.added == ["docs/notes.txt"]
    assert report.unchanged == ["docs/kfp/caching.md"]
    assert report.removed == ["docs/minio/buckets.md"]
    assert [source for source, _ in report.failed] == ["docs/kfp/broken.md"]
    assert knowledge.search("aurora").confidence == 0
    assert "borealis" in knowledge.search("cluster borealis").passages[0].text


def test_a_file_that_became_unreadable_keeps_its_last_good_text(knowledge: Knowledge, docs: Path) -> None:
    knowledge.add(str(docs))
    (docs / "notes.txt").write_bytes(b"\xff\xff\xff")
    assert [source for source, _ in knowledge.add(str(docs)).failed] == ["docs/notes.txt"]
    assert "aurora" in knowledge.search("cluster").passages[0].text


def test_files_and_patterns(knowledge: Knowledge, docs: Path) -> None:
    assert knowledge.add(str(docs / "notes.txt")).added == ["notes.txt"]
    assert knowledge.add(f"{docs}/**/*.md").added == ["docs/kfp/caching.md", "docs/minio/buckets.md"]
    assert knowledge.add(str(docs)).unchanged == ["docs/kfp/caching.md", "docs/minio/buckets.md", "notes.txt"]


def test_what_cannot_be_added_is_reported_not_raised(knowledge: Knowledge, docs: Path) -> None:
    knowledge.add(str(docs))
    assert "check the spelling" in knowledge.add(str(docs / "missing")).failed[0][1]
    empty = docs / "empty.md"
    empty.write_text("")
    assert knowledge.add(str(empty)).failed == [("empty.md", "it is empty")]
    shutil.rmtree(docs)
    assert knowledge.add(str(docs)).failed
    assert len(knowledge.documents()) == 3, "a folder that is not reachable now must not empty the index"


def test_folders_of_the_same_name_do_not_collide(knowledge: Knowledge, docs: Path, tmp_path: Path) -> None:
    other = tmp_path / "team" / "docs"
    shutil.copytree(docs, other)
    knowledge.add(str(docs))
    knowledge.add(str(other))
    assert len(set(sources(knowledge))) == 6
    assert "team/docs/notes.txt" in sources(knowledge)


def test_same_text_twice_is_one_passage(knowledge: Knowledge, docs: Path, tmp_path: Path) -> None:
    shutil.copytree(docs, tmp_path / "copy")
    knowledge.add(str(docs))
    knowledge.add(str(tmp_path / "copy"))
    assert len([p for p in knowledge.search("set_caching_options").passages if p.title == "Caching"]) == 1


def test_read_a_document_and_a_section(knowledge: Knowledge, docs: Path) -> None:
    knowledge.add(str(docs))
    whole = knowledge.read("docs/kfp/caching.md")
    assert whole.text == CACHING.strip("\n")
    assert whole.sections == ["Caching", "Turn it off", "Cache key"]
    part = knowledge.read("caching.md", "cache key")
    assert (part.source, part.section, part.lines) == ("docs/kfp/caching.md", "Cache key", (7, 10))
    assert part.text == "## Cache key\n\nInputs and image decide."


def test_unknown_names_are_answered_with_near_ones(knowledge: Knowledge, docs: Path) -> None:
    knowledge.add(str(docs))
    with pytest.raises(DocumentNotFound) as missing:
        knowledge.read("docs/kfp/cachign.md")
    assert missing.value.nearest[0] == "docs/kfp/caching.md"
    assert "docs/kfp/caching.md" in str(missing.value)
    with pytest.raises(DocumentNotFound, match="Cache key"):
        knowledge.read("docs/kfp/caching.md", "keys of caching")
    with pytest.raises(DocumentNotFound):
        knowledge.remove("nothing.md")


def test_remove_a_document_or_a_folder(knowledge: Knowledge, docs: Path) -> None:
    knowledge.add(str(docs))
    assert knowledge.remove("notes.txt") == 1
    assert knowledge.search("aurora").confidence == 0
    assert knowledge.remove("docs") == 2
    assert knowledge.search("caching bucket").passages == []
    assert (docs / "notes.txt").exists()


def test_pages_about_old_versions_come_after_current_ones(knowledge: Knowledge, docs: Path) -> None:
    for folder in ("legacy-v1", "current"):
        (docs / folder).mkdir()
        (docs / folder / "retry.md").write_text(f"# Retry\n\nA step of the {folder} backend is retried three times.")
    knowledge.add(str(docs))
    assert "current" in knowledge.search("how often is a step retried").passages[0].source
    assert "legacy-v1" in knowledge.search("how often is a step retried in legacy v1").passages[0].source


def test_an_index_opened_anew_holds_the_same(knowledge: Knowledge, docs: Path, tmp_path: Path) -> None:
    knowledge.add(str(docs))
    again = Knowledge(KnowledgeSettings(home=tmp_path / "home"))
    assert again.search("turn off caching") == knowledge.search("turn off caching")
    again.close()


def test_a_damaged_text_index_is_made_anew(knowledge: Knowledge, docs: Path, tmp_path: Path) -> None:
    knowledge.add(str(docs))
    (layout,) = (tmp_path / "home" / "lexical").glob("*/layout.json")
    layout.write_text("{")
    again = Knowledge(KnowledgeSettings(home=tmp_path / "home"))
    assert again.search("turn caching off").passages[0].title == "Caching"
    assert layout.read_text() != "{"


def test_a_damaged_store_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "knowledge.db").write_text("no database at all, but long enough to be looked at" * 10)
    with pytest.raises(StoreError, match="move it away"):
        Knowledge(KnowledgeSettings(home=tmp_path)).search("anything")


def test_limit_is_kept_and_passages_are_numbered(knowledge: Knowledge) -> None:
    knowledge.ensure_handbook()
    passages = knowledge.search("pipeline run bucket object", limit=7).passages
    assert [passage.n for passage in passages] == list(range(1, 8))
    assert [passage.score for passage in passages] == sorted((passage.score for passage in passages), reverse=True)


def test_the_handbook_is_indexed_once_and_follows_its_edition(
    knowledge: Knowledge, docs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = tmp_path / "edition" / "handbook"
    shutil.copytree(docs / "kfp", pages)
    monkeypatch.setattr(facade, "HANDBOOK", pages)
    knowledge.add(str(docs / "notes.txt"))
    knowledge.ensure_handbook()
    first = knowledge.documents()
    assert [(info.source, info.kind) for info in first] == [("handbook/caching.md", "handbook"), ("notes.txt", "text")]
    assert knowledge.search("turn caching off").passages[0].uri == "handbook:caching"
    knowledge.remove("handbook/caching.md")
    knowledge.ensure_handbook()
    assert sources(knowledge) == ["notes.txt"], "a page that was removed stays away until there is a new edition"
    (pages / "buckets.md").write_text(BUCKETS)
    knowledge.ensure_handbook()
    assert sources(knowledge) == ["handbook/buckets.md", "handbook/caching.md", "notes.txt"]


@pytest.mark.parametrize("query", ["", "   ", "???", "the of and", "a" * 5000, "'; DROP TABLE chunks; --", "\0", "日本語 キャッシュ"])
def test_odd_queries_do_no_harm(knowledge: Knowledge, docs: Path, query: str) -> None:
    knowledge.add(str(docs))
    found = knowledge.search(query)
    assert 0 <= found.confidence <= 1
    assert len(knowledge.documents()) == 3
