"""Versions, tags, expiry, share links and policies of every `ObjectStore`."""

import json
import re
import string
from contextlib import suppress
from urllib.parse import urlsplit

import pytest
import urllib3
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from standalone.objects import FolderStore
from tests.integration.tools.minio.stores import KEYS, names, put
from tests.unit.tools.calling import code_of, refusal
from tools.minio.store import ExpiryRule, ObjectStore
from tools.result import ErrorCode, ToolError

tag_texts = st.text(st.characters(codec="ascii", categories=["L", "N"], include_characters=" +-=._:/@"), min_size=1, max_size=30)


# versions


def test_a_bucket_keeps_versions_from_when_it_is_told_to(store: ObjectStore) -> None:
    assert not store.versioning("box")
    put(store, "before", b"1")
    store.set_versioning("box", True)
    assert store.versioning("box")
    put(store, "before", b"2")
    put(store, "after", b"a")
    put(store, "after", b"bc")
    assert [(v.size, v.latest, v.deleted) for v in store.versions("box", "after")] == [(2, True, False), (1, False, False)]
    assert [v.latest for v in store.versions("box", "before")] == [True, False]
    assert store.stat("box", "after").version_id == store.versions("box", "after")[0].version_id


def test_what_was_overwritten_comes_back(store: ObjectStore) -> None:
    store.set_versioning("box", True)
    for text in (b"one", b"three", b"x"):
        put(store, "key", text)
    first = store.versions("box", "key")[-1]
    assert store.restore("box", "key", first.version_id).size == 3
    assert store.read("box", "key") == b"one"
    assert [v.size for v in store.versions("box", "key")] == [3, 1, 5, 3]
    latest = store.versions("box", "key")[0]
    assert store.restore("box", "key", latest.version_id).size == 3
    assert len(store.versions("box", "key")) == 4


def test_what_was_deleted_comes_back_with_its_tags(store: ObjectStore) -> None:
    store.set_versioning("box", True)
    put(store, "a/key", b"data")
    store.set_tags("box", "a/key", {"owner": "anna"})
    store.delete("box", "a/key")
    assert names(store.list("box", deep=True)) == []
    assert code_of(store.stat, "box", "a/key") is ErrorCode.NOT_FOUND
    mark, kept = store.versions("box", "a/key")
    assert (mark.latest, mark.deleted, kept.latest, kept.deleted, kept.size) == (True, True, False, False, 4)
    assert code_of(store.restore, "box", "a/key", mark.version_id) is ErrorCode.INVALID_ARGUMENT
    store.restore("box", "a/key", kept.version_id)
    assert store.read("box", "a/key") == b"data"
    assert store.tags("box", "a/key") == {"owner": "anna"}


def test_a_bucket_that_keeps_versions_is_not_empty(store: ObjectStore) -> None:
    store.set_versioning("box", True)
    put(store, "key")
    store.delete("box", "key")
    assert code_of(store.delete_bucket, "box") is ErrorCode.CONFLICT
    assert len(store.versions("box", "key")) == 2


def test_versions_that_there_never_were(store: ObjectStore) -> None:
    put(store, "key")
    assert code_of(store.versions, "box", "nothing") is ErrorCode.NOT_FOUND
    assert code_of(store.versions, "nothing-here", "key") is ErrorCode.NOT_FOUND
    only = store.versions("box", "key")
    assert [(v.size, v.latest, v.deleted) for v in only] == [(1, True, False)]
    for version in ("nonsense", "../../etc/passwd", "", "3f0c5a52-5c54-4a8e-9a53-0d2c8f6a7b11"):
        assert code_of(store.restore, "box", "key", version) in (ErrorCode.NOT_FOUND, ErrorCode.INVALID_ARGUMENT)


def test_without_versions_what_is_overwritten_is_gone(store: ObjectStore) -> None:
    put(store, "key", b"old")
    put(store, "key", b"newer")
    assert [v.size for v in store.versions("box", "key")] == [5]
    store.set_versioning("box", True)
    store.set_versioning("box", False)
    assert not store.versioning("box")
    put(store, "other", b"1")
    put(store, "other", b"22")
    assert [v.size for v in store.versions("box", "other")] == [2]


# tags


