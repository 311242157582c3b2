"""The worker process of a run, seen from outside: start it, ask whether it lives, end it with everything it started."""

import fcntl
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from standalone.engine import descendants
from standalone.engine.contract import LOCK_FILE, WORKER_LOG, EngineError, Failure, RunActiveError, RunEvent, State
from standalone.engine.forkserver import Assignment, Forkserver
from standalone.engine.journal import Journal

TERMINATED = Failure(message="terminated")

_GRACE_SECONDS = 5.0
_PASSED = (
    "PATH",
    "HOME",
    "LANG",
    "LANGUAGE",
    "TZ",
    "USER",
    "LOGNAME",
    "VIRTUAL_ENV",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "REQUESTS_CA_BUNDLE",
)
_PASSED_PREFIXES = ("LC_", "PIP_", "XDG_", "COVERAGE_")
_PROXIES = ("http_proxy", "https_proxy", "no_proxy", "all_proxy")
_forkserver = Forkserver()


def launch(folder: Path) -> None:
    """Start the detached worker of the run in this folder; on a run that ended, resume it.

    Raises RunActiveError while an earlier worker lives. The worker inherits the lock, so `alive` is true when this returns.
    """
    folder = folder.resolve()
    with _locked(folder) as lock:
        descendants.kill_marked(folder)
        with (folder / WORKER_LOG).open("ab") as log:
            _forkserver.fork(Assignment(folder, lock, log.fileno(), _environment()))


def alive(folder: Path) -> bool:
    """Whether the run has a living worker."""
    try:
        with (folder / LOCK_FILE).open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def terminate(folder: Path) -> None:
    """End the run and every process it started; returns when none is left.

    The worker is asked first and gets five seconds to record the end. In any case the journal then ends with FAILED, `terminated`.
    """
    folder = folder.resolve()
    worker = _worker(folder)
    if worker:
        with suppress(psutil.NoSuchProcess):
            worker.send_signal(signal.SIGTERM)
        _wait_until(lambda: not alive(folder), _GRACE_SECONDS)
        if alive(folder):
            descendants.kill_tree(worker)
    descendants.kill_marked(folder)
    with _locked(folder):
        _close_journal(folder)


def _close_journal(folder: Path) -> None:
    journal = Journal(folder)
    if journal.state not in (State.SUCCEEDED, State.FAILED):
        journal.end(RunEvent(state=State.FAILED, error=TERMINATED))
    journal.close()


def _environment() -> dict[str, str]:
    passed = {
        key: value for key, value in os.environ.items() if key in _PASSED or key.startswith(_PASSED_PREFIXES) or key.lower() in _PROXIES
    }
    # _KFP_RUNTIME spares the worker the SDK's compiler; the path lets it import this package wherever the caller found it.
    return passed | {"_KFP_RUNTIME": "true", "PYTHONPATH": str(Path(__file__).parents[2])}


@contextmanager
def _locked(folder: Path) -> Iterator[int]:
    descriptor = os.open(folder / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        # `alive` holds the lock for an instant, which must not look like a worker.
        if not _wait_until(lambda: _try_lock(descriptor), 0.2):
            raise RunActiveError(f"The run in {folder.name} already has a worker. Wait for its end, or terminate it first.")
        # The number of a dead worker may by now belong to somebody else's process.
        os.ftruncate(descriptor, 0)
        yield descriptor
    finally:
        os.close(descriptor)


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not (met := condition()) and time.monotonic() < deadline:
        time.sleep(0.01)
    return met


def _worker(folder: Path) -> psutil.Process | None:
    """The living worker; its number is valid because only a living worker holds the lock."""
    if not alive(folder):
        return None
    deadline = time.monotonic() + _GRACE_SECONDS
    while alive(folder) and time.monotonic() < deadline:
        text = (folder / LOCK_FILE).read_text()
        with suppress(ValueError, psutil.NoSuchProcess):
            return psutil.Process(int(text))
        time.sleep(0.01)
    if not alive(folder):
        return None
    raise EngineError(
        f"The worker of {folder.name} cannot be found although its lock is held. Look for the process that has {folder / LOCK_FILE} open."
    )
