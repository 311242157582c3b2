"""The background thread that launches, watches and ends runs; what it knows is in the database, so a restart goes on where it was."""

import logging
import threading
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import func, select, update

from standalone.engine import EngineError, alive, launch, read_events
from standalone.server.database import Database, runs
from standalone.server.firing import fire_due, next_due
from standalone.server.models import FINAL_STATES, RuntimeState
from standalone.server.progress import Progress, set_run_state
from standalone.server.times import FOREVER, now

logger = logging.getLogger(__name__)

TICK_SECONDS = 0.5
MAX_ACTIVE_RUNS = 8
"""Runs with a worker at the same time; further ones wait, PENDING."""


class Supervisor(threading.Thread):
    """Looks after the runs of one home until `stop`."""

    def __init__(self, database: Database, home: Path, abandon: Callable[[], None]) -> None:
        """`abandon` is called, once, when the home has been deleted: nothing is left to look after."""
        super().__init__(name="supervisor", daemon=True)
        self._abandon = abandon
        self.progress = Progress(database, home / "runs")
        self._database = database
        self._home = home
        self._wake = threading.Event()
        self._stopped = False
        self._terminating: dict[str, threading.Thread] = {}

    def run(self) -> None:
        """Tick until stopped; as long as there is nothing to do, the database is left alone."""
        woken, quiet_until = True, ""
        while not self._stopped:
            if not self.progress.folder.exists():
                logger.error("%s has been deleted", self._home)
                self._abandon()
                return
            if woken or now() >= quiet_until:
                quiet_until = ""
                try:
                    self.tick()
                    quiet_until = self._quiet_until()
                except Exception:
                    logger.exception("supervisor: this round failed; the next one comes in %s s", TICK_SECONDS)
            woken = self._wake.wait(TICK_SECONDS)
            if woken:
                self._wake.clear()

    def stop(self) -> None:
        """End the thread; workers go on."""
        self._stopped = True
        self.wake()
        self.join()

    def wake(self) -> None:
        """Do not wait for the next tick."""
        self._wake.set()

    def tick(self) -> None:
        """One round: take over events, end what is to be ended, launch what waits, fire schedules."""
        self.progress.update_all()
        self._terminate_canceling()
        self._launch_pending()
        fire_due(self._database, self._home)

    def _quiet_until(self) -> str:
        """The time before which nothing is to be done unless somebody wakes us: none while a run has not ended."""
        with self._database.read() as connection:
            if connection.execute(select(runs.c.run_id).where(runs.c.state.not_in(FINAL_STATES)).limit(1)).first():
                return ""
            return next_due(connection) or FOREVER

    def _terminate_canceling(self) -> None:
        """Ending a worker takes seconds, so every run gets a thread for it."""
        self._terminating = {run_id: thread for run_id, thread in self._terminating.items() if thread.is_alive()}
        for run_id in self._runs_in(RuntimeState.CANCELING):
            if run_id not in self._terminating:
                thread = threading.Thread(target=self._terminate, args=(run_id,), name=f"terminate {run_id}", daemon=True)
                self._terminating[run_id] = thread
                thread.start()

    def _terminate(self, run_id: str) -> None:
        self.progress.terminate(run_id)
        self.wake()

    def _launch_pending(self) -> None:
        with self._database.read() as connection:
            active = connection.execute(
                select(func.count()).select_from(runs).where(runs.c.launched, runs.c.state.not_in(FINAL_STATES))
            ).scalar_one()
            waiting = connection.execute(
                select(runs.c.run_id, runs.c.event_offset)
                .where(~runs.c.launched, runs.c.state == RuntimeState.PENDING)
                .order_by(runs.c.created_at)
                .limit(max(0, MAX_ACTIVE_RUNS - active))
            ).all()
        for run_id, offset in waiting:
            self._launch(run_id, offset)

    def _launch(self, run_id: str, offset: int) -> None:
        folder = self.progress.folder / run_id
        try:
            # A server killed right after launching has not noted it: then the worker lives, or has left news.
            if not alive(folder) and not read_events(folder, offset)[0]:
                launch(folder)
        except (EngineError, OSError) as error:
            logger.exception("run %s could not be launched", run_id)
            with self._database.write() as connection:
                set_run_state(connection, run_id, RuntimeState.FAILED, f"The worker could not be started: {error}.")
            return
        with self._database.write() as connection:
            connection.execute(update(runs).where(runs.c.run_id == run_id).values(launched=True))

    def _runs_in(self, state: RuntimeState) -> list[str]:
        with self._database.read() as connection:
            return list(connection.execute(select(runs.c.run_id).where(runs.c.state == state)).scalars())
