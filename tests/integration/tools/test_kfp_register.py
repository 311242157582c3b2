"""A pipeline made of ready components that registers its model in a bucket, from the words of its steps to the object."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.tools.kfp_world import World, opened
from tests.unit.tools.calling import answer, prepared
from tools.minio.store import ObjectStore, walk
from tools.result import ErrorCode, ToolResult

WRITES = "**A run also writes** the model as a new object into bucket `trained`"


@pytest.fixture(scope="module")
def world(home: Path) -> Iterator[World]:
    with opened(home, ()) as made:
        store = made.services.get(ObjectStore)
        rows = "".join(f"{n},{n % 7},{'even' if n % 2 == 0 else 'odd'}\n" for n in range(60))
        data = f"size,rest,kind\n{rows}".encode()
        for bucket in ("raw", "trained"):
            store.create_bucket(bucket)
        store.put("raw", "numbers.csv", io.BytesIO(data), len(data))
        yield made


def steps(**register: Any) -> list[dict[str, Any]]:
    return [
        {"component": "load", "options": {"source": "minio://raw/numbers.csv"}},
        {"component": "split", "options": {"target": "kind"}},
        {"component": "train", "options": {"estimator": "LogisticRegression"}},
        {"component": "evaluate", "options": {}},
        {"component": "register", "options": {"model_name": "parity", **register}},
    ]


def test_a_model_comes_into_the_bucket_and_its_run_is_known(world: World) -> None:
    wanted = steps(bucket="trained", prefix="team/a", metric="accuracy")
    assert WRITES in world.preview("create_pipeline", name="parity", steps=wanted).preview
    assert world.ask("create_pipeline", name="parity", steps=wanted).status == "ok"
    assert WRITES in world.preview("run_pipeline", pipeline="parity").preview
    assert WRITES in world.preview("schedule_pipeline", pipeline="parity", cron="0 6 * * *").preview
    assert "also writes" not in world.preview("run_pipeline", pipeline="parity", arguments={"bucket": ""}).preview
    for name in ("parity-1", "parity-2"):
        assert world.run("parity", name).state == "succeeded", world.ask("diagnose_run", run=name).content
    store = world.services.get(ObjectStore)
    keys = [info.key for info in walk(store, "trained")]
    assert len(keys) in (1, 2), "the second run may have taken the result of the first"
    assert all(key.startswith("team/a/parity/") and key.endswith("/model.joblib") for key in keys)
    info: ToolResult = answer("minio", "get_object_info", world.services, bucket="trained", key=keys[0])
    assert "parity-1" in info.content
    assert "register" in info.content


def test_a_bucket_that_is_not_there_fails_the_step_with_the_rule(world: World) -> None:
    assert world.ask("create_pipeline", name="lost", steps=steps(bucket="no-such-bucket")).status == "ok"
    run = world.run("lost", "lost-1")
    assert run.state == "failed"
    assert "there is no such bucket" in world.ask("diagnose_run", run="lost-1").content


@pytest.mark.parametrize("bucket", ["mlpipeline", "No Bucket", "../raw"])
def test_buckets_that_are_refused_at_once(world: World, bucket: str) -> None:
    refused = prepared("kfp", "create_pipeline", world.services, name="refused", steps=steps(bucket=bucket))
    assert isinstance(refused, ToolResult)
    assert refused.code is ErrorCode.INVALID_ARGUMENT
