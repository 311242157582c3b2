"""The progress of runs: the events that workers append to their journals, carried over into the database."""

import logging
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import StatementError

from standalone.engine import EngineError, Event, Failure, RunEvent, State, TaskEvent, alive, read_events, terminate
from standalone.server.artifacts import record_artifacts
from standalone.server.database import Database, runs, tasks
from standalone.server.models import FINAL_STATES, RuntimeState
from standalone.server.times import now, timestamp

logger = logging.getLogger(__name__)

WORKER_DIED = (
    "The worker process of this run ended without a result: it was killed (for instance for lack of memory) or crashed. "
    "Retry the run to go on from the tasks that succeeded."
)
JOURNAL_DAMAGED = "The journal of this run is damaged, so nothing more is known of it. Start the run anew."
TERMINATED = "terminated"
_UNFINISHED = runs.c.state.not_in(FINAL_STATES) & (runs.c.launched | (runs.c.state == RuntimeState.CANCELING))
_SETTLED = FINAL_STATES | {RuntimeState.CANCELING}  # nothing is to be done, or the supervisor is about it
_CLOSING = {
    State.RUNNING: (State.FAILED, "Interrupted by the end of the run."),
    State.PENDING: (State.SKIPPED, "Not started before the end of the run."),
}


class Progress:
    """Brings the runs of one home up to date with what their workers have reported."""

    def __init__(self, database: Database, runs_folder: Path) -> None:
        self._database = database
        self._giving_up = threading.Lock()
        self.folder = runs_folder

    def update(self, run_id: str) -> None:
        """Take over the new events of one run; a no-op on a run that has ended."""
        # Asked before reading: what a worker wrote before it died is then surely among the events read.
        worker_lives = alive(self.folder / run_id)
        try:
            state = self._take_over_events(run_id)
        except (ValueError, StatementError):
            logger.exception("run %s: its journal cannot be read", run_id)
            self._give_up(run_id, JOURNAL_DAMAGED)
        else:
            if state is not None and not worker_lives and state not in _SETTLED:
                self._give_up(run_id, WORKER_DIED)

    def update_all(self) -> None:
        """Take over the new events of every run that has not ended."""
        with self._database.read() as connection:
            unfinished = connection.execute(select(runs.c.run_id).where(_UNFINISHED)).scalars().all()
        for run_id in unfinished:
            self.update(run_id)

    def terminate(self, run_id: str) -> None:
        """End the processes of a run that is CANCELING, then the run; takes up to some seconds."""
        self._end_processes(run_id)
        self.update(run_id)
        with self._database.write() as connection:
            row = _unfinished(connection, run_id)
            if row is not None and not alive(self.folder / run_id):
                self._fail(connection, row, TERMINATED)

    def _take_over_events(self, run_id: str) -> RuntimeState | None:
        """The state of the run after its new events; None when no worker was started for it or it had ended before."""
        with self._database.write() as connection:
            row = _unfinished(connection, run_id)
            if row is None:
                return None
            events, offset = read_events(self.folder / run_id, row["event_offset"])
            state = _apply(connection, row, events)
            if events:
                connection.execute(update(runs).where(runs.c.run_id == run_id).values(event_offset=offset))
            return state

    def _give_up(self, run_id: str, reason: str) -> None:
        """End a run that will not report its end itself, and the processes that it left behind."""
        with self._giving_up:
            with self._database.read() as connection:
                row = _unfinished(connection, run_id)
            if row is None or row["state"] in _SETTLED or (reason == WORKER_DIED and alive(self.folder / run_id)):
                return  # another thread was faster, and the run may even have been retried since
            logger.warning("run %s: %s", run_id, reason)
            self._end_processes(run_id)
            with self._database.write() as connection:
                self._fail(connection, row, reason)

    def _end_processes(self, run_id: str) -> None:
        try:
            terminate(self.folder / run_id)
        except (EngineError, OSError, ValueError):
            logger.exception("run %s: what its worker started may go on", run_id)

    def _fail(self, connection: Connection, row: Mapping[str, Any], reason: str) -> None:
        """Put the run into FAILED for this reason, whatever else its journal says by now."""
        time = now()
        _close_tasks(connection, row["run_id"], time)
        set_run_state(connection, row["run_id"], RuntimeState.FAILED, reason, time)
        with suppress(ValueError):
            _, offset = read_events(self.folder / row["run_id"], row["event_offset"])
            connection.execute(update(runs).where(runs.c.run_id == row["run_id"]).values(event_offset=offset))


