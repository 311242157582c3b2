"""Listings of every `ObjectStore`: levels, order, pages; and writers, readers and names of all sorts at once."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.integration.tools.minio.conftest import STORES
from tests.integration.tools.minio.stores import KEYS, names, pages, put
from tools.minio.store import ObjectStore, walk
from tools.result import ErrorCode, ToolError

key_parts = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"], exclude_characters="/"), min_size=1, max_size=12)
keys = st.lists(key_parts.filter(lambda part: part not in (".", "..")), min_size=1, max_size=4).map("/".join)
relaxed = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def test_one_level_at_a_time(filled: ObjectStore) -> None:
    top = filled.list("box")
    assert top.prefixes == ["a-b/", "a/", "deep/", "z z/", "ä/", "日本/"]
    assert [o.key for o in top.objects] == sorted(k for k in KEYS if "/" not in k)
    assert names(filled.list("box", "a/")) == ["a/1.csv", "a/2.csv", "a/b/"]
    assert names(filled.list("box", "a")) == ["a-b/", "a.txt", "a/", "a0.txt"]
    assert names(filled.list("box", "deep/er/a")) == ["deep/er/and/"]
    assert names(filled.list("box", "a/1")) == ["a/1.csv"]


def test_deep_listings_are_in_the_order_of_the_bytes(filled: ObjectStore) -> None:
    """As S3 orders them: `a-b/` before `a.txt` before `a/`, whatever the folders are."""
    assert [o.key for o in filled.list("box", deep=True).objects] == sorted(KEYS, key=str.encode)
    assert [o.key for o in filled.list("box", "a", deep=True).objects] == [
        "a-b/4.csv",
        "a.txt",
        "a/1.csv",
        "a/2.csv",
        "a/b/3.csv",
        "a0.txt",
    ]
    assert filled.list("box", deep=True).prefixes == []


@pytest.mark.parametrize(
    "prefix", ["nothing", "a/1.csv/", "/", "//", "../", "..", "../box/", "/etc/", "./", "a/../", "x" * 300 + "/", "\0/", "\ud800/"]
)
def test_prefixes_that_nothing_begins_with(filled: ObjectStore, prefix: str) -> None:
    for deep in (False, True):
        page = filled.list("box", prefix, deep=deep)
        assert (page.objects, page.prefixes, page.next_token) == ([], [], None)


@pytest.mark.parametrize("kind", [name for name in STORES if name != "seaweedfs"])
def test_two_slashes_are_not_one(filled: ObjectStore) -> None:
    """But for SeaweedFS, which takes `a//` for `a/`."""
    for deep in (False, True):
        assert names(filled.list("box", "a//", deep=deep)) == []


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 100])
@pytest.mark.parametrize("query", [{}, {"deep": True}, {"prefix": "a"}, {"prefix": "a/", "deep": True}])
def test_paging_loses_and_repeats_nothing(filled: ObjectStore, limit: int, query: dict[str, object]) -> None:
    whole = filled.list("box", **query)
    assert whole.next_token is None
    turned = list(pages(filled, limit, **query))
    assert [name for page in turned for name in names(page)] == names(whole)
    assert all(len(names(page)) == limit for page in turned[:-1])
    assert len(names(turned[-1])) <= limit  # some servers announce a last page that is empty


def test_a_page_that_ends_with_a_prefix_goes_on_behind_it(store: ObjectStore) -> None:
    for key in ("a/1", "a/2", "b"):
        put(store, key)
    first = store.list("box", limit=1)
    assert (first.prefixes, first.next_token) == (["a/"], "a/")
    assert names(store.list("box", limit=1, start_after=first.next_token)) == ["b"]


def test_walking_stops_at_its_limit(filled: ObjectStore) -> None:
    assert [o.key for o in walk(filled, "box", limit=3)] == sorted(KEYS, key=str.encode)[:3]
    assert [o.key for o in walk(filled, "box", "a/")] == ["a/1.csv", "a/2.csv", "a/b/3.csv"]


# under load, and with anything for a name


def test_concurrent_writers_of_one_key_leave_one_whole_object(store: ObjectStore) -> None:
    contents = [bytes([65 + i]) * 200_000 for i in range(8)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda data: put(store, "same/key", data), contents))
    assert store.read("box", "same/key") in contents
    assert names(store.list("box", deep=True)) == ["same/key"]


def test_writers_and_deleters_in_one_folder_do_not_disturb_each_other(store: ObjectStore) -> None:
    def come_and_go(n: int) -> None:
        for _ in range(25):
            put(store, f"shared/folder/{n}")
            store.list("box", deep=True)
            store.delete("box", f"shared/folder/{n}")

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(come_and_go, range(6)))
    assert names(store.list("box", deep=True)) == []


@relaxed
@given(chosen=st.lists(keys, min_size=1, max_size=12, unique=True), limit=st.integers(1, 4))
def test_any_names(kind: str, store: ObjectStore, chosen: list[str], limit: int) -> None:
    folders = {f"{key}/" for key in chosen}  # MinIO keeps what lies below an object, but lists it only when that is gone
    stored = set()
    for key in chosen:
        if any(key.startswith(folder) for folder in folders):
            continue
        try:
            put(store, key, key.encode())
            stored.add(key)
        except ToolError as error:
            assert error.code in (ErrorCode.CONFLICT, ErrorCode.INVALID_ARGUMENT)
    try:
        assert [o.key for page in pages(store, limit, deep=True) for o in page.objects] == sorted(stored, key=str.encode)
        tops = {key if "/" not in key else f"{key.partition('/')[0]}/" for key in stored}
        shown = [name for page in pages(store, limit) for name in names(page) if name in tops or kind != "seaweedfs"]
        assert shown == sorted(tops, key=str.encode)  # SeaweedFS shows the folders of earlier examples for a while
        assert all(store.read("box", key) == key.encode() for key in stored)
    finally:
        for key in stored:
            store.delete("box", key)


@relaxed
@given(key=st.text(max_size=40))
def test_any_text_as_a_key_is_stored_or_refused(store: ObjectStore, key: str) -> None:
    try:
        put(store, key)
    except ToolError as error:
        assert error.code is ErrorCode.INVALID_ARGUMENT
        error.message.encode()
    else:
        assert names(store.list("box", deep=True)) == [key]
        store.delete("box", key)


@relaxed
@given(bucket=st.text(st.sampled_from("ab0-._/A\0ü"), max_size=70))
def test_any_text_as_a_bucket_is_made_or_refused(store: ObjectStore, bucket: str, tmp_path: Path) -> None:
    before = sorted(p.name for p in tmp_path.iterdir())
    try:
        store.create_bucket(bucket)
    except ToolError as error:
        assert error.code is ErrorCode.INVALID_ARGUMENT
    else:
        assert bucket in [b.name for b in store.buckets()]
        store.delete_bucket(bucket)
    assert sorted(p.name for p in tmp_path.iterdir()) == before
