"""Runs ended, retried, put away and removed; pipelines brought and taken away."""

from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from kfp import dsl

from tests.integration.tools.kfp_world import World, opened, run_of
from tests.run_processes import run_processes
from tools.call import Call, run
from tools.result import ErrorCode


@dsl.component(base_image="python:3.12")
def need(folder: dsl.Input[dsl.Artifact], marker: str, retries: int, ratio: float) -> str:
    from pathlib import Path

    if not Path(folder.path, marker).exists():
        raise FileNotFoundError(marker)
    return f"{marker} {retries} {ratio}"


@dsl.component(base_image="python:3.12")
def start_others(seconds: float):
    import subprocess
    import sys
    import time

    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
    time.sleep(seconds)


@dsl.component(base_image="python:3.12")
def begin() -> int:
    return 1


@dsl.pipeline(name="needy")
def needy(marker: str, retries: int = 1, ratio: float = 0.5):
    folder = dsl.importer(artifact_uri="minio://flags/all", artifact_class=dsl.Artifact)
    need(folder=folder.output, marker=marker, retries=retries, ratio=ratio).set_caching_options(False).after(begin())


@dsl.pipeline(name="busy")
def busy(seconds: float = 600.0):
    start_others(seconds=seconds).set_caching_options(False)


@pytest.fixture(scope="module")
def world(home: Path) -> Iterator[World]:
    with opened(home, (needy, busy)) as made:
        (home / "buckets" / "flags" / "all").mkdir(parents=True)
        (home / "buckets" / "flags" / "all" / "there").touch()
        yield made


@pytest.fixture
def flag(world: World, request: pytest.FixtureRequest) -> Path:
    """A file that is not there yet, in the folder that is an input of the steps."""
    return world.home / "buckets" / "flags" / "all" / request.node.name


@pytest.fixture
def there() -> str:
    """The name of a file that is there."""
    return "there"


# terminate


def test_terminating_leaves_nothing(world: World) -> None:
    world.start("busy", "endless")
    folder = world.home / "runs" / world.kfp.run("endless").id
    world.until("endless", lambda r: any(t.state == "running" for t in r.steps) and len(run_processes(folder)) >= 3)
    call = world.preview("terminate_run", run="endless")
    assert call.effect == "destroy"
    assert call.preview.startswith("Stop run `endless` of pipeline `busy`, going for ")
    assert "(now: `start-others`)" in call.preview
    result = run(call, world.services)
    assert result.content == "Run `endless` is being stopped."
    ended = world.finish("endless")
    assert (ended.state, ended.error) == ("failed", "terminated")
    world.until("endless", lambda r: not run_processes(folder))


def test_an_ended_run_cannot_be_stopped(world: World, there: str) -> None:
    world.run("needy", "over", marker=there)
    result = world.ask("terminate_run", run="over")
    assert (result.code, "(succeeded)" in result.content) == (ErrorCode.CONFLICT, True)


# retry


def test_retrying_runs_the_failed_steps_again(world: World, flag: Path) -> None:
    world.run("needy", "second chance", marker=flag.name)
    call = world.preview("retry_run", run="second chance")
    assert call.effect == "write"
    assert call.preview == "Retry run `second chance`: run `need` again with the same arguments, keep what succeeded."
    flag.touch()
    result = run(call, world.services)
    assert run_of(result)["name"] == "second chance"
    assert world.finish("second chance").state == "succeeded"
    assert world.kfp.runs(display_name="second chance")[1] == 1


def test_retrying_with_changed_arguments_starts_another_run(world: World, flag: Path, there: str) -> None:
    failed = world.run("needy", "wrong path", marker=flag.name, retries=1)
    call = world.preview("retry_run", run="wrong path", arguments={"Marker": there, "ratio": "0.75", "retries": 1})
    assert call.args["arguments"] == {"marker": there, "ratio": 0.75, "retries": 1}
    assert "| ratio | 0.5 | 0.75 |" in call.preview
    assert f"| marker | {flag.name} | {there} |" in call.preview
    assert "retries" not in call.preview
    assert world.kfp.run("wrong path").state == "failed"
    result = run(call, world.services)
    (diff,) = [a for a in result.artifacts if a.kind == "diff"]
    assert (diff.data["before"], diff.data["after"]) == ("wrong path", run_of(result)["name"])
    assert [(c["name"], c["before"], c["after"]) for c in diff.data["changes"]] == [("marker", flag.name, there), ("ratio", 0.5, 0.75)]
    again = world.finish(run_of(result)["run_id"])
    assert (again.state, again.pipeline, again.experiment_id) == ("succeeded", "needy", failed.experiment_id)
    assert again.arguments == {"marker": there, "ratio": 0.75, "retries": 1}
    assert again.version_id == failed.version_id


def test_changing_one_argument_keeps_the_required_others(world: World, flag: Path) -> None:
    world.run("needy", "kept", marker=flag.name)
    assert world.preview("retry_run", run="kept", arguments={"retries": 4}).args["arguments"] == {"retries": 4}


