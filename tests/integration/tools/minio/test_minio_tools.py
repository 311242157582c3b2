"""The storage agent's tools from the model's arguments to the store and back, on a folder and on a real MinIO."""

import io
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from evals.object_server import ObjectServer, store_of
from standalone.objects import FolderStore
from tests.integration.tools.minio.conftest import STORES
from tests.integration.tools.minio.stores import put
from tests.unit.tools.calling import answer, prepared, services
from tools.activity import Activity, activity
from tools.call import Call, run
from tools.minio import search
from tools.minio.store import ObjectStore, walk
from tools.result import ErrorCode, ToolResult
from tools.services import Services

PAGE = 2600


@pytest.fixture(params=["folder", "minio"])
def store(request: pytest.FixtureRequest, tmp_path: Path, running: Callable[[str], ObjectServer]) -> Iterator[ObjectStore]:
    """A store with the buckets `box` and `shelf`."""
    real = None if request.param == "folder" else running(request.param)
    made: ObjectStore = store_of(real.url) if real else FolderStore(tmp_path / "store", base_url="http://127.0.0.1:7860")
    for bucket in ("box", "shelf"):
        made.create_bucket(bucket)
    yield made
    if real:
        real.clean()


class World:
    """The tools over one store."""

    def __init__(self, store: ObjectStore, files: Path) -> None:
        files.mkdir()
        self.store, self.files = store, files
        self.services: Services = services(store, files=files)  # type: ignore[arg-type]

    def ask(self, tool: str, **arguments: Any) -> ToolResult:
        """The answer, approved by whoever is asked; never longer than a page."""
        result = answer("minio", tool, self.services, **arguments)
        json.dumps(result.model_dump(mode="json"), allow_nan=False)
        assert len(result.content) <= PAGE
        return result

    def plan(self, tool: str, **arguments: Any) -> Call:
        """What a person would approve."""
        call = prepared("minio", tool, self.services, **arguments)
        assert isinstance(call, Call), call.content
        assert 0 < len(call.preview) <= PAGE
        return call

    def keys(self, bucket: str = "box") -> list[str]:
        """What lies there."""
        return [o.key for o in walk(self.store, bucket)]


@pytest.fixture
def world(store: ObjectStore, tmp_path: Path) -> World:
    return World(store, tmp_path / "local")


def test_a_bucket_is_described(world: World) -> None:
    for number in range(3):
        put(world.store, f"a/{number}.bin", b"x" * 1000)
    world.store.set_expiry("box", "tmp/", 7)
    content = world.ask("get_bucket", bucket="box").content
    assert content.startswith("Bucket `box` holds 3 objects (2.9 KiB).")
    assert "`tmp/` after 7 days" in content


def test_a_bucket_goes_only_when_it_is_empty(world: World) -> None:
    put(world.store, "a.txt")
    refused = world.ask("delete_bucket", bucket="box")
    assert refused.code is ErrorCode.CONFLICT
    assert "it holds 1 object (`a.txt`)" in refused.content
    call = world.plan("delete_bucket", bucket="shelf")
    assert call.effect == "destroy"
    assert run(call, world.services).status == "ok"
    assert [b.name for b in world.store.buckets()] == ["box"]


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("*.csv", ["box/raw/2024/sales.csv", "box/raw/2025/Sales EU.csv"]),
        ("raw/*/sales*", ["box/raw/2024/sales.csv", "box/raw/2025/Sales EU.csv"]),
        ("raw/2025/*", ["box/raw/2025/Sales EU.csv"]),
        ("sales", ["box/raw/2024/sales.csv", "box/raw/2025/Sales EU.csv"]),
        ("csv files called eu", ["box/raw/2025/Sales EU.csv"]),
        (".pkl", ["shelf/churn-v2.pkl"]),
        ("churn v2", ["shelf/churn-v2.pkl"]),
        ("larger than 1 KB", ["shelf/big.bin"]),
        (">1k", ["shelf/big.bin"]),
        ("bin files smaller than 5 kb", ["shelf/big.bin"]),
        ("empty files", ["box/nothing.txt"]),
        ("changed today *.pkl", ["shelf/churn-v2.pkl"]),
        ("csv older than 2 days", []),
        ("nonsense", []),
    ],
)
def test_finding(world: World, pattern: str, found: list[str]) -> None:
    for key in ("raw/2024/sales.csv", "raw/2025/Sales EU.csv"):
        put(world.store, key)
    put(world.store, "nothing.txt", b"")
    put(world.store, "churn-v2.pkl", b"p", bucket="shelf")
    put(world.store, "big.bin", b"b" * 3000, bucket="shelf")
    result = world.ask("find_objects", pattern=pattern)
    assert [f"{s.bucket}/{s.name}" for s in result.subjects] == found
    assert (result.status == "no_data") == (not found)


