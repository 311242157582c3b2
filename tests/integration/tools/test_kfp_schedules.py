"""Schedules and experiments."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kfp import dsl

from tests.integration.tools.kfp_world import World, opened
from tools.call import run
from tools.kfp.cron import next_time
from tools.result import ErrorCode


@dsl.component(base_image="python:3.12")
def nothing(times: int):
    pass


@dsl.pipeline(name="nightly-job")
def nightly_job(times: int = 1):
    nothing(times=times)


@dsl.pipeline(name="needs-input")
def needs_input(path: int):
    nothing(times=path)


@pytest.fixture(scope="module")
def world(home: Path) -> Iterator[World]:
    with opened(home, (nightly_job, needs_input)) as made:
        yield made


def shown(expression: str) -> str:
    following = next_time(expression)
    return f"{following:%a %Y-%m-%d %H:%M} UTC"


@pytest.mark.parametrize(
    ("said", "cron"),
    [
        ("every Monday at 9:30", "30 9 * * 1"),
        ("weekdays at 6pm", "0 18 * * 1-5"),
        ("0 6 * * *", "0 6 * * *"),
        ("0 0 6 * * ?", "0 6 * * *"),
        ("0 9 * * 5-7", "0 9 * * 0,5,6"),
        ("every 6 hours", "0 */6 * * *"),
    ],
)
def test_schedules_in_words_and_in_cron(world: World, said: str, cron: str) -> None:
    name = f"job {said}"[:40]
    call = world.preview("schedule_pipeline", pipeline="nightly job", cron=said, name=name, arguments={"TIMES": "3"})
    assert call.effect == "write"
    assert (call.args["cron"], call.args["arguments"]) == (cron, {"times": 3})
    assert f"at `{cron}` (UTC) with times=3, as schedule `{name}`. First at {shown(cron)}." in call.preview
    result = run(call, world.services)
    assert result.status == "ok", result.content
    made = world.kfp.schedule(name)
    assert (made.cron, made.enabled, made.arguments) == (cron, True, {"times": 3})
    listed = {row[0]: row[1:] for row in world.ask("list_schedules").artifacts[0].data["rows"]}
    assert listed[name] == ["nightly-job", f"`{cron}`", "on", shown(cron)]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"cron": "0 0 30 2 *"}, ErrorCode.INVALID_ARGUMENT),
        ({"cron": "whenever it suits"}, ErrorCode.INVALID_ARGUMENT),
        ({"cron": "every other day"}, ErrorCode.INVALID_ARGUMENT),
        ({"cron": "0 6 * * *", "arguments": {"times": "often"}}, ErrorCode.INVALID_ARGUMENT),
        ({"cron": "0 6 * * *", "pipeline": "needs-input"}, ErrorCode.INVALID_ARGUMENT),
        ({"cron": "0 6 * * *", "pipeline": "no such pipeline"}, ErrorCode.NOT_FOUND),
    ],
)
def test_what_never_fires_or_does_not_fit_makes_no_schedule(world: World, arguments: dict[str, Any], code: ErrorCode) -> None:
    before = world.kfp.schedules()[1]
    assert world.ask("schedule_pipeline", **{"pipeline": "nightly-job", **arguments}).code is code
    assert world.kfp.schedules()[1] == before


def test_names_of_schedules_are_free_or_refused(world: World) -> None:
    first = world.ask("schedule_pipeline", pipeline="nightly-job", cron="nightly")
    second = world.ask("schedule_pipeline", pipeline="nightly-job", cron="nightly")
    assert [r.subjects[0].name for r in (first, second)] == ["nightly-job-schedule", "nightly-job-schedule-2"]
    assert world.ask("schedule_pipeline", pipeline="nightly-job", cron="nightly", name="nightly-job-schedule").code is ErrorCode.CONFLICT


def test_pausing_resuming_deleting(world: World) -> None:
    world.ask("schedule_pipeline", pipeline="nightly-job", cron="0 6 * * *", name="Morning Job")
    pause = world.preview("pause_schedule", schedule="morning_job")
    assert pause.preview == "Pause schedule `Morning Job` (`0 6 * * *`)."
    assert run(pause, world.services).content == "Paused schedule `Morning Job`."
    row = next(r for r in world.ask("list_schedules").artifacts[0].data["rows"] if r[0] == "Morning Job")
    assert row[3:] == ["paused", ""]
    resumed = world.ask("resume_schedule", schedule="morning job")
    assert resumed.content == f"Resumed schedule `Morning Job`. Next run at {shown('0 6 * * *')}."
    assert world.kfp.schedule("Morning Job").enabled
    delete = world.preview("delete_schedule", schedule="Morning Job")
    assert delete.effect == "destroy"
    assert run(delete, world.services).content == "Deleted schedule `Morning Job`."
    assert world.ask("pause_schedule", schedule="Morning Job").code is ErrorCode.NOT_FOUND


def test_schedules_of_one_name_are_told_apart_by_id(world: World) -> None:
    version = world.kfp.latest_version(world.kfp.pipeline("nightly-job"))
    experiment = world.kfp.experiment("Default").id
    ids = [world.kfp.create_schedule("twins", version, "0 0 5 * * *", {}, experiment).id for _ in range(2)]
    result = world.ask("delete_schedule", schedule="twins")
    assert (result.code, sorted(result.choices)) == (ErrorCode.AMBIGUOUS, sorted(ids))
    assert world.ask("delete_schedule", schedule=ids[0]).status == "ok"
    assert world.ask("pause_schedule", schedule="twins").status == "ok"
    assert [s.id for s in world.kfp.schedules(display_name="twins")[0]] == [ids[1]]


# experiments


def test_experiments_from_beginning_to_end(world: World) -> None:
    call = world.preview("create_experiment", name="Pricing 2026", description="What a house costs.")
    assert call.effect == "write"
    assert run(call, world.services).content == "Created experiment `Pricing 2026`."
    assert world.ask("create_experiment", name="Pricing 2026").code is ErrorCode.CONFLICT
    empty = world.ask("get_experiment", experiment="pricing")
    assert empty.content == "Experiment `Pricing 2026` holds 0 runs.\n\nWhat a house costs."
    started = world.ask("run_pipeline", pipeline="nightly-job", experiment="pricing 2026", run_name="priced")
    assert started.status == "ok"
    world.finish("priced")
    assert "| `priced` | nightly-job | succeeded |" in world.ask("get_experiment", experiment="Pricing 2026").content
    assert [s.name for s in world.ask("list_runs", experiment="pricing").subjects] == ["priced"]
    assert "Pricing 2026" in [s.name for s in world.ask("list_experiments").subjects]


def test_archived_experiments_take_their_runs_along(world: World) -> None:
    world.ask("create_experiment", name="old-trials")
    world.ask("run_pipeline", pipeline="nightly-job", experiment="old-trials", run_name="tried")
    world.finish("tried")
    call = world.preview("archive_experiment", experiment="old trials")
    assert call.effect == "destroy"
    assert "`old-trials` and its 1 run" in call.preview
    assert run(call, world.services).status == "ok"
    assert "old-trials" not in [s.name for s in world.ask("list_experiments").subjects]
    assert world.ask("get_experiment", experiment="old-trials").code is ErrorCode.NOT_FOUND
    assert world.ask("get_run", run="tried").code is ErrorCode.NOT_FOUND
    again = world.ask("create_experiment", name="old-trials")
    assert (again.code, "in the archive" in again.content) == (ErrorCode.CONFLICT, True)
