"""Several processes in one folder store at once: what one wrote is there, whole, whatever the others do meanwhile."""

import io
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from standalone.objects import FolderStore
from tools.minio.store import walk
from tools.result import ErrorCode, ToolError

ROUNDS = 60
SIZE = 300_000


def work(root: Path, name: str) -> None:
    """Write, delete, list and read, beside others who do the same, in folders that come and go with their last object."""
    store = FolderStore(root)
    kept: set[str] = set()
    for turn in range(ROUNDS):
        for key in (f"both/{name}-{turn}", f"passing/{name}", "one/for-all"):
            store.put("box", key, io.BytesIO(name.encode() * SIZE), SIZE)
        kept.add(f"both/{name}-{turn}")
        if turn % 3 == 0:
            gone = kept.pop()
            store.delete("box", gone)
            assert gone not in keys(store)
        store.delete("box", f"passing/{name}")
        assert kept <= keys(store)
        assert len(set(store.read("box", "one/for-all"))) == 1, "a mixture of two objects"
    for key in kept:
        assert store.read("box", key) == name.encode() * SIZE
    Path(root.parent, name).write_text("\n".join(sorted(kept)))


def forget(root: Path, _name: str) -> int:
    """Delete what others delete, too; how many deletions were ours."""
    store, done = FolderStore(root), 0
    for number in range(ROUNDS):
        try:
            store.delete("box", f"old/{number}")
            done += 1
        except ToolError as error:
            assert error.code is ErrorCode.NOT_FOUND
    return done


def keys(store: FolderStore) -> set[str]:
    return {info.key for info in walk(store, "box")}


def test_processes_lose_nothing_of_each_other(tmp_path: Path) -> None:
    root = tmp_path / "store"
    store = FolderStore(root)
    store.create_bucket("box")
    names = ["a", "b"]
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        list(pool.map(work, [root] * 2, names))
    kept = {line for name in names for line in (tmp_path / name).read_text().split()}
    assert keys(store) == kept | {"one/for-all"}
    assert list((root / ".store" / "partial").iterdir()) == []


def test_every_version_is_kept_and_every_object_deleted_once(tmp_path: Path) -> None:
    root = tmp_path / "store"
    store = FolderStore(root)
    store.create_bucket("box")
    for number in range(ROUNDS):
        store.put("box", f"old/{number}", io.BytesIO(b"x"), 1)
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        assert sum(pool.map(forget, [root] * 2, "ab")) == ROUNDS
    store.set_versioning("box", True)
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        list(pool.map(work, [root] * 2, "ab"))
    assert len(store.versions("box", "one/for-all", 1000)) == 2 * ROUNDS
