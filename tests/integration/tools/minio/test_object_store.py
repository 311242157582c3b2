"""The contract of `ObjectStore`, held by every implementation: buckets and objects."""

import io
import re
from contextlib import suppress
from pathlib import Path

import pytest

from tests.integration.tools.minio.stores import KEYS, emptied, names, put
from tests.unit.tools.calling import code_of, refusal
from tools.minio.store import ObjectStore
from tools.result import ErrorCode, ToolError

UNUSABLE_KEYS = [
    "",
    "/lead",
    "a//b",
    "trail/",
    ".",
    "..",
    "../x",
    "a/../b",
    "a/./b",
    "a\0b",
    "a\nb",
    "\x1b[31m",
    "\ud800",
    "x" * 1025,
    "é" * 513,
]
BUCKETS = ["abc", "a" * 63, "my.data", "2024", "0-0", "mlpipeline"]
UNUSABLE_BUCKETS = [
    "",
    "ab",
    "a" * 64,
    "Data",
    "a_b",
    "-ab",
    "ab-",
    "a..b",
    "a.-b",
    "192.168.0.1",
    "../x",
    "a/b",
    ".store",
    "a\0b",
    "äöü",
    "\ud800ab",
]

# buckets


def test_buckets_come_by_name_with_their_age(store: ObjectStore) -> None:
    for bucket in BUCKETS:
        store.create_bucket(bucket)
    found = store.buckets()
    assert [b.name for b in found] == sorted([*BUCKETS, "box"])
    created = {b.name: b.created for b in found}
    put(store, "later.txt")
    assert {b.name: b.created for b in store.buckets()} == created
    assert all(created.values())


def test_a_bucket_is_made_once(store: ObjectStore) -> None:
    put(store, "kept")
    error = refusal(store.create_bucket, "box")
    assert error.code is ErrorCode.CONFLICT
    assert "`box`" in error.message
    assert store.read("box", "kept") == b"x"


@pytest.mark.parametrize("bucket", UNUSABLE_BUCKETS)
def test_names_that_no_bucket_can_have(store: ObjectStore, bucket: str) -> None:
    assert code_of(store.create_bucket, bucket) is ErrorCode.INVALID_ARGUMENT
    for call in (lambda: store.list(bucket), lambda: store.stat(bucket, "k"), lambda: store.delete_bucket(bucket)):
        assert code_of(call) in (ErrorCode.NOT_FOUND, ErrorCode.INVALID_ARGUMENT)
    assert code_of(put, store, "k", bucket=bucket) in (ErrorCode.NOT_FOUND, ErrorCode.INVALID_ARGUMENT)
    assert [b.name for b in store.buckets()] == ["box"]


def test_a_missing_bucket_is_named(store: ObjectStore) -> None:
    for call in (store.list, store.delete_bucket):
        error = refusal(call, "nobody")
        assert error.code is ErrorCode.NOT_FOUND
        assert "nobody" in error.message
    assert code_of(put, store, "k", bucket="nobody") is ErrorCode.NOT_FOUND


def test_only_an_empty_bucket_goes(store: ObjectStore) -> None:
    put(store, "deep/er/key")
    assert code_of(store.delete_bucket, "box") is ErrorCode.CONFLICT
    assert store.read("box", "deep/er/key") == b"x"
    store.delete("box", "deep/er/key")
    store.delete_bucket("box")
    assert store.buckets() == []
    assert code_of(store.delete_bucket, "box") is ErrorCode.NOT_FOUND


# objects


@pytest.mark.parametrize("key", [*KEYS, "/".join(["x" * 204] * 5), "e" * 255])
def test_an_object_comes_back_as_it_was(kind: str, store: ObjectStore, key: str) -> None:
    data = key.encode() * 3
    written = store.put("box", key, io.BytesIO(data), len(data))
    assert (written.bucket, written.key, written.size) == ("box", key, len(data))
    assert written.modified is not None
    assert written.modified.tzinfo is not None
    known = store.stat("box", key)
    assert (known.key, known.size, known.etag) == (key, len(data), written.etag)
    assert store.read("box", key) == data
    with store.open("box", key) as stream:
        assert stream.read() == data
    assert names(store.list("box", deep=True)) == [key]
    store.delete("box", key)
    assert names(store.list("box", deep=True)) == []
    assert set(names(store.list("box"))) <= emptied(kind, key)


@pytest.mark.parametrize("key", UNUSABLE_KEYS)
def test_keys_that_cannot_be(store: ObjectStore, key: str) -> None:
    assert code_of(put, store, key) is ErrorCode.INVALID_ARGUMENT
    for call in (store.stat, store.read, store.delete):
        assert code_of(call, "box", key) in (ErrorCode.INVALID_ARGUMENT, ErrorCode.NOT_FOUND)
    with pytest.raises(ToolError), store.open("box", key):
        pass
    assert names(store.list("box", deep=True)) == []


