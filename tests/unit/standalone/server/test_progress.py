import fcntl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select, update

from standalone.engine import Artifact, Event, Failure, RunEvent, State, TaskEvent, TaskKind, Values
from standalone.server.database import Database, artifact_uses, artifacts, runs, tasks
from standalone.server.models import RuntimeState
from standalone.server.progress import JOURNAL_DAMAGED, WORKER_DIED, Progress, set_run_state

RUN = "run-1"
START = datetime(2026, 1, 1, tzinfo=UTC)
TABLE = Artifact(name="table", type="system.Dataset", uri="minio://mlpipeline/table", metadata={"rows": 3})


def event(second: int, **content: object) -> Event:
    return Event.model_validate({"time": START + timedelta(seconds=second), **content})


def task(name: str, state: State, parent: str | None = "root", **fields: object) -> TaskEvent:
    kind = TaskKind.CONTAINER if parent else TaskKind.ROOT
    return TaskEvent.model_validate(
        {"task_id": name, "name": name, "path": name, "parent_task_id": parent, "kind": kind, "state": state, **fields}
    )


WRITTEN = Values(artifacts={"table": [TABLE]})
STORY = [
    event(0, run=RunEvent(state=State.RUNNING)),
    event(1, task=task("root", State.RUNNING, None)),
    event(2, task=task("write", State.PENDING)),
    event(2, task=task("read", State.PENDING)),
    event(3, task=task("write", State.RUNNING)),
    event(4, task=task("write", State.SUCCEEDED, outputs=WRITTEN)),
    event(5, task=task("read", State.RUNNING, inputs=WRITTEN)),
    event(6, task=task("read", State.FAILED, inputs=WRITTEN, error=Failure(message="too few rows"))),
    event(7, task=task("root", State.FAILED, None)),
    event(8, run=RunEvent(state=State.FAILED, error=Failure(message="read failed"))),
]