def test_below_the_name_of_an_object(world: World) -> None:
    """MinIO keeps `a/b` beside `a` but does not list it: the answer says so instead of calling the place empty."""
    put(world.store, "a")
    result = world.ask("list_objects", bucket="box", prefix="a/")
    assert (result.status, "`a` is an object itself" in result.content) == ("no_data", True)
    assert "object itself" not in world.ask("list_objects", bucket="box", prefix="none/").content


@pytest.mark.parametrize("store", STORES, indirect=True)
def test_a_key_that_is_also_a_prefix(world: World) -> None:
    """Kept beside each other, or refused in words; and nothing is lost."""
    for name, data in (("first.txt", b"first\n"), ("second.txt", b"second\n")):
        (world.files / name).write_bytes(data)
    for above, below in (("a", "a/b"), ("c", "c/d")):
        order = [above, below] if above == "a" else [below, above]
        for key, path in zip(order, ("first.txt", "second.txt"), strict=True):
            result = world.ask("upload_object", path=path, bucket="box", key=key)
            if path == "first.txt" or result.status == "ok":
                shown = world.ask("preview_object", bucket="box", key=key)
                assert path.partition(".")[0] in shown.content
            else:
                assert result.code is ErrorCode.CONFLICT, result.content
                assert set(world.keys()).isdisjoint([key])
        assert "first" in world.ask("preview_object", bucket="box", key=order[0]).content
        assert world.ask("delete_objects", bucket="box", keys=[order[0]]).status == "ok"
    assert set(world.keys()) <= {"a/b", "c"}


def test_a_long_search_says_how_to_go_on(world: World) -> None:
    keys = [f"{n:03d}.csv" for n in range(130)]
    for key in keys:
        put(world.store, key)
    first = world.ask("find_objects", pattern="*.csv", bucket="box")
    assert "These are the first 100" in first.content
    assert "`after` = `box/099.csv`" in first.content
    second = world.ask("find_objects", pattern="*.csv", bucket="box", after="box/099.csv")
    assert second.content.startswith("30 objects in bucket `box`")


@pytest.mark.parametrize(("bound", "most"), [("SECONDS", 0.0), ("MOST_KEYS", 1000)])
def test_a_search_ends_at_its_bounds_and_goes_on_from_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bound: str, most: float
) -> None:
    """It stops at the end of a page; what is wanted lies in the first, in the last, and nowhere else."""
    many = FolderStore(tmp_path / "many")
    for bucket in ("one", "two"):
        many.create_bucket(bucket)
        for number in range(1500):
            (tmp_path / "many" / bucket / f"{number:04}.csv").touch()
    put(many, "0000.pkl", bucket="one")
    put(many, "9999.pkl", bucket="two")
    world = World(many, tmp_path / "local")
    monkeypatch.setattr(search, bound, most)
    found, after = [], None
    for _ in range(6):
        result = world.ask("find_objects", pattern="*.pkl", after=after) if after else world.ask("find_objects", pattern="*.pkl")
        found += [f"{s.bucket}/{s.name}" for s in result.subjects]
        on = re.search(r"`after` = `(.+)`\.", result.content)
        if on is None:
            break
        assert re.search(r"Stopped after [\d,]+ objects and \d s; there may be more\.", result.content)
        assert after is None or on.group(1) > after
        after = on.group(1)
    assert found == ["one/0000.pkl", "two/9999.pkl"]
    assert on is None
    assert after is not None


def test_searching_for_nothing_is_refused(world: World) -> None:
    assert world.ask("find_objects", pattern="all the files").code is ErrorCode.INVALID_ARGUMENT


def test_an_object_is_described_also_without_pipelines(world: World) -> None:
    put(world.store, "a.csv", b"a,b\n")
    world.store.set_tags("box", "a.csv", {"stage": "dev"})
    content = world.ask("get_object_info", bucket="box", key="a.csv").content
    assert content.startswith("`box/a.csv` has 4 B and was changed ")
    assert "Which run wrote it is not known here" in content
    assert "stage=dev" in content


def test_tags_come_together(world: World) -> None:
    put(world.store, "a.csv")
    assert world.plan("tag_object", bucket="box", key="a.csv", tags={"stage": "dev"}).effect == "write"
    world.ask("tag_object", bucket="box", key="a.csv", tags={"stage": "dev"})
    world.ask("tag_object", bucket="box", key="a.csv", tags={"owner": "ann"})
    assert world.store.tags("box", "a.csv") == {"stage": "dev", "owner": "ann"}
    changed = world.plan("tag_object", bucket="box", key="a.csv", tags={"stage": "prod"})
    assert (changed.effect, "dev → prod" in changed.preview) == ("destroy", True)
    assert world.ask("tag_object", bucket="box", key="a.csv", tags={"x": "y" * 300}).code is ErrorCode.INVALID_ARGUMENT


