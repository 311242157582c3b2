"""Objects and the runs that know them: told from the records of a real pipeline server, and before anything is removed."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kfp import dsl

from tests.integration.tools.kfp_world import World, opened
from tests.unit.tools.calling import answer, prepared
from tools.call import Call
from tools.minio.store import ObjectStore
from tools.result import ToolResult


@dsl.component(base_image="python:3.12")
def clean(raw: dsl.Input[dsl.Dataset], tidy: dsl.Output[dsl.Dataset]):
    from pathlib import Path

    tidy.uri += ".csv"
    Path(tidy.path).write_text(Path(raw.path).read_text().upper())


@dsl.component(base_image="python:3.12")
def look(tidy: dsl.Input[dsl.Dataset]) -> int:
    from pathlib import Path

    return len(Path(tidy.path).read_text())


@dsl.pipeline(name="cleaning")
def cleaning(source: str):
    raw = dsl.importer(artifact_uri="minio://raw/in/birds.csv", artifact_class=dsl.Dataset)
    look(tidy=clean(raw=raw.output).outputs["tidy"])


@pytest.fixture(scope="module")
def world(home: Path) -> Iterator[World]:
    with opened(home, (cleaning,)) as made:
        store = made.services.get(ObjectStore)
        store.create_bucket("raw")
        for key in ("in/birds.csv", "in/trees.csv"):
            store.put("raw", key, io.BytesIO(b"a,b\n"), 4)
        assert made.run("cleaning", "first-cleaning", source="minio://raw/in/").state == "succeeded"
        yield made


def ask(world: World, tool: str, **arguments: Any) -> ToolResult:
    return answer("minio", tool, world.services, **arguments)


def plan(world: World, tool: str, **arguments: Any) -> str:
    call = prepared("minio", tool, world.services, **arguments)
    assert isinstance(call, Call), call.content
    return call.preview


def test_which_step_wrote_an_object_and_who_read_it(world: World) -> None:
    tidy = next(a for a in world.kfp.artifacts(world.kfp.run("first-cleaning")) if a.name == "tidy")
    bucket, _, key = tidy.uri.removeprefix("minio://").partition("/")
    content = ask(world, "get_object_info", bucket=bucket, key=key).content
    assert "Run `first-cleaning` wrote it, step `clean`, as `tidy`. 1 step of runs read it." in content
    assert "| read by | first-cleaning (look) |" in content
    assert "read by `first-cleaning` (look)" in plan(world, "delete_objects", bucket=bucket, keys=[key])


def test_what_a_run_imported_was_not_written_by_it(world: World) -> None:
    content = ask(world, "get_object_info", bucket="raw", key="birds.csv").content
    assert "No run that is still known wrote it. 1 step of runs read it." in content
    assert "first-cleaning (clean)" in content


def test_an_object_that_no_run_knows(world: World) -> None:
    store = world.services.get(ObjectStore)
    store.put("raw", "lone.csv", io.BytesIO(b"x"), 1)
    assert "No run has recorded it." in ask(world, "get_object_info", bucket="raw", key="lone.csv").content
    preview = plan(world, "delete_objects", bucket="raw", keys=["lone.csv"])
    assert "referred to" not in preview
    store.delete("raw", "lone.csv")


def test_arguments_of_runs_and_schedules_that_name_an_object(world: World) -> None:
    version = world.kfp.latest_version(world.kfp.pipeline("cleaning"))
    experiment = world.kfp.experiment("Default").id
    made = world.kfp.create_schedule("nightly-trees", version, "0 0 3 * * *", {"source": "s3://raw/in/trees.csv"}, experiment)
    try:
        preview = plan(world, "move_object", bucket="raw", key="trees.csv", to_bucket="raw", to_key="old/")
        assert "in the arguments of run `first-cleaning` (succeeded)" in preview
        assert "in the arguments of schedule `nightly-trees` (on)" in preview
        birds = plan(world, "delete_objects", bucket="raw", keys=["in/birds.csv"])
        assert "nightly-trees" not in birds
        assert "read by `first-cleaning` (clean)" in birds
    finally:
        world.kfp.delete_schedule(made)
