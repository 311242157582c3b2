"""What only a folder can get wrong: links, foreign files, names between the lines, the disk itself."""

import io
import os
import time
from pathlib import Path

import pytest

from standalone.objects import FolderStore
from tests.unit.tools.calling import code_of, refusal
from tools.result import ErrorCode, ToolError


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret.txt").write_text("secret")
    return tmp_path / "buckets"


@pytest.fixture
def store(root: Path) -> FolderStore:
    made = FolderStore(root)
    made.create_bucket("box")
    made.put("box", "real.txt", io.BytesIO(b"real"), 4)
    return made


@pytest.fixture
def linked(store: FolderStore, root: Path) -> FolderStore:
    """The store with links planted in it: to a file and a folder outside, within, to nowhere, and to itself."""
    outside = root.parent / "outside"
    (root / "box" / "file").symlink_to(outside / "secret.txt")
    (root / "box" / "way").symlink_to(outside)
    (root / "box" / "inner").symlink_to(root / "box" / "real.txt")
    (root / "box" / "nowhere").symlink_to(root / "nothing")
    (root / "box" / "loop").symlink_to(root / "box")
    (root / "link").symlink_to(outside)
    return store


def test_links_are_not_listed(linked: FolderStore) -> None:
    for deep in (False, True):
        page = linked.list("box", deep=deep)
        assert ([o.key for o in page.objects], page.prefixes) == (["real.txt"], [])
    for prefix in ("way/", "way/s", "loop/", "loop/way/"):
        assert linked.list("box", prefix, deep=True).objects == []
    assert [b.name for b in linked.buckets()] == ["box"]


@pytest.mark.parametrize("key", ["file", "way/secret.txt", "inner", "nowhere", "loop/real.txt", "loop/loop/file"])
def test_links_are_not_followed(linked: FolderStore, root: Path, key: str) -> None:
    for call in (linked.stat, linked.read, linked.delete):
        error = refusal(call, "box", key)
        assert error.code is ErrorCode.PERMISSION_DENIED
        assert "secret" not in error.message.replace(key, "")
    assert code_of(linked.put, "box", key, io.BytesIO(b"x"), 1) is ErrorCode.PERMISSION_DENIED
    assert code_of(linked.put, "box", "way/new.txt", io.BytesIO(b"x"), 1) is ErrorCode.PERMISSION_DENIED
    assert [p.read_text() for p in (root.parent / "outside").iterdir()] == ["secret"]


def test_a_link_is_no_bucket(linked: FolderStore) -> None:
    assert code_of(linked.list, "link") is ErrorCode.NOT_FOUND
    assert code_of(linked.read, "link", "secret.txt") is ErrorCode.NOT_FOUND


def test_deleting_a_bucket_never_deletes_what_is_no_object(linked: FolderStore, root: Path) -> None:
    linked.delete("box", "real.txt")
    assert code_of(linked.delete_bucket, "box") is ErrorCode.CONFLICT
    assert (root / "box" / "way").is_symlink()
    assert (root.parent / "outside" / "secret.txt").read_text() == "secret"


def test_listings_do_not_leave_the_bucket(store: FolderStore, root: Path) -> None:
    """As a prefix, a way out of the folder is text that no key begins with."""
    store.create_bucket("other")
    store.put("other", "theirs.txt", io.BytesIO(b"x"), 1)
    for prefix in ("../", "../other/", "../../outside/", f"{root.parent}/outside/", "/"):
        for deep in (False, True):
            page = store.list("box", prefix, deep=deep)
            assert (page.objects, page.prefixes) == ([], [])


def test_files_that_came_by_other_ways_are_objects(store: FolderStore, root: Path) -> None:
    (root / "pipelines" / "run-1").mkdir(parents=True)
    (root / "pipelines" / "run-1" / "model.pkl").write_bytes(b"model")
    assert [(b.name, b.created) for b in store.buckets() if b.name == "pipelines"] == [("pipelines", None)]
    assert [o.key for o in store.list("pipelines", deep=True).objects] == ["run-1/model.pkl"]
    assert store.read("pipelines", "run-1/model.pkl") == b"model"


def test_what_has_no_key_is_left_alone(store: FolderStore, root: Path) -> None:
    """Folders without an object, pipes, and names that cannot be keys are neither listed nor deleted."""
    (root / "box" / "empty" / "er").mkdir(parents=True)
    (root / "box" / "line\nbreak").write_text("x")
    (root / "box" / "folder\nbreak").mkdir()
    (root / "box" / "folder\nbreak" / "x").write_text("x")
    os.mkfifo(root / "box" / "pipe")
    os.close(os.open(bytes(root / "box") + b"/not-\xff-unicode", os.O_CREAT | os.O_WRONLY))
    for deep in (False, True):
        page = store.list("box", deep=deep)
        assert ([o.key for o in page.objects], page.prefixes) == (["real.txt"], [])
    assert code_of(store.stat, "box", "pipe") is ErrorCode.NOT_FOUND
    store.delete("box", "real.txt")
    assert code_of(store.delete_bucket, "box") is ErrorCode.CONFLICT
    assert (root / "box" / "line\nbreak").exists()