def test_tags_are_replaced_as_a_whole_and_go_with_the_object(store: ObjectStore) -> None:
    put(store, "key")
    assert store.tags("box", "key") == {}
    store.set_tags("box", "key", {"owner": "anna", "stage": "raw data"})
    assert store.tags("box", "key") == {"owner": "anna", "stage": "raw data"}
    store.set_tags("box", "key", {"stage": "clean"})
    assert store.tags("box", "key") == {"stage": "clean"}
    put(store, "key", b"anew")
    assert store.tags("box", "key") == {}
    store.set_tags("box", "key", {"a": "b"})
    store.set_tags("box", "key", {})
    assert store.tags("box", "key") == {}


@pytest.mark.parametrize(
    "tags",
    [{str(n): "x" for n in range(11)}, {"": "x"}, {"k" * 129: "x"}, {"k": "v" * 257}, {"k": "a\nb"}, {"k<": "x"}, {"k": "\ud800"}],
    ids=lambda tags: ascii(tags)[:20],
)
def test_tags_beyond_the_limits_change_nothing(store: ObjectStore, tags: dict[str, str]) -> None:
    put(store, "key")
    store.set_tags("box", "key", {"kept": "yes"})
    assert code_of(store.set_tags, "box", "key", tags) is ErrorCode.INVALID_ARGUMENT
    assert store.tags("box", "key") == {"kept": "yes"}


def test_tags_of_nothing(store: ObjectStore) -> None:
    assert code_of(store.tags, "box", "nothing") is ErrorCode.NOT_FOUND
    assert code_of(store.set_tags, "box", "nothing", {"a": "b"}) is ErrorCode.NOT_FOUND
    assert code_of(store.tags, "nothing-here", "key") is ErrorCode.NOT_FOUND


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tags=st.dictionaries(tag_texts, tag_texts, max_size=10))
def test_any_tags_come_back(store: ObjectStore, tags: dict[str, str]) -> None:
    put(store, "key")
    store.set_tags("box", "key", tags)
    assert store.tags("box", "key") == tags


# expiry


def test_expiry_is_set_by_prefix(store: ObjectStore) -> None:
    try:
        store.set_expiry("box", "tmp/", 7)
    except ToolError as error:
        assert error.code is ErrorCode.UNSUPPORTED
        return
    store.set_expiry("box", "", 365)
    store.set_expiry("box", "tmp/", 3)
    assert list(store.expiry("box")) == [ExpiryRule("", 365), ExpiryRule("tmp/", 3)]
    put(store, "tmp/key")
    assert store.read("box", "tmp/key") == b"x"


@pytest.mark.parametrize("days", [0, -1, 36_501])
def test_days_that_cannot_be(store: ObjectStore, days: int) -> None:
    assert code_of(store.set_expiry, "box", "", days) is ErrorCode.INVALID_ARGUMENT
    with suppress(ToolError):
        assert list(store.expiry("box")) == []


# share links


@pytest.mark.parametrize("key", KEYS)
def test_a_link_gives_the_object_to_whoever_has_it(store: ObjectStore, key: str) -> None:
    put(store, key, key.encode())
    link = store.share("box", key, 60)
    if isinstance(store, FolderStore):
        shared, path = store.open_shared(link.rpartition("/share/")[2])
        assert (shared, path.read_bytes()) == (key, key.encode())
        assert set(link) <= {*string.ascii_letters, *string.digits, *"-._~:/"}
        return
    answer = urllib3.PoolManager().request("GET", link)
    assert (answer.status, answer.data) == (200, key.encode())
    changed = re.sub(r"(Signature=)(.)", lambda m: m[1] + ("0" if m[2] != "0" else "1"), link)
    assert urllib3.PoolManager().request("GET", changed).status == 403


def test_links_to_nothing_or_for_too_long(store: ObjectStore) -> None:
    put(store, "key")
    assert code_of(store.share, "box", "nothing", 60) is ErrorCode.NOT_FOUND
    for seconds in (0, -5, 7 * 24 * 3600 + 1):
        assert code_of(store.share, "box", "key", seconds) is ErrorCode.INVALID_ARGUMENT
    assert urlsplit(store.share("box", "key", 7 * 24 * 3600)).scheme == "http"


# what only servers have


def test_policies(store: ObjectStore) -> None:
    if isinstance(store, FolderStore):
        assert refusal(store.policy, "box").code is ErrorCode.UNSUPPORTED
    else:
        assert not store.policy("box") or json.loads(store.policy("box"))
    assert code_of(store.policy, "nothing-here") is ErrorCode.NOT_FOUND
