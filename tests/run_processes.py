"""The processes of a run of the standalone platform."""

from contextlib import suppress
from pathlib import Path

import psutil


def run_processes(folder: Path) -> list[psutil.Process]:
    """The worker of the run in this folder, known by its number in the lock, and everything that is marked as the run's."""
    lock = folder / "lock"
    found, worker = [], lock.read_text() if lock.exists() else ""
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.status() == psutil.STATUS_ZOMBIE:
                continue
            works = str(process.pid) == worker and "standalone.engine.worker" in process.cmdline()
            if works or process.environ().get("SWARM_RUN_FOLDER") == str(folder):
                found.append(process)
    return found