@pytest.mark.parametrize(("to_key", "target"), [(None, "raw/a.csv"), ("old/", "old/a.csv"), ("b.csv", "b.csv")])
def test_copying_and_moving(world: World, to_key: str | None, target: str) -> None:
    put(world.store, "raw/a.csv", b"data")
    copied = world.plan("copy_object", bucket="box", key="a.csv", to_bucket="shelf", to_key=to_key)
    assert (copied.effect, copied.args["to_key"]) == ("write", target)
    run(copied, world.services)
    assert (world.keys(), world.keys("shelf")) == (["raw/a.csv"], [target])
    again = world.plan("copy_object", bucket="box", key="a.csv", to_bucket="shelf", to_key=to_key)
    assert (again.effect, "**This replaces** the object that is there: 4 B" in again.preview) == ("destroy", True)
    world.ask("move_object", bucket="box", key="a.csv", to_bucket="shelf", to_key=f"moved/{target}")
    assert (world.keys(), sorted(world.keys("shelf"))) == ([], sorted([target, f"moved/{target}"]))
    assert world.store.read("shelf", f"moved/{target}") == b"data"


def test_moving_onto_itself_is_refused(world: World) -> None:
    put(world.store, "a.csv")
    assert world.ask("move_object", bucket="box", key="a.csv", to_bucket="box").code is ErrorCode.INVALID_ARGUMENT
    assert world.keys() == ["a.csv"]


@pytest.mark.parametrize(
    ("keys", "left"),
    [
        (["tmp/"], ["keep.csv", "tmpfile", "x/a.tmp"]),
        (["*.tmp"], ["keep.csv", "tmp/b.csv", "tmpfile"]),
        (["tmp/*", "keep.csv"], ["tmpfile", "x/a.tmp"]),
        (["s3://box/tmp/b.csv"], ["keep.csv", "tmp/c.tmp", "tmpfile", "x/a.tmp"]),
    ],
)
def test_deleting_folders_and_wildcards(world: World, keys: list[str], left: list[str]) -> None:
    for key in ("keep.csv", "tmp/b.csv", "tmp/c.tmp", "tmpfile", "x/a.tmp"):
        put(world.store, key)
    call = world.plan("delete_objects", bucket="box", keys=keys)
    put(world.store, "tmp/later.tmp")  # nobody has seen this one
    assert "later" not in call.preview
    assert run(call, world.services).status == "ok"
    assert world.keys() == sorted([*left, "tmp/later.tmp"])


def test_nothing_fits_and_nothing_goes(world: World) -> None:
    put(world.store, "a.csv")
    for keys in (["*.tmp"], ["none/"], ["a.csv", "zz*"], ["a.csv", "missing.bin"]):
        assert world.ask("delete_objects", bucket="box", keys=keys).code is ErrorCode.NOT_FOUND
    assert world.keys() == ["a.csv"]


def test_what_was_deleted_comes_back_from_a_bucket_with_versions(world: World) -> None:
    assert world.plan("set_versioning", bucket="box", enabled=True).effect == "write"
    world.ask("set_versioning", bucket="box", enabled=True)
    assert world.plan("set_versioning", bucket="box", enabled=False).effect == "destroy"
    for data in (b"one", b"two!"):
        put(world.store, "a.csv", data)
    deleted = world.ask("delete_objects", bucket="box", keys=["a.csv"])
    assert "restore the previous version" in deleted.content
    listed = world.ask("list_object_versions", bucket="box", key="a.csv")
    assert listed.content.startswith("`box/a.csv` has 3 versions.")
    restored = world.ask("restore_object_version", bucket="box", key="a.csv", version_id="previous")
    assert restored.status == "ok", restored.content
    assert world.store.read("box", "a.csv") == b"two!"
    oldest = world.store.versions("box", "a.csv")[-1]
    world.ask("restore_object_version", bucket="box", key="a.csv", version_id=oldest.version_id)
    assert world.store.read("box", "a.csv") == b"one"
    wrong = world.ask("restore_object_version", bucket="box", key="a.csv", version_id="zzz")
    assert (wrong.code, oldest.version_id in wrong.choices) == (ErrorCode.NOT_FOUND, True)