def test_what_a_retry_refuses(world: World, flag: Path, there: str) -> None:
    world.run("needy", "good one", marker=there)
    assert world.ask("retry_run", run="good one").code is ErrorCode.CONFLICT
    world.run("needy", "bad one", marker=flag.name)
    before = world.kfp.runs()[1]
    same = world.ask("retry_run", run="bad one", arguments={"retries": 1})
    assert (same.code, "leave them out" in same.content) == (ErrorCode.CONFLICT, True)
    wrong = world.ask("retry_run", run="bad one", arguments={"retries": "many", "volume": 11})
    assert wrong.code is ErrorCode.INVALID_ARGUMENT
    assert "`retries` takes a whole number, not `many`." in wrong.content
    assert "there is no parameter `volume`" in wrong.content
    assert "must be given" not in wrong.content
    assert world.kfp.runs()[1] == before


# archive and delete


def test_archived_runs_leave_the_lists(world: World, there: str) -> None:
    run_id = world.run("needy", "put away", marker=there).id
    call = world.preview("archive_run", run="put away")
    assert "nothing is deleted" in call.preview
    assert run(call, world.services).content == "Archived run `put away`."
    assert "put away" not in [s.name for s in world.ask("list_runs", limit=100).subjects]
    assert world.ask("get_run", run="put away").code is ErrorCode.NOT_FOUND
    assert world.ask("get_run", run=run_id).subjects[0].name == "put away"


def test_deleted_runs_are_gone(world: World, there: str) -> None:
    run_id = world.run("needy", "thrown away", marker=there).id
    call = world.preview("delete_run", run="thrown away")
    assert call.effect == "destroy"
    assert "This cannot be undone" in call.preview
    assert "still going" not in call.preview
    assert run(call, world.services).status == "ok"
    assert world.ask("get_run", run=run_id).code is ErrorCode.NOT_FOUND
    assert world.ask("delete_run", run="thrown away").code is ErrorCode.NOT_FOUND


def test_deleting_a_run_that_is_going_says_so_and_stops_it(world: World) -> None:
    world.start("busy", "in the middle")
    going = world.until("in the middle", lambda r: any(t.state == "running" for t in r.steps))
    work = run_processes(world.home / "runs" / going.id)
    call = world.preview("delete_run", run="in the middle")
    assert "**It is still going.**" in call.preview
    assert run(call, world.services).status == "ok"
    assert world.ask("get_run", run=going.id).code is ErrorCode.NOT_FOUND
    assert work
    assert not any(process.is_running() and process.status() != psutil.STATUS_ZOMBIE for process in work)
    assert run_processes(world.home / "runs" / going.id) == []


# pipelines


def test_uploading_a_pipeline_and_then_a_version_of_it(world: World) -> None:
    world.compiled(needy, "upload")
    call = world.preview("upload_pipeline", path="upload.yaml", name="fresh", description="Needs a file.")
    assert call.effect == "write"
    assert "as the new pipeline `fresh`" in call.preview
    assert run(call, world.services).content == "Uploaded `upload.yaml` as pipeline `fresh`."
    assert world.kfp.pipeline("fresh").description == "Needs a file."
    again = world.preview("upload_pipeline", path="upload.yaml", name="fresh")
    assert "as a new version of pipeline `fresh`" in again.preview
    assert run(again, world.services).content.endswith("of pipeline `fresh`.")
    assert world.kfp.versions(world.kfp.pipeline("fresh").id)[1] == 2
    assert "Versions: 2" in world.ask("get_pipeline", pipeline="fresh").content


def test_a_pipeline_is_uploaded_under_its_own_name(world: World) -> None:
    world.compiled(needy, "renamed")
    call = world.preview("upload_pipeline", path="renamed.yaml")
    assert call.args["name"] == "needy"


@pytest.mark.parametrize("content", ["", "not: a pipeline", "a: [1, 2", "pipelineInfo: {name: ../../elsewhere}", "&a [*a, *a]"])
def test_what_is_no_pipeline_is_refused_and_nothing_is_left(world: World, content: str) -> None:
    (world.home / "broken.yaml").write_text(content)
    before = world.kfp.pipelines()[1]
    assert world.ask("upload_pipeline", path="broken.yaml", name="broken").code is ErrorCode.INVALID_ARGUMENT
    assert world.kfp.pipelines()[1] == before


def test_files_that_cannot_be_uploaded(world: World) -> None:
    assert world.ask("upload_pipeline", path="no-such-file.yaml").code is ErrorCode.NOT_FOUND
    assert world.ask("upload_pipeline", path="/etc/hostname").code is ErrorCode.PERMISSION_DENIED
    assert world.ask("upload_pipeline", path="buckets").code is ErrorCode.INVALID_ARGUMENT


def test_deleting_a_pipeline_names_what_goes_with_it(world: World, there: str) -> None:
    world.upload(needy, "doomed")
    for _ in range(2):
        assert world.ask("upload_pipeline", path="doomed.yaml", name="doomed").status == "ok"
    world.run("doomed", "survivor", marker=there)
    assert world.ask("schedule_pipeline", pipeline="doomed", cron="0 0 1 1 *", name="new year", arguments={"marker": there}).status == "ok"
    call = world.preview("delete_pipeline", pipeline="doomed")
    assert call.effect == "destroy"
    assert "with 3 versions. Its 1 run stay" in call.preview
    assert "**These schedules use it and will stop working:** `new year`." in call.preview
    assert isinstance(call, Call)
    assert run(call, world.services).content == "Deleted pipeline `doomed`."
    assert world.ask("get_pipeline", pipeline="doomed").code is ErrorCode.NOT_FOUND
    assert world.ask("get_run", run="survivor").status == "ok"
    assert world.ask("delete_schedule", schedule="new year").status == "ok"