def test_a_key_of_1024_bytes_is_the_longest(store: ObjectStore) -> None:
    longest = "/".join(["k" * 204] * 5)
    assert len(longest) == 1024
    put(store, longest)
    assert store.stat("box", longest).size == 1
    assert "1,024" in refusal(put, store, f"{longest}k").message


def test_a_part_that_a_store_cannot_keep_is_refused_clearly(store: ObjectStore) -> None:
    for key in ("x" * 256, f"a/{'ü' * 128}/b"):
        with suppress(ToolError):
            put(store, key)
            assert store.read("box", key) == b"x"
            continue
        for call in (put, lambda store, key: store.stat("box", key)):
            assert code_of(call, store, key) in (ErrorCode.INVALID_ARGUMENT, ErrorCode.NOT_FOUND)
        assert names(store.list("box", f"{key}/")) == []


def test_missing_objects_are_named(store: ObjectStore) -> None:
    put(store, "a/b")
    for call in (store.stat, store.read, store.delete):
        for key in ("nothing", "a", "a/b/c"):
            error = refusal(call, "box", key)
            assert error.code is ErrorCode.NOT_FOUND
            assert f"`{key}`" in error.message


def test_an_empty_object_is_an_object(store: ObjectStore) -> None:
    put(store, "empty", b"")
    assert store.stat("box", "empty").size == 0
    assert store.read("box", "empty") == store.read("box", "empty", 0, 10) == b""
    assert names(store.list("box")) == ["empty"]


@pytest.mark.parametrize(
    ("offset", "length", "part"),
    [(0, None, b"0123456789"), (3, None, b"3456789"), (2, 3, b"234"), (0, 0, b""), (8, 99, b"89"), (10, 5, b""), (99, None, b"")],
)
def test_ranges(store: ObjectStore, offset: int, length: int | None, part: bytes) -> None:
    put(store, "digits", b"0123456789")
    assert store.read("box", "digits", offset, length) == part


def test_writing_again_replaces(store: ObjectStore) -> None:
    put(store, "k", b"old and long")
    before = store.stat("box", "k")
    put(store, "k", b"new")
    assert store.read("box", "k") == b"new"
    assert store.stat("box", "k").etag != before.etag


@pytest.mark.parametrize("size", [3, 5, 0])
def test_another_size_than_announced_stores_nothing(store: ObjectStore, size: int) -> None:
    error = refusal(store.put, "box", "k", io.BytesIO(b"four"), size)
    assert error.code is ErrorCode.INVALID_ARGUMENT
    assert re.search(rf"{size} bytes, but (only 4|more than {size}) came", error.message)
    assert names(store.list("box", deep=True)) == []
    put(store, "k", b"was here")
    refusal(store.put, "box", "k", io.BytesIO(b"four"), size)
    assert store.read("box", "k") == b"was here"


class Failing(io.RawIOBase):
    """Half of what was promised, then an error."""

    def __init__(self, error: Exception) -> None:
        self.error, self.given = error, False

    def read(self, size: int = -1, /) -> bytes:
        if self.given:
            raise self.error
        self.given = True
        return b"half"


@pytest.mark.parametrize("error", [ConnectionResetError("gone"), RuntimeError("bug"), KeyboardInterrupt()])
def test_a_stream_that_breaks_leaves_nothing(store: ObjectStore, error: Exception, tmp_path: Path) -> None:
    put(store, "there", b"before")
    for key in ("there", "new/key"):
        with pytest.raises((ToolError, type(error))):
            store.put("box", key, Failing(error), 8)  # type: ignore[arg-type]
    assert names(store.list("box", deep=True)) == ["there"]
    assert store.read("box", "there") == b"before"
    assert not [p for p in tmp_path.rglob("*") if p.is_file() and b"half" in p.read_bytes()]


def test_a_key_that_is_also_a_prefix(store: ObjectStore) -> None:
    """Real object stores keep both; one that cannot says CONFLICT and loses nothing."""
    put(store, "a", b"object")
    try:
        put(store, "a/b", b"below")
    except ToolError as error:
        assert error.code is ErrorCode.CONFLICT
    else:
        assert store.read("box", "a/b") == b"below"
    assert store.read("box", "a") == b"object"
    put(store, "c/d", b"below")
    try:
        put(store, "c", b"object")
    except ToolError as error:
        assert error.code is ErrorCode.CONFLICT
    else:
        assert store.read("box", "c") == b"object"
    assert store.read("box", "c/d") == b"below"