def test_expiry_is_previewed_by_folder(world: World) -> None:
    put(world.store, "tmp/a.bin")
    put(world.store, "tmp-important.bin")
    call = world.plan("expire_objects", bucket="box", days=3, prefix="tmp")
    assert (call.effect, call.args["prefix"]) == ("destroy", "tmp/")
    assert "None of 1 objects there is old enough today." in call.preview
    run(call, world.services)
    assert [(r.prefix, r.days) for r in world.store.expiry("box")] == [("tmp/", 3)]
    again = world.plan("expire_objects", bucket="box", days=9, prefix="tmp/")
    assert "**This replaces** the rule that is there: after 3 days." in again.preview


def test_sharing(world: World) -> None:
    put(world.store, "a.csv")
    call = world.plan("share_object", bucket="box", key="a.csv")
    assert (call.effect, call.args["expires_minutes"]) == ("destroy", 60)
    assert "1 h 0 min" in call.preview
    assert "<http://" in run(call, world.services).content
    for minutes in (0, -5, 20_000):
        assert world.ask("share_object", bucket="box", key="a.csv", expires_minutes=minutes).code is ErrorCode.INVALID_ARGUMENT


def test_a_folder_goes_up_and_a_file_comes_down(world: World) -> None:
    for name in ("out/a.csv", "out/sub/b c.csv", "out/ü.txt"):
        (world.files / name).parent.mkdir(parents=True, exist_ok=True)
        (world.files / name).write_text(name)
    (world.files / "out" / "link").symlink_to("/etc/hostname")
    result = world.ask("upload_object", path="out", bucket="box", key="daily")
    assert result.content.startswith("Uploaded the 3 files of `out`")
    assert world.keys() == ["daily/a.csv", "daily/sub/b c.csv", "daily/ü.txt"]
    again = world.plan("upload_object", path="out", bucket="box", key="daily/")
    assert (again.effect, "**This replaces** 3 objects" in again.preview) == ("destroy", True)

    told: list[str] = []
    with activity(Activity(told.append)):
        down = world.ask("download_object", bucket="box", key="b c.csv", path="copies/")
    assert (world.files / "copies" / "b c.csv").read_text() == "out/sub/b c.csv"
    assert told
    assert down.artifacts[0].data["bytes"] == 15
    over = world.plan("download_object", bucket="box", key="b c.csv", path="copies/b c.csv")
    assert (over.effect, "**This replaces** the file" in over.preview) == ("destroy", True)
    assert world.plan("download_object", bucket="box", key="b c.csv").args["path"].endswith("downloads/b c.csv")
    assert world.ask("download_object", bucket="box", key="b c.csv", path="/etc/x").code is ErrorCode.PERMISSION_DENIED


def test_a_stopped_transfer_says_so_and_leaves_nothing(world: World) -> None:
    (world.files / "f.bin").write_bytes(b"x" * 3_000_000)
    stopped = Activity()
    stopped.canceled.set()
    with activity(stopped):
        result = world.ask("upload_object", path="f.bin", bucket="box")
    assert result.code is ErrorCode.CANCELED
    assert world.keys() == []


LONG = "k" * 250 + "/" + "ä" * 120 + "/" + "z" * 250


@pytest.mark.parametrize("key", ["with space.csv", "ünï/日本.csv", "🦊.csv", "a+b&c=d?.csv", "%41.csv", LONG, "back\\slash.csv", ".hidden"])
def test_names_of_all_sorts(world: World, key: str) -> None:
    (world.files / "f.csv").write_bytes(b"a,b\n1,2\n3,4\n")
    assert world.ask("upload_object", path="f.csv", bucket="box", key=key).status == "ok"
    assert world.ask("preview_object", bucket="box", key=key).content.startswith("First 2 rows of")
    assert world.ask("profile_dataset", bucket="box", key=key).status == "ok"
    assert [s.name for s in world.ask("find_objects", pattern="*", bucket="box").subjects] == [key]
    assert world.ask("delete_objects", bucket="box", keys=[key]).status == "ok"
    assert world.keys() == []


@pytest.mark.parametrize("key", ["../x", "/x", "a//b", "a/./b", "x" * 1025, "a\x07b"])
def test_names_that_cannot_be(world: World, key: str) -> None:
    (world.files / "f.csv").write_bytes(b"a")
    assert world.ask("upload_object", path="f.csv", bucket="box", key=key).code is ErrorCode.INVALID_ARGUMENT
    assert world.keys() == []


def test_a_large_table_is_profiled_over_the_wire(world: World) -> None:
    lines = "n,word\n" + "".join(f"{i},{'ab'[i % 2]}\n" for i in range(400_000))
    world.store.put("box", "big.csv", io.BytesIO(lines.encode()), len(lines))
    content = world.ask("profile_dataset", bucket="box", key="big.csv").content
    assert "has 400,000 rows and 2 columns, no missing values and no duplicate rows." in content
    assert world.ask("plot_dataset", bucket="box", key="big.csv", x="n", y="word").status == "ok"