def test_folders_without_objects_do_not_keep_a_bucket(store: FolderStore, root: Path) -> None:
    (root / "box" / "empty" / "er").mkdir(parents=True)
    store.delete("box", "real.txt")
    store.delete_bucket("box")
    assert not (root / "box").exists()


def test_what_is_still_being_written_is_nowhere_to_be_seen(store: FolderStore, root: Path) -> None:
    class Watching(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            assert [o.key for o in store.list("box", deep=True).objects] == ["real.txt"]
            assert code_of(store.stat, "box", "new/one") is ErrorCode.NOT_FOUND
            return super().read(size)

    store.put("box", "new/one", Watching(b"x" * 3_000_000), 3_000_000)
    assert store.stat("box", "new/one").size == 3_000_000
    assert list((root / ".store" / "partial").iterdir()) == []


def test_a_key_that_looks_like_the_stores_own_files_is_a_key(store: FolderStore) -> None:
    for key in (".partial-x", ".store/partial/x", ".store"):
        try:
            store.put("box", key, io.BytesIO(b"x"), 1)
        except ToolError as error:
            assert error.code is ErrorCode.CONFLICT  # of `.store`, the folder of the key before it
            continue
        assert store.read("box", key) == b"x"


def test_several_stores_share_a_folder(store: FolderStore, root: Path) -> None:
    other = FolderStore(root)
    other.put("box", "theirs", io.BytesIO(b"x"), 1)
    assert store.read("box", "theirs") == b"x"
    assert store.address == other.address == str(root)


def test_a_full_disk_is_told_and_loses_nothing(store: FolderStore) -> None:
    """Reading from a full device stands for it: the error of the system arrives in words."""
    with Path("/dev/full").open("wb", buffering=0) as full:

        class Overflowing(io.BytesIO):
            def read(self, size: int | None = -1, /) -> bytes:
                full.write(b"x")
                return b""

        error = refusal(store.put, "box", "real.txt", Overflowing(), 4)
    assert error.code is ErrorCode.UNAVAILABLE
    assert "no space left on device" in error.message
    assert store.read("box", "real.txt") == b"real"


def age(root: Path, key: str, days: float) -> None:
    moment = time.time() - days * 24 * 3600
    os.utime(root / "box" / key, (moment, moment))


def test_what_has_expired_is_gone_for_everybody_at_once(store: FolderStore, root: Path) -> None:
    store.put("box", "tmp/a", io.BytesIO(b"x"), 1)
    store.set_expiry("box", "tmp/", 2)
    age(root, "tmp/a", 2.1)
    age(root, "real.txt", 400)
    for call in (store.stat, store.read, store.delete, store.tags):
        assert code_of(call, "box", "tmp/a") is ErrorCode.NOT_FOUND
    assert code_of(store.copy, "box", "tmp/a", "box", "copied") is ErrorCode.NOT_FOUND
    assert (root / "box" / "tmp" / "a").exists()
    assert [o.key for o in store.list("box", deep=True).objects] == ["real.txt"]
    assert not (root / "box" / "tmp").exists()


def test_expired_objects_of_a_versioned_bucket_can_be_restored(store: FolderStore, root: Path) -> None:
    store.set_versioning("box", True)
    store.put("box", "tmp/a", io.BytesIO(b"kept"), 4)
    store.set_expiry("box", "tmp/", 1)
    age(root, "tmp/a", 1.5)
    assert store.expire_due(time.time()) == 1
    assert store.expire_due(time.time()) == 0
    mark, version = store.versions("box", "tmp/a")
    assert mark.deleted
    store.restore("box", "tmp/a", version.version_id)
    assert store.read("box", "tmp/a") == b"kept"


def test_a_moved_object_is_new_where_it_comes(store: FolderStore, root: Path) -> None:
    store.set_expiry("box", "tmp/", 1)
    age(root, "real.txt", 30)
    store.move("box", "real.txt", "box", "tmp/real.txt")
    assert store.read("box", "tmp/real.txt") == b"real"


def test_damaged_settings_of_a_bucket_are_named_and_lose_nothing(store: FolderStore, root: Path) -> None:
    store.set_expiry("box", "", 1)
    (root / ".store" / "rules" / "box.json").write_text("{")
    error = refusal(store.read, "box", "real.txt")
    assert error.code is ErrorCode.UNAVAILABLE
    assert "box.json" in error.message
    assert (root / "box" / "real.txt").read_bytes() == b"real"
