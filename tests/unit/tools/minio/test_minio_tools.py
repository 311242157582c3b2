"""The tools over a store: what they say, how they find what people mean, and what a person is shown before anything is lost."""

import io
import re
from pathlib import Path

import pytest

from standalone.objects import FolderStore
from tests.unit.tools.calling import answer, prepared, services
from tools.call import Call, run
from tools.minio.names import buckets, objects
from tools.result import ErrorCode
from tools.services import Services

LONG = "v2/artifacts/customer-churn-training/3b0c5a52-5c54-4a8e-9a53-0d2c8f6a7b11/train/7d1c5a52-5c54-4a8e-9a53-0d2c8f6a7b11/model"


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    made = FolderStore(tmp_path / "buckets")
    for bucket in ("datasets", "model-registry"):
        made.create_bucket(bucket)
    for key in ("iris.csv", "raw/2024/sales.csv", "raw/2025/sales.csv", "raw/2025/costs.csv", "datasets/iris.csv", "Wine Quality.csv"):
        made.put("datasets", key, io.BytesIO(key.encode()), len(key))
    made.put("model-registry", LONG, io.BytesIO(b"m"), 1)
    return made


@pytest.fixture
def world(store: FolderStore, tmp_path: Path) -> Services:
    (tmp_path / "local" / "empty").mkdir(parents=True)
    (tmp_path / "local" / "new.csv").write_text("a,b\n1,2\n")
    return services(store, files=tmp_path / "local")


def found(world: Services, bucket: str, key: str) -> str:
    """The key that `key` is understood as."""
    call = prepared("minio", "preview_object", world, bucket=bucket, key=key)
    return str(call.args["key"]) if isinstance(call, Call) else f"{call.code}: {call.choices}"


def test_buckets(world: Services, store: FolderStore) -> None:
    result = answer("minio", "list_buckets", world)
    assert result.content.startswith("There are 2 buckets.")
    assert [s.name for s in result.subjects] == ["datasets", "model-registry"]
    store.delete("model-registry", LONG)
    store.delete_bucket("model-registry")
    assert answer("minio", "list_buckets", world).content.startswith("There is 1 bucket.")


def test_no_buckets_is_no_data(tmp_path: Path) -> None:
    assert answer("minio", "list_buckets", services(FolderStore(tmp_path))).status == "no_data"


@pytest.mark.parametrize("said", ["model-registry", "Model Registry", "registry", "s3://model-registry/x/y", "minio://model-registry"])
def test_buckets_are_found_as_people_say_them(world: Services, said: str) -> None:
    result = answer("minio", "list_objects", world, bucket=said)
    assert result.content.startswith("In bucket `model-registry`: 1 folder.")


def test_an_unknown_bucket_answers_the_nearest(world: Services) -> None:
    result = answer("minio", "list_objects", world, bucket="datsets")
    assert (result.code, result.choices) == (ErrorCode.NOT_FOUND, ["datasets"])


def test_listing_goes_level_by_level(world: Services) -> None:
    top = answer("minio", "list_objects", world, bucket="datasets")
    assert top.content.startswith("In bucket `datasets`: 2 objects and 2 folders.\n")
    assert [row[0] for row in top.artifacts[0].data["rows"]] == ["Wine Quality.csv", "datasets/", "iris.csv", "raw/"]
    for prefix in ("raw/2025", "raw/2025/"):
        deeper = answer("minio", "list_objects", world, bucket="datasets", prefix=prefix)
        assert "raw/2025" in deeper.content
    assert [o.name for o in deeper.subjects[1:]] == ["raw/2025/costs.csv", "raw/2025/sales.csv"]
    assert answer("minio", "list_objects", world, bucket="datasets", prefix="nothing").status == "no_data"


def test_a_long_listing_is_turned_page_by_page(world: Services, store: FolderStore) -> None:
    """A model sees every key once: each answer says where the next page begins."""
    keys = [f"{i:03d}-{'k' * 40}.bin" for i in range(230)]
    store.create_bucket("large")
    for key in keys:
        store.put("large", key, io.BytesIO(b"x"), 1)
    seen: list[str] = []
    after: str | None = None
    for _ in range(20):
        result = answer("minio", "list_objects", world, bucket="large", after=after)
        assert len(result.content) <= 2600
        seen += re.findall(r"^\| `([^`]+)` \|", result.content, re.M)
        onward = re.search(r"`after` = `([^`]+)`", result.content)
        after = onward.group(1) if onward else None
        if after is None:
            break
    assert seen == keys
    assert answer("minio", "list_objects", world, bucket="large").content.startswith("In bucket `large`: the first 100 objects of more.")


def test_long_keys_are_shown_whole(world: Services) -> None:
    """A model can only pass on what it has seen."""
    prefix = LONG.rpartition("/")[0] + "/"
    assert f"`{LONG}`" in answer("minio", "list_objects", world, bucket="model-registry", prefix=prefix).content


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("iris.csv", "iris.csv"),
        ("datasets/iris.csv", "datasets/iris.csv"),
        ("minio://datasets/iris.csv", "iris.csv"),
        ("s3://datasets/raw/2025/costs.csv", "raw/2025/costs.csv"),
        ("datasets/raw/2025/costs.csv", "raw/2025/costs.csv"),
        ("costs.csv", "raw/2025/costs.csv"),
        ("wine quality.csv", "Wine Quality.csv"),
        ("sales.csv", "AMBIGUOUS: ['raw/2024/sales.csv', 'raw/2025/sales.csv']"),
        ("../../etc/passwd", "NOT_FOUND: []"),
    ],
)
def test_objects_are_found_as_people_say_them(world: Services, said: str, meant: str) -> None:
    """An exact key wins: `datasets/iris.csv` in the bucket `datasets` is not `iris.csv`."""
    actual = found(world, "datasets", said)
    assert actual == meant if "NOT_FOUND" not in meant else actual.startswith("NOT_FOUND")


