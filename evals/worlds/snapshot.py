"""How a home was, and the way back, in a fraction of a second and with its server running.

Files are mirrored; the server's database is written over by SQLite's own backup, which is one transaction for the server; runs that
ended since are started again from the journal they had.
"""

import errno
import shutil
import sqlite3
import time
from collections.abc import Collection
from contextlib import closing, suppress
from pathlib import Path

from evals.errors import EvalError
from standalone.engine import State, alive, launch, read_events
from standalone.server.app import DATABASE_FILE
from tools.kfp.client import Kfp
from tools.kfp.connection import RefusedError

_FOLDERS = ("buckets", "runs", "lexical", "chroma")
_FILES = ("knowledge.db", "knowledge.db-wal", "knowledge.db-shm")
_DEADLINE = 30.0
_ATTEMPTS = 3
_SETTLE = 0.7
"""Seconds after which the server, which looks after runs every half second, is done with the processes of one that it has ended."""


class Snapshot:
    """What a home and a folder of files hold at one moment."""

    def __init__(self, home: Path, local: Path, place: Path) -> None:
        self._home = home
        self._pairs = [(home / name, place / name) for name in (*_FOLDERS, *_FILES)] + [(local, place / "files")]
        self._place = place
        self._living: set[str] = set()

    def take(self, kfp: Kfp) -> None:
        """Keep how everything is now. Runs under way must stand still."""
        self._place.mkdir()
        self._living = {run.id for run in kfp.runs(limit=100)[0] if not run.done}
        for here, kept in self._pairs:
            mirror(here, kept)
        _copy_database(self._home / DATABASE_FILE, self._place / DATABASE_FILE)

    def restore(self, kfp: Kfp) -> None:
        """Make everything as it was.

        Raises:
            EvalError: a run that was started since does not end, or one that has ended cannot be started again.
        """
        for _ in range(_ATTEMPTS):
            going = self._end_runs(kfp)
            runs = [self._home / "runs" / run_id for run_id in self._living]
            undisturbed = {folder for folder in runs if folder.name in going}
            if len(undisturbed) < len(runs):
                time.sleep(_SETTLE)
            for here, kept in self._pairs:
                mirror(kept, here, undisturbed)
            for folder in runs:
                if folder not in undisturbed:
                    _relaunch(folder)
            _copy_database(self._place / DATABASE_FILE, self._home / DATABASE_FILE)
            if all(alive(folder) for folder in runs):
                return
        raise EvalError("a run of the world cannot be kept going.")

    def _end_runs(self, kfp: Kfp) -> set[str]:
        """End every run but those that were under way then and still are; the ids of these."""
        deadline = time.monotonic() + _DEADLINE
        while time.monotonic() < deadline:
            going = [run for run in kfp.runs(limit=100)[0] if not run.done]
            others = [run for run in going if run.id not in self._living or run.state == "canceling"]
            if not others:
                return {run.id for run in going}
            for run in others:
                if run.state != "canceling":
                    with suppress(RefusedError):  # it has just ended by itself
                        kfp.terminate_run(run)
            time.sleep(0.05)
        raise EvalError(f"run {others[0].name!r} does not end, so the world cannot be reset.")


def _relaunch(folder: Path) -> None:
    """Start the run's worker again and see it work on a step: who has ended the earlier one may still be about its processes.

    Raises:
        EvalError: no worker lasts.
    """
    deadline = time.monotonic() + _DEADLINE
    while time.monotonic() < deadline:
        seen = read_events(folder, 0)[1]
        launch(folder)
        while alive(folder) and time.monotonic() < deadline:
            tasks = [event.task for event in read_events(folder, seen)[0] if event.task]
            if any(task.parent_task_id and task.state is State.RUNNING for task in tasks):
                return
            time.sleep(0.02)
    raise EvalError(f"the run in {folder} cannot be started again.")


def mirror(source: Path, target: Path, undisturbed: Collection[Path] = ()) -> None:
    """Make the target hold exactly what the source holds; what is the same already, or is to be left alone, is not touched."""
    if target in undisturbed:
        return
    if not source.is_dir():
        if source.is_file():
            _copy(source, target)
        else:
            _remove(target)
        return
    if not target.is_dir():
        _remove(target)
        shutil.copytree(source, target, symlinks=True)
        return
    wanted = {entry.name: entry for entry in source.iterdir()}
    for entry in target.iterdir():
        if entry.name not in wanted:
            _remove(entry)
    for name, entry in wanted.items():
        mirror(entry, target / name, undisturbed)
    shutil.copystat(source, target)


def _copy(source: Path, target: Path) -> None:
    if target.is_file():
        there, here = target.stat(), source.stat()
        if (there.st_size, there.st_mtime_ns) == (here.st_size, here.st_mtime_ns):
            return
    _remove(target)
    shutil.copy2(source, target)


def _remove(path: Path) -> None:
    """Remove a file, or a folder with what a run that is just ending still writes into it."""
    if not path.is_dir() or path.is_symlink():
        path.unlink(missing_ok=True)
        return
    for left in reversed(range(_ATTEMPTS)):
        try:
            shutil.rmtree(path)
            return
        except OSError as error:
            if error.errno != errno.ENOTEMPTY or not left:
                raise


def _copy_database(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as one, closing(sqlite3.connect(target, timeout=_DEADLINE)) as other:
        one.backup(other)
