"""Whole files into and out of every `ObjectStore`, and objects from one place to another."""

import io
import random
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from evals.object_server import PROGRAMS, ObjectServer, store_of
from tests.integration.tools.minio.stores import names, put
from tests.unit.tools.calling import code_of, refusal
from tools.minio.s3_download import Source
from tools.minio.store import ObjectStore
from tools.result import ErrorCode, ToolError

MIB = 1024 * 1024
PART = 8 * MIB
SIZES = [0, 1, PART - 1, PART, PART + 1, 2 * PART, 2 * PART + 5]


class Stopped(Exception):  # noqa: N818 - what a progress callback may raise
    """Whoever followed the transfer has had enough."""


def stop_at(limit: int) -> Callable[[int, int], None]:
    """Progress that ends the transfer at so many bytes."""

    def progress(done: int, _size: int) -> None:
        if done >= limit:
            raise Stopped

    return progress


def content(size: int, salt: int = 0) -> bytes:
    """Bytes of which no two parts are alike; the larger ones of the same salt begin with the smaller ones."""
    return random.Random(salt).randbytes(-(-size // 4) * 4)[:size]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "local" / "data.bin"
    made.parent.mkdir()
    return made


@pytest.mark.parametrize("size", SIZES)
def test_files_go_in_and_come_out_as_they_were(store: ObjectStore, file: Path, size: int) -> None:
    data = content(size)
    file.write_bytes(data)
    told: list[tuple[int, int]] = []
    written = store.upload_file(file, "box", "a/key", content_type="text/csv", progress=lambda *step: told.append(step))
    assert (written.key, written.size) == ("a/key", size)
    assert written.etag == store.stat("box", "a/key").etag
    assert told[-1] == (size, size)
    assert told == sorted(told)
    told.clear()
    back = file.with_name("back.bin")
    assert store.download_file("box", "a/key", back, progress=lambda *step: told.append(step)).size == size
    assert back.read_bytes() == data
    assert told == sorted(told)
    assert not size or told[-1] == (size, size)
    assert sorted(p.name for p in file.parent.iterdir()) == ["back.bin", "data.bin"]


def test_what_put_wrote_is_downloaded_too(store: ObjectStore, file: Path) -> None:
    data = content(2 * PART + 9)
    store.put("box", "key", io.BytesIO(data), len(data))
    file.write_bytes(b"something else")
    store.download_file("box", "key", file)
    assert file.read_bytes() == data


def test_a_download_that_breaks_leaves_the_file_as_it_was_and_can_be_repeated(store: ObjectStore, file: Path) -> None:
    data = content(4 * PART)
    put(store, "key", data)
    file.write_bytes(b"before")
    with pytest.raises(Stopped):
        store.download_file("box", "key", file, progress=stop_at(2 * PART))
    assert file.read_bytes() == b"before"
    store.download_file("box", "key", file)
    assert file.read_bytes() == data
    assert list(file.parent.iterdir()) == [file]


def test_an_object_that_is_written_anew_is_downloaded_as_it_is_then(store: ObjectStore, file: Path) -> None:
    put(store, "key", content(3 * PART))
    with pytest.raises(Stopped):
        store.download_file("box", "key", file, progress=stop_at(PART))
    put(store, "key", content(3 * PART, salt=1))
    store.download_file("box", "key", file)
    assert file.read_bytes() == content(3 * PART, salt=1)
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.parametrize("name", PROGRAMS)
def test_an_object_that_changes_while_its_download_begins(
    name: str, running: Callable[[str], ObjectServer], file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the question for its size and checksum and that for its bytes."""
    server = running(name)
    store = store_of(server.url)
    store.create_bucket("box")
    put(store, "key", content(3 * PART))
    find = Source.find

    def found_and_changed(*which: Any) -> Source:
        found = find(*which)
        put(store, "key", content(3 * PART, salt=1))
        return found

    try:
        with monkeypatch.context() as patch:
            patch.setattr(Source, "find", found_and_changed)
            error = refusal(store.download_file, "box", "key", file)
        assert error.code is ErrorCode.CONFLICT
        assert "It was written anew meanwhile; try again." in error.message
        assert not file.exists()
        store.download_file("box", "key", file)
        assert file.read_bytes() == content(3 * PART, salt=1)
    finally:
        server.clean()


def test_an_object_that_changes_during_its_download_is_one_or_the_other(store: ObjectStore, file: Path) -> None:
    """Never a part of each."""
    before, after = content(3 * PART), content(3 * PART, salt=1)
    put(store, "key", before)
    changed: list[Future[None]] = []

    def change(_done: int, _size: int) -> None:
        if not changed:  # a server can have the writer wait for the reader
            changed.append(pool.submit(put, store, "key", after))

    try:
        with ThreadPoolExecutor(1) as pool:
            store.download_file("box", "key", file, progress=change)
    except ToolError as error:
        assert error.code in (ErrorCode.CONFLICT, ErrorCode.UNAVAILABLE)
        assert not file.exists()
    else:
        assert file.read_bytes() in (before, after)
    changed[0].result()
    store.download_file("box", "key", file)
    assert file.read_bytes() == after


def test_an_upload_that_breaks_is_nowhere_to_be_seen_and_can_be_repeated(store: ObjectStore, file: Path) -> None:
    file.write_bytes(content(4 * PART))
    put(store, "there", b"before")
    for key in ("there", "new"):
        with pytest.raises(Stopped):
            store.upload_file(file, "box", key, progress=stop_at(3 * PART))
    assert names(store.list("box", deep=True)) == ["there"]
    assert store.read("box", "there") == b"before"
    for key in ("there", "new"):
        store.upload_file(file, "box", key)
        assert store.read("box", key) == content(4 * PART)


def test_an_upload_that_another_one_ended_is_begun_anew(store: ObjectStore, file: Path) -> None:
    data = content(5 * PART)
    file.write_bytes(data)
    between: list[int] = []

    def progress(done: int, _size: int) -> None:
        if done >= 3 * PART and not between:
            between.append(store.upload_file(file, "box", "key").size)

    assert store.upload_file(file, "box", "key", progress=progress).size == len(data)
    assert between == [len(data)]
    assert store.read("box", "key") == data


def test_another_file_after_a_broken_upload_is_stored_as_it_is(store: ObjectStore, file: Path) -> None:
    """The first parts are those of the file before, the others are not."""
    file.write_bytes(content(4 * PART))
    with pytest.raises(Stopped):
        store.upload_file(file, "box", "key", progress=stop_at(4 * PART))
    changed = content(PART) + content(2 * PART, salt=7) + b"end"
    file.write_bytes(changed)
    store.upload_file(file, "box", "key")
    assert store.read("box", "key") == changed


def test_transfers_of_what_is_not_there(store: ObjectStore, file: Path) -> None:
    assert code_of(store.upload_file, file, "box", "key") is ErrorCode.NOT_FOUND
    assert code_of(store.upload_file, file.parent, "box", "key") is ErrorCode.CONFLICT
    assert code_of(store.download_file, "box", "key", file) is ErrorCode.NOT_FOUND
    assert code_of(store.download_file, "nothing-here", "key", file) is ErrorCode.NOT_FOUND
    file.write_bytes(b"x")
    assert code_of(store.upload_file, file, "nothing-here", "key") is ErrorCode.NOT_FOUND
    assert code_of(store.upload_file, file, "box", "../key") is ErrorCode.INVALID_ARGUMENT
    put(store, "key")
    assert code_of(store.download_file, "box", "key", file.parent) is ErrorCode.CONFLICT
    assert code_of(store.download_file, "box", "key", file / "below") in (ErrorCode.CONFLICT, ErrorCode.NOT_FOUND)
    assert names(store.list("box", deep=True)) == ["key"]


def test_objects_are_copied_and_moved_with_their_tags(store: ObjectStore) -> None:
    store.create_bucket("other")
    put(store, "a/b", b"data")
    store.set_tags("box", "a/b", {"owner": "anna"})
    assert store.copy("box", "a/b", "other", "copied").size == 4
    assert store.move("box", "a/b", "other", "deep/er").size == 4
    for key in ("copied", "deep/er"):
        assert store.read("other", key) == b"data"
        assert store.tags("other", key) == {"owner": "anna"}
    assert names(store.list("box", deep=True)) == []
    put(store, "there", b"old", bucket="other")
    store.move("other", "copied", "other", "there")
    assert names(store.list("other", deep=True)) == ["deep/er", "there"]
    assert store.read("other", "there") == b"data"


@pytest.mark.parametrize("name", ["copy", "move"])
def test_copies_that_cannot_be(store: ObjectStore, name: str) -> None:
    put(store, "key", b"data")
    act = getattr(store, name)
    assert code_of(act, "box", "nothing", "box", "new") is ErrorCode.NOT_FOUND
    assert code_of(act, "box", "key", "nothing-here", "new") is ErrorCode.NOT_FOUND
    assert code_of(act, "box", "key", "box", "key") is ErrorCode.INVALID_ARGUMENT
    assert code_of(act, "box", "key", "box", "a//b") is ErrorCode.INVALID_ARGUMENT
    assert names(store.list("box", deep=True)) == ["key"]
    assert store.read("box", "key") == b"data"


def test_an_object_is_never_nowhere_while_it_is_moved(store: ObjectStore) -> None:
    from concurrent.futures import ThreadPoolExecutor

    put(store, "0", b"data")

    def there(number: int) -> bool:
        for key in (str(number), str(number + 1)):
            try:
                return store.read("box", key) == b"data"
            except ToolError:
                continue
        return False

    with ThreadPoolExecutor(2) as pool:
        for number in range(10):
            moving = pool.submit(store.move, "box", str(number), "box", str(number + 1))
            seen = [there(number) for _ in range(5)]
            moving.result()
            assert all(seen)
