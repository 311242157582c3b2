"""The worker process: executes the run in a folder from beginning to end. Started by `launch` only."""

import asyncio
import fcntl
import logging
import os
import shutil
import signal
import sys
from pathlib import Path

from pydantic import ValidationError

from standalone.engine import configuration, descendants, graph, landlock, private_tmp
from standalone.engine.contract import LOCK_FILE, REQUEST_FILE, TMP_FOLDER, EngineError, Failure, RunEvent, RunRequest, State
from standalone.engine.journal import Journal
from standalone.engine.process import TERMINATED
from standalone.engine.run import Run
from standalone.engine.support import check

_log = logging.getLogger("engine")
_PR_SET_CHILD_SUBREAPER = 36


def main(arguments: list[str]) -> None:
    """Execute the run in the folder that is the first argument; the second is the descriptor of the lock, when inherited."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    folder = Path(arguments[0]).resolve()
    # The descriptor stays open, and the lock held, until this process is gone.
    lock = int(arguments[1]) if len(arguments) > 1 else os.open(folder / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
    os.set_inheritable(lock, False)
    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    os.ftruncate(lock, 0)
    os.pwrite(lock, str(os.getpid()).encode(), 0)
    if sys.platform == "linux":
        # What a step leaves behind becomes a child of this process, which can then end it.
        landlock.prctl(_PR_SET_CHILD_SUBREAPER, 1)
    journal = Journal(folder)
    end = _execute(folder, journal)
    descendants.kill_all()
    shutil.rmtree(folder / TMP_FOLDER, ignore_errors=True)
    journal.end(end)


def _execute(folder: Path, journal: Journal) -> RunEvent:
    journal.run(RunEvent(state=State.RUNNING))
    try:
        request = RunRequest.model_validate_json((folder / REQUEST_FILE).read_bytes())
        if problems := check(request.pipeline_spec, request.platform_spec):
            return _failed(" ".join(problems))
        return asyncio.run(_run(Run(folder, request, journal)))
    except FileNotFoundError:
        return _failed(f"The run has no request: {REQUEST_FILE} is missing in {folder}.")
    except ValidationError as error:
        return _failed(f"The run's request is not valid: {error.errors()[0]['loc']}: {error.errors()[0]['msg']}.")
    except EngineError as error:
        return _failed(str(error))
    except asyncio.CancelledError:
        return RunEvent(state=State.FAILED, error=TERMINATED)
    except Exception as error:  # noqa: BLE001 - the boundary: the run must end with an event, and the log keeps the cause
        _log.exception("The engine failed")
        return _failed(f"The engine itself failed with {type(error).__name__}; the cause is in {folder.name}/worker.log.")


async def _run(run: Run) -> RunEvent:
    if not landlock.version():
        _log.warning("This kernel offers no Landlock: steps can read every file that this user can.")
    if not private_tmp.available():
        _log.warning("This system gives no mount namespaces: steps cannot have a /tmp of their own.")
    main_task = asyncio.current_task()
    if main_task is not None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, main_task.cancel)
    seconds = configuration.deadline_seconds(run.request.platform_spec)
    try:
        async with asyncio.timeout(seconds):
            outcome = await graph.execute(run)
    except TimeoutError:
        return _failed(f"The run did not end within {seconds:g} seconds, the deadline that its pipeline sets.")
    if outcome.state is State.SUCCEEDED:
        return RunEvent(state=State.SUCCEEDED)
    return _failed(outcome.message)


def _failed(message: str) -> RunEvent:
    return RunEvent(state=State.FAILED, error=Failure(message=message))


if __name__ == "__main__":
    main(sys.argv[1:])
