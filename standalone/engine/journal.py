"""The journal of a run: `events.jsonl`, written by its worker and read by everybody else."""

import os
from pathlib import Path

from standalone.engine.contract import EVENTS_FILE, Event, RunEvent, State, TaskEvent


def read_events(folder: Path, offset: int = 0) -> tuple[list[Event], int]:
    """The events from a byte offset on, and the offset to go on from.

    A last line without its end is left for the next call, since its writer may be at work or dead.
    """
    try:
        with (folder / EVENTS_FILE).open("rb") as file:
            file.seek(offset)
            data = file.read()
    except FileNotFoundError:
        return [], offset
    complete = data[: data.rfind(b"\n") + 1]
    return [Event.model_validate_json(line) for line in complete.splitlines() if line.strip()], offset + len(complete)


class Journal:
    """Appends events; each is on its way to the disk before the call returns, so a killed worker loses none."""

    def __init__(self, folder: Path) -> None:
        """Open the journal, cutting off a line that a killed worker left half-written."""
        events, end = read_events(folder)
        self.tasks: dict[str, TaskEvent] = {event.task.path: event.task for event in events if event.task}
        self.state: State | None = next((event.run.state for event in reversed(events) if event.run), None)
        self._file = (folder / EVENTS_FILE).open("ab", buffering=0)
        os.ftruncate(self._file.fileno(), end)

    def run(self, event: RunEvent) -> None:
        """Record a state of the run."""
        self.state = event.state
        self._append(Event(run=event))

    def task(self, event: TaskEvent) -> None:
        """Record a state of a task."""
        self.tasks[event.path] = event
        self._append(Event(task=event))

    def end(self, event: RunEvent) -> None:
        """Record the end of the run; tasks that have not ended by themselves are canceled for the same reason."""
        for task in list(self.tasks.values()):
            if task.state in (State.PENDING, State.RUNNING):
                self.task(task.model_copy(update={"state": State.CANCELED, "error": event.error}))
        self.run(event)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _append(self, event: Event) -> None:
        self._file.write(event.model_dump_json(exclude_none=True).encode() + b"\n")
