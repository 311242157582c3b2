"""With many runs every answer stays a page, names are found by few requests, and lists are quick."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kfp_server_api
import pytest
from kfp import dsl
from sqlalchemy import Connection, insert

from standalone.platform import stop_server
from standalone.server.app import DATABASE_FILE
from standalone.server.database import Database, experiments, pipelines, runs, tasks
from tests.integration.tools.kfp_world import World, opened
from tools.result import ErrorCode, ToolResult

RUNS = 5_000
KINDS = ("churn", "Fraud_Model", "demand forecast")
STATES = ("SUCCEEDED", "FAILED", "SKIPPED")
LONG = "a rather long description of what this one is good for, " * 20


@dsl.component(base_image="python:3.12")
def nothing(name: str):
    pass


@dsl.pipeline(name="template", description=LONG)
def template(
    alpha: str = LONG,
    beta: str = LONG,
    gamma: str = LONG,
    delta: str = LONG,
    depth: int = 3,
    rate: float = 0.1,
    names: list = [LONG],  # noqa: B006
):
    """A pipeline of many words.

    Args:
        alpha: A rather long description of what this one is good for, and of what else it could be used for if need be.
        depth: How deep.
    """
    for number in range(30):
        nothing(name=alpha).set_display_name(f"step {number} of very many that do nothing")


def run_row(number: int) -> dict[str, Any]:
    """The newest have the highest numbers."""
    return {
        "run_id": f"{number:08x}-0000-4000-8000-{number:012x}",
        "experiment_id": f"experiment-{number % 50}",
        "display_name": f"{KINDS[number % 3]} {'of a customer with a long name ' * (number % 2)}{number}",
        "storage_state": "AVAILABLE",
        "created_at": f"2026-01-01T{number // 3600:02}:{number // 60 % 60:02}:{number % 60:02}.000000Z",
        "scheduled_at": "2026-01-01T00:00:00.000000Z",
        "finished_at": "2026-01-02T00:00:00.000000Z",
        "state": STATES[number % 3],
        "state_history": [],
        "error": {"code": 13, "message": "It broke: " + "and so on " * 200, "details": []},
        "pipeline_id": f"pipeline-{number % 120}",
        "pipeline_version_id": "version",
        "runtime_config": {"parameters": {f"parameter_{n}": "value " * 40 for n in range(30)}},
    }


def task_rows(run_id: str, number: int) -> list[dict[str, Any]]:
    """A run of many steps, some of which failed."""
    rows = []
    for step in range(number):
        state = "FAILED" if step % 40 == 7 else "SUCCEEDED"
        message = {"message": "no luck " * 100} if state == "FAILED" else None
        event = {"task_id": f"task-{step}", "name": f"step-{step}", "path": f"loop/iteration-{step}/step-{step}", "kind": "container"}
        event |= {"parent_task_id": "root", "state": state, "error": message, "inputs": {"parameters": {"text": "long " * 500}}}
        event |= {"caching": {"miss": "inputs changed", "changed": [f"input_{n}" for n in range(40)]}}
        rows.append(
            {"run_id": run_id, "task_id": f"task-{step}", "create_time": f"2026-01-01T00:00:{step % 60:02}.000000Z", "state": state}
        )
        rows[-1] |= {
            "start_time": "2026-01-01T00:00:00.000000Z",
            "end_time": "2026-01-01T00:00:09.000000Z",
            "state_history": [],
            "event": event,
        }
    return rows


def fill(connection: Connection) -> None:
    """What would take hours to run."""
    created = "2026-01-01T00:00:00.000000Z"
    rows = [run_row(number) for number in range(RUNS)]
    connection.execute(insert(runs), rows)
    connection.execute(insert(tasks), task_rows(rows[-2]["run_id"], 300))
    named = [{"pipeline_id": f"pipeline-{n}", "name": f"pipeline {n}", "display_name": f"pipeline {n}"} for n in range(120)]
    connection.execute(insert(pipelines), [row | {"description": LONG, "created_at": created, "tags": {}} for row in named])
    grouped = [{"experiment_id": f"experiment-{n}", "display_name": f"experiment {n}", "description": LONG} for n in range(150)]
    more = {"created_at": created, "last_run_created_at": created, "storage_state": "AVAILABLE"}
    connection.execute(insert(experiments), [row | more for row in grouped])


@pytest.fixture(scope="module")
def world(home: Path) -> Iterator[World]:
    """The database is filled while no server runs."""
    database = Database(home / DATABASE_FILE)
    with database.write() as connection:
        fill(connection)
    database.close()
    with opened(home, [template]) as made:
        yield made
    stop_server(home)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths of all requests."""
    paths: list[str] = []
    call = kfp_server_api.ApiClient.call_api

    def counted(self: Any, path: str, *args: Any, **kwargs: Any) -> Any:
        paths.append(path)
        return call(self, path, *args, **kwargs)

    monkeypatch.setattr(kfp_server_api.ApiClient, "call_api", counted)
    return paths


