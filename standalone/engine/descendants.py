"""The processes that a run has started, wherever they have gone, and their end."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

import psutil

RUN_MARK = "SWARM_RUN_FOLDER"
TASK_MARK = "SWARM_TASK_ID"
"""Environment variables that every process of a run or step carries, so that those left behind can be found."""

_PATIENCE_SECONDS = 5.0


def kill_marked(folder: Path) -> None:
    """Kill every process of a run whose worker is dead."""
    _kill(psutil.process_iter, lambda process: _variable(process, RUN_MARK) == str(folder))


def kill_left_by(task_id: str) -> None:
    """Kill what a step of this worker has put into sessions of their own and left; the worker, as subreaper, is their ancestor."""
    _kill(_below_this, lambda process: _variable(process, TASK_MARK) == task_id)


def kill_all() -> None:
    """Kill everything below this worker."""
    _kill(_below_this, lambda _: True)


def kill_tree(worker: psutil.Process) -> None:
    """Kill a worker that does not listen, with everything below it."""
    with suppress(psutil.NoSuchProcess):
        worker.suspend()
        tree = [*worker.children(recursive=True), worker]
        _kill(lambda: tree, lambda _: True)


def _kill(processes: Callable[[], Iterable[psutil.Process]], chosen: Callable[[psutil.Process], bool]) -> None:
    """Kill the chosen processes, and again those that they have started meanwhile."""
    while found := [process for process in processes() if _lives(process) and chosen(process)]:
        for process in found:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(found, timeout=_PATIENCE_SECONDS)


def _below_this() -> list[psutil.Process]:
    return psutil.Process().children(recursive=True)


def _variable(process: psutil.Process, name: str) -> str | None:
    try:
        return process.environ().get(name)
    except psutil.Error:
        return None


def _lives(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False
