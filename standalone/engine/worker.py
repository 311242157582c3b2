"""The worker process: executes the run in a folder from beginning to end. Forked for `launch` only."""

import asyncio
import logging
import os
import shutil
import signal
import sys
from pathlib import Path

from pydantic import ValidationError

from standalone.engine import configuration, descendants, forkserver, graph, ir, landlock, private_tmp
from standalone.engine.contract import REQUEST_FILE, TMP_FOLDER, EngineError, Failure, RunEvent, RunRequest, State
from standalone.engine.journal import Journal
from standalone.engine.process import TERMINATED
from standalone.engine.run import Run
from standalone.engine.support import check

_log = logging.getLogger("engine")
_PR_SET_CHILD_SUBREAPER = 36


def main() -> None:
    """Serve as what workers are forked from; each executes the run that it is given."""
    ir.messages()
    if assignment := forkserver.serve():
        _work(assignment.folder, assignment.lock)
        os._exit(0)  # without tidying up what it shares with the forkserver, which takes longer than its own start


def _work(folder: Path, lock: int) -> None:
    """Execute the run; the descriptor stays open, and the lock held, until this process is gone."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
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
    main()