NEWEST = RUNS - 1
BROKEN = RUNS - 2
"""A failed run of 300 steps."""

QUESTIONS: dict[str, dict[str, Any]] = {
    "list_runs": {"limit": 100},
    "list_runs of a state": {"limit": 100, "state": "failed"},
    "list_pipelines": {},
    "list_experiments": {},
    "get_experiment": {"experiment": "experiment 7"},
    "get_pipeline": {"pipeline": "template"},
    "get_run": {"run": f"{BROKEN:08x}"},
    "diagnose_run": {"run": f"{BROKEN:08x}"},
    "explain_caching": {"run": f"{BROKEN:08x}"},
    "get_run_logs": {"run": f"{BROKEN:08x}"},
    "list_run_artifacts": {"run": f"{BROKEN:08x}"},
    "compare_runs": {"runs": [f"{NEWEST - n:08x}" for n in range(8)]},
    "retry_run": {"run": f"{BROKEN:08x}", "arguments": {"nothing": 1}},
    "plot_runs": {"metric": "accuracy"},
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_each_answer_is_one_page(world: World, question: str) -> None:
    """`ask` checks the length."""
    result = world.ask(question.split()[0], **QUESTIONS[question])
    assert result.code in (None, ErrorCode.NOT_FOUND)
    assert result.content


def test_what_is_approved_is_one_page(world: World) -> None:
    world.preview("run_pipeline", pipeline="template", arguments={"alpha": LONG * 50})
    world.preview("schedule_pipeline", pipeline="template", cron="nightly", arguments={"alpha": LONG * 50, "names": [LONG] * 50})
    world.preview("delete_run", run=f"{BROKEN:08x}")


def table(result: ToolResult) -> list[list[Any]]:
    return list(next(a for a in result.artifacts if a.kind == "table").data["rows"])


def test_lists_are_filtered_by_the_server(world: World) -> None:
    failed = world.ask("list_runs", state="failed", limit=100)
    assert len(table(failed)) == 100
    assert {row[2] for row in table(failed)} == {"failed"}
    assert failed.content.startswith(f"There are {RUNS // 3 + 1:,} failed runs, the newest 100 shown.")
    assert "more rows, not shown here." in failed.content
    of_one = world.ask("list_runs", pipeline="pipeline 7", limit=100)
    assert {row[1] for row in table(of_one)} == {"pipeline 7"}
    assert len(table(of_one)) == len([n for n in range(RUNS) if n % 120 == 7])
    both = world.ask("list_runs", pipeline="pipeline 7", experiment="experiment 7", state="failed", limit=100)
    assert len(table(both)) == len([n for n in range(RUNS) if n % 120 == 7 and n % 50 == 7 and n % 3 == 1])
    assert [s.name for s in world.ask("list_runs", limit=2).subjects] == [run_row(n)["display_name"] for n in (NEWEST, NEWEST - 1)]


def test_of_many_steps_those_that_failed_come_first(world: World) -> None:
    content = world.ask("get_run", run=f"{BROKEN:08x}").content
    assert "300 steps: 292 succeeded, 8 failed." in content
    assert "| step-47 | failed |" in content


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("latest", NEWEST),
        ("demand forecast of a customer with a long name 5", 5),
        ("Demand-Forecast of a Customer with a long name 5", 5),
        ("fraud model 10", 10),
        ("the run churn 0", 0),
        (f"{17:08x}", 17),
        (run_row(23)["run_id"], 23),
    ],
)
def test_any_of_many_runs_is_found_with_few_requests(world: World, asked: list[str], said: str, number: int) -> None:
    assert world.ask("list_runs", limit=1).status == "ok"  # learns the names of pipelines
    asked.clear()
    result = world.ask("get_run", run=said)
    assert result.subjects[0].name == run_row(number)["display_name"], result.content
    assert len(asked) <= 10, asked


def test_names_of_many_things_are_found_or_told_with_few_requests(world: World, asked: list[str]) -> None:
    assert world.ask("get_experiment", experiment="Experiment_3").subjects[0].name == "experiment 3"
    asked.clear()
    assert world.ask("get_experiment", experiment="experiment 149").subjects[0].name == "experiment 149"
    unknown = world.ask("get_run", run="fraud modell 10")
    assert unknown.code is ErrorCode.NOT_FOUND
    several = world.ask("get_run", run="churn")
    assert several.code is ErrorCode.AMBIGUOUS
    assert world.ask("get_pipeline", pipeline="PIPELINE 119").content.startswith("Pipeline `pipeline 119` has no version yet")
    assert len(asked) <= 25, asked


def test_listing_names_the_pipelines_at_once(world: World, asked: list[str]) -> None:
    world.kfp.__dict__.pop("_names", None)
    assert len({row[1] for row in table(world.ask("list_runs", limit=100))}) == 100
    assert len(asked) == 2, asked