class World:
    """A database with one launched run whose worker, by its lock, lives."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "runs" / RUN
        self.folder.mkdir(parents=True)
        self.database = Database(folder / "test.db")
        self.progress = Progress(self.database, folder / "runs")
        self.lock = (self.folder / "lock").open("w")
        fcntl.flock(self.lock, fcntl.LOCK_EX)
        with self.database.write() as connection:
            connection.execute(
                insert(runs).values(
                    run_id=RUN, experiment_id="e", display_name="r", storage_state="AVAILABLE", created_at="2026", scheduled_at="2026",
                    state="PENDING", launched=True, state_history=[], runtime_config={},
                )
            )  # fmt: skip

    def append(self, data: bytes) -> None:
        with (self.folder / "events.jsonl").open("ab") as file:
            file.write(data)

    def tell(self, *events: Event) -> None:
        self.append(journal(events))
        self.progress.update(RUN)

    def die(self) -> None:
        self.lock.close()
        self.progress.update(RUN)

    def run(self) -> dict:
        return self.rows(runs)[0]

    def states(self) -> dict[str, str]:
        return {row["task_id"]: row["state"] for row in self.rows(tasks)}

    def rows(self, table) -> list[dict]:
        with self.database.read() as connection:
            return [dict(row) for row in connection.execute(select(table).order_by(*table.primary_key)).mappings()]

    def everything(self) -> list[list[dict]]:
        return [self.rows(table) for table in (runs, tasks, artifacts, artifact_uses)]

    def close(self) -> None:
        self.lock.close()
        self.database.close()


def journal(events) -> bytes:
    return b"".join(entry.model_dump_json(exclude_none=True).encode() + b"\n" for entry in events)


@pytest.fixture
def world(tmp_path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.close()


@pytest.fixture(scope="module")
def told_at_once(tmp_path_factory):
    world = World(tmp_path_factory.mktemp("at-once"))
    world.tell(*STORY)
    yield world.everything()
    world.close()


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cuts=st.lists(st.integers(0, len(journal(STORY))), max_size=6).map(sorted))
def test_it_does_not_matter_when_events_are_read(tmp_path_factory, told_at_once, cuts):
    data = journal(STORY)
    world = World(tmp_path_factory.mktemp("in-pieces"))
    for begin, end in zip([0, *cuts], [*cuts, len(data)], strict=True):
        world.append(data[begin:end])
        world.progress.update(RUN)
    assert world.everything() == told_at_once
    world.close()


def test_the_story_is_told_by_the_rows(world):
    world.tell(*STORY)
    run, rows = world.run(), {row["task_id"]: row for row in world.rows(tasks)}
    assert (run["state"], run["error"]["message"], run["finished_at"]) == ("FAILED", "read failed", "2026-01-01T00:00:08.000000Z")
    write = rows["write"]
    assert [write[key][17:19] for key in ("create_time", "start_time", "end_time")] == ["02", "03", "04"]
    assert [change["state"] for change in write["state_history"]] == ["PENDING", "RUNNING", "SUCCEEDED"]
    (artifact,) = world.rows(artifacts)
    assert (artifact["task_id"], artifact["uri"], artifact["metadata"]) == ("write", TABLE.uri, {"rows": 3})
    uses = [(use["task_id"], use["direction"], use["artifact_id"]) for use in world.rows(artifact_uses)]
    assert uses == [("read", "inputs", artifact["artifact_id"]), ("write", "outputs", artifact["artifact_id"])]


def test_a_run_never_ends_as_canceled_because_clients_would_wait_for_ever(world):
    world.tell(
        event(0, run=RunEvent(state=State.RUNNING)), event(1, run=RunEvent(state=State.CANCELED, error=Failure(message="terminated")))
    )
    assert (world.run()["state"], world.run()["error"]["message"]) == ("FAILED", "terminated")


def test_a_run_that_is_being_ended_is_not_running_again(world):
    with world.database.write() as connection:
        set_run_state(connection, RUN, RuntimeState.CANCELING)
    world.tell(event(0, run=RunEvent(state=State.RUNNING)))
    assert world.run()["state"] == "CANCELING"


def test_tasks_left_open_by_the_end_of_the_run_are_closed(world):
    world.tell(*STORY[:5], event(9, run=RunEvent(state=State.FAILED)))
    assert world.states() == {"root": "FAILED", "write": "FAILED", "read": "SKIPPED"}


def test_a_dead_worker_without_a_result(world):
    world.tell(*STORY[:5])
    world.die()
    assert (world.run()["state"], world.run()["error"]["message"]) == ("FAILED", WORKER_DIED)
    assert world.states() == {"root": "FAILED", "write": "FAILED", "read": "SKIPPED"}


def test_a_worker_that_died_after_its_result_has_not_failed(world):
    world.append(journal([*STORY[:-1], event(8, run=RunEvent(state=State.SUCCEEDED))]))
    world.die()
    assert (world.run()["state"], world.run()["error"]) == ("SUCCEEDED", None)


def test_a_dead_worker_whose_folder_is_gone(world):
    for file in world.folder.iterdir():
        file.unlink()
    world.folder.rmdir()
    world.die()
    assert world.run()["state"] == "FAILED"


def test_a_damaged_journal_fails_its_run_and_no_other(world):
    world.tell(*STORY[:5])
    world.append(b'{"time": "yesterday"}\n')
    world.lock.close()
    world.progress.update_all()
    assert (world.run()["state"], world.run()["error"]["message"]) == ("FAILED", JOURNAL_DAMAGED)
    assert world.states() == {"root": "FAILED", "write": "FAILED", "read": "SKIPPED"}


def test_a_run_canceled_before_it_was_launched_ends(world):
    with world.database.write() as connection:
        connection.execute(update(runs).values(launched=False))
        set_run_state(connection, RUN, RuntimeState.CANCELING)
    world.lock.close()
    world.progress.terminate(RUN)
    assert (world.run()["state"], world.run()["error"]["message"]) == ("FAILED", "terminated")
