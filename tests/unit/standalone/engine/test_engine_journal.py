"""The journal is read while it is written and after its writer was killed."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from standalone.engine import Event, RunEvent, State, TaskEvent, TaskKind, Values, read_events
from standalone.engine.journal import Journal


def task(path: str, state: State, **outputs: object) -> TaskEvent:
    return TaskEvent(task_id=path, name=path, path=path, kind=TaskKind.CONTAINER, state=state, outputs=Values(parameters=outputs))


def test_nothing_yet(tmp_path: Path) -> None:
    assert read_events(tmp_path, 0) == ([], 0)


def test_reading_goes_on_where_it_stopped(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.run(RunEvent(state=State.RUNNING))
    events, offset = read_events(tmp_path, 0)
    assert [event.run.state for event in events if event.run] == [State.RUNNING]
    assert read_events(tmp_path, offset) == ([], offset)
    journal.task(task("a", State.SUCCEEDED, x=[1, 2.0, None, {"k": "ü\n"}]))
    events, _ = read_events(tmp_path, offset)
    assert events[0].task is not None
    assert repr(events[0].task.outputs.parameters["x"]) == repr([1, 2.0, None, {"k": "ü\n"}])
    journal.close()


@given(st.data())
def test_a_half_written_line_waits(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    folder = tmp_path_factory.mktemp("run")
    lines = [Event(run=RunEvent(state=State.RUNNING)), Event(task=task("ü", State.PENDING)), Event(run=RunEvent(state=State.FAILED))]
    whole = b"".join(line.model_dump_json(exclude_none=True).encode() + b"\n" for line in lines)
    cut = data.draw(st.integers(0, len(whole)))
    (folder / "events.jsonl").write_bytes(whole[:cut])
    first, offset = read_events(folder, 0)
    (folder / "events.jsonl").write_bytes(whole)
    second, end = read_events(folder, offset)
    assert first + second == lines
    assert end == len(whole)


def test_a_new_writer_cuts_the_half_written_line_off(tmp_path: Path) -> None:
    Journal(tmp_path).run(RunEvent(state=State.RUNNING))
    with (tmp_path / "events.jsonl").open("ab") as file:
        file.write(b'{"time": "20')
    journal = Journal(tmp_path)
    assert journal.state is State.RUNNING
    journal.run(RunEvent(state=State.SUCCEEDED))
    events, _ = read_events(tmp_path, 0)
    assert [event.run.state for event in events if event.run] == [State.RUNNING, State.SUCCEEDED]


def test_the_end_cancels_what_is_open(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    for path, state in (("a", State.SUCCEEDED), ("b", State.RUNNING), ("c", State.PENDING), ("d", State.SKIPPED)):
        journal.task(task(path, state))
    journal.end(RunEvent(state=State.FAILED))
    assert [journal.tasks[path].state for path in "abcd"] == [State.SUCCEEDED, State.CANCELED, State.CANCELED, State.SKIPPED]