def set_run_state(connection: Connection, run_id: str, state: RuntimeState, error: str | None = None, time: str | None = None) -> None:
    """Put a run into a state, with its history; a final one also finishes it."""
    moment = time or now()
    history = connection.execute(select(runs.c.state_history).where(runs.c.run_id == run_id)).scalar_one()
    values: dict[str, Any] = {
        "state": state,
        "state_history": [*history, {"update_time": moment, "state": state}],
        "finished_at": moment if state in FINAL_STATES else "",
        "error": {"code": 13, "message": error, "details": []} if error else None,
    }
    connection.execute(update(runs).where(runs.c.run_id == run_id).values(values))


def _unfinished(connection: Connection, run_id: str) -> Mapping[str, Any] | None:
    query = select(runs.c.run_id, runs.c.state, runs.c.event_offset).where(runs.c.run_id == run_id, _UNFINISHED)
    row = connection.execute(query).mappings().one_or_none()
    return dict(row) if row else None


def _apply(connection: Connection, row: Mapping[str, Any], events: list[Event]) -> RuntimeState:
    state = RuntimeState(row["state"])
    for event in events:
        time = timestamp(event.time)
        if event.task:
            _apply_task(connection, row["run_id"], event.task, time)
        if event.run:
            state = _apply_run(connection, row["run_id"], state, event.run, time)
    return state


def _apply_run(connection: Connection, run_id: str, state: RuntimeState, event: RunEvent, time: str) -> RuntimeState:
    # The client's wait_for_run_completion never ends on CANCELED, and upstream finishes a terminated run as FAILED.
    new = RuntimeState.FAILED if event.state == State.CANCELED else RuntimeState(event.state)
    if new == state or (state == RuntimeState.CANCELING and new not in FINAL_STATES):
        return state
    if new in FINAL_STATES:
        _close_tasks(connection, run_id, time)
    set_run_state(connection, run_id, new, event.error.message if event.error else None, time)
    return new


def _apply_task(connection: Connection, run_id: str, task: TaskEvent, time: str) -> None:
    key = (tasks.c.run_id == run_id) & (tasks.c.task_id == task.task_id)
    known = connection.execute(select(tasks).where(key)).mappings().one_or_none()
    final = RuntimeState(task.state) in FINAL_STATES
    resumed = known is not None and known["state"] in FINAL_STATES
    started = known["start_time"] if known and not resumed else ""
    history = list(known["state_history"]) if known else []
    if not history or history[-1]["state"] != task.state:
        history.append({"update_time": time, "state": task.state})
    values = {
        "state": task.state,
        "start_time": started or (time if task.state == State.RUNNING else ""),
        "end_time": time if final else "",
        "state_history": history,
        "event": task.model_dump(mode="json", exclude_none=True),
    }
    if known:
        connection.execute(update(tasks).where(key).values(values))
    else:
        connection.execute(insert(tasks).values(run_id=run_id, task_id=task.task_id, create_time=time, **values))
    record_artifacts(connection, run_id, task, time)


def _close_tasks(connection: Connection, run_id: str, time: str) -> None:
    """End the tasks that a run left open when it ended."""
    for document in connection.execute(select(tasks.c.event).where(tasks.c.run_id == run_id)).scalars().all():
        task = TaskEvent.model_validate(document)
        if task.state in _CLOSING:
            state, reason = _CLOSING[task.state]
            _apply_task(connection, run_id, task.model_copy(update={"state": state, "error": Failure(message=reason)}), time)