def test_a_new_bucket_is_previewed_then_made(world: Services, store: FolderStore) -> None:
    call = prepared("minio", "create_bucket", world, bucket="new-bucket")
    assert isinstance(call, Call)
    assert (call.effect, call.preview) == ("write", "Create the empty bucket `new-bucket`.")
    assert "new-bucket" not in [b.name for b in store.buckets()]
    assert run(call, world).content == "Created bucket `new-bucket`."
    assert "new-bucket" in [b.name for b in store.buckets()]


@pytest.mark.parametrize(
    ("bucket", "code"), [("datasets", ErrorCode.CONFLICT), ("My_Bucket", ErrorCode.INVALID_ARGUMENT), ("", ErrorCode.INVALID_ARGUMENT)]
)
def test_buckets_that_cannot_be_made(world: Services, bucket: str, code: ErrorCode) -> None:
    assert answer("minio", "create_bucket", world, bucket=bucket).code is code


@pytest.mark.parametrize(("key", "stored"), [(None, "new.csv"), ("raw/", "raw/new.csv"), ("models/v2.pkl", "models/v2.pkl")])
def test_uploading(world: Services, store: FolderStore, key: str | None, stored: str) -> None:
    call = prepared("minio", "upload_object", world, path="new.csv", bucket="Datasets", key=key)
    assert isinstance(call, Call)
    assert call.effect == "write"
    assert call.args == {"path": "new.csv", "bucket": "datasets", "key": stored}
    assert f"`datasets/{stored}`" in call.preview
    assert run(call, world).status == "ok"
    assert store.read("datasets", stored) == b"a,b\n1,2\n"


def test_replacing_an_object_counts_as_destroying_it(world: Services) -> None:
    call = prepared("minio", "upload_object", world, path="new.csv", bucket="datasets", key="iris.csv")
    assert isinstance(call, Call)
    assert call.effect == "destroy"
    assert "**This replaces** 1 object that is there:\n\n- `iris.csv`: 8 B, changed " in call.preview


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"path": "nothing.csv"}, ErrorCode.NOT_FOUND),
        ({"path": "../buckets/datasets/iris.csv"}, ErrorCode.PERMISSION_DENIED),
        ({"path": "empty"}, ErrorCode.INVALID_ARGUMENT),
        ({"path": "new.csv", "key": "../x"}, ErrorCode.INVALID_ARGUMENT),
        ({"path": "new.csv", "key": "k" * 2000}, ErrorCode.INVALID_ARGUMENT),
        ({"path": "new.csv", "key": "iris.csv/below"}, ErrorCode.CONFLICT),
    ],
)
def test_uploads_that_cannot_be(world: Services, given: dict[str, str], code: ErrorCode) -> None:
    assert answer("minio", "upload_object", world, bucket="datasets", **given).code is code


def test_deleting_shows_what_would_go_and_removes_just_that(world: Services, store: FolderStore) -> None:
    call = prepared("minio", "delete_objects", world, bucket="datasets", keys=["iris.csv", "costs.csv", "iris.csv"])
    assert isinstance(call, Call)
    assert (call.effect, call.args["keys"]) == ("destroy", ["iris.csv", "raw/2025/costs.csv"])
    assert "Delete 2 objects (26 B) from bucket `datasets`" in call.preview
    assert "`raw/2025/costs.csv` (18 B, changed " in call.preview
    assert "cannot be undone" in call.preview
    assert run(call, world).content == "Deleted 2 objects from `datasets`: `iris.csv`, `raw/2025/costs.csv`."
    left = [o.key for o in store.list("datasets", deep=True).objects]
    assert left == ["Wine Quality.csv", "datasets/iris.csv", "raw/2024/sales.csv", "raw/2025/sales.csv"]


def test_one_key_that_is_unclear_deletes_nothing(world: Services, store: FolderStore) -> None:
    before = [o.key for o in store.list("datasets", deep=True).objects]
    assert answer("minio", "delete_objects", world, bucket="datasets", keys=["iris.csv", "sales.csv"]).code is ErrorCode.AMBIGUOUS
    assert answer("minio", "delete_objects", world, bucket="datasets", keys=[]).code is ErrorCode.INVALID_ARGUMENT
    assert [o.key for o in store.list("datasets", deep=True).objects] == before


def test_what_was_deleted_before_an_error_is_told(world: Services, store: FolderStore) -> None:
    call = prepared("minio", "delete_objects", world, bucket="datasets", keys=["iris.csv", "costs.csv"])
    store.delete("datasets", "raw/2025/costs.csv")
    assert isinstance(call, Call)
    result = run(call, world)
    assert result.code is ErrorCode.NOT_FOUND
    assert result.content.endswith("Deleted before that: `iris.csv`.")


def test_names_for_the_planner(store: FolderStore) -> None:
    assert [e.name for e in buckets.entries(store)] == ["datasets", "model-registry"]
    listed = {(e.name, e.facts["bucket"]) for e in objects.entries(store)}
    assert ("iris.csv", "datasets") in listed
    assert (LONG, "model-registry") in listed
