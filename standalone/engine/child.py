"""A child process of the worker: started confined, bounded in time, and gone with everything in its group when the worker lets go."""

import asyncio
import os
import signal
import subprocess
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from standalone.engine.contract import EngineError
from standalone.engine.descendants import TASK_MARK, kill_left_by

_TAIL_BYTES = 8192


@dataclass(frozen=True)
class Exit:
    """How a process ended; `seconds` is the time limit when it was the reason."""

    code: int
    seconds: float | None = None

    @property
    def failed(self) -> bool:
        """Whether it ended other than by exit status 0."""
        return self.code != 0

    def describe(self, log: Path) -> str:
        """Why it failed, in a sentence with the last thing it said."""
        if self.seconds is not None:
            return f"Stopped after {self.seconds:g} seconds, the time limit of a step."
        how = f"exit code {self.code}" if self.code > 0 else f"signal {signal.Signals(-self.code).name}"
        said = last_line(log)
        return f"Failed with {how}: {said}" if said else f"Failed with {how}."


async def run_process(
    arguments: list[str],
    *,
    environment: dict[str, str],
    folder: Path,
    output: BinaryIO,
    enter: Callable[[], None] | None = None,
    seconds: float | None = None,
) -> Exit:
    """Run a process in its own session and wait for its end; when cancelled or out of time, kill its group.

    Raises EngineError when it cannot be started.
    """
    try:
        process = await asyncio.create_subprocess_exec(
            *arguments,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=environment,
            cwd=folder,
            start_new_session=True,
            preexec_fn=enter,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise EngineError(f"The process could not be started: {error}.") from None
    try:
        async with asyncio.timeout(seconds):
            return Exit(await process.wait())
    except TimeoutError:
        return Exit(-signal.SIGKILL, seconds)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
        if TASK_MARK in environment:
            kill_left_by(environment[TASK_MARK])


def last_line(log: Path) -> str:
    """The last line of a log that says something; empty when there is none."""
    with log.open("rb") as file:
        file.seek(max(file.seek(0, os.SEEK_END) - _TAIL_BYTES, 0))
        lines = file.read().decode(errors="replace").splitlines()
    return next((line.strip() for line in reversed(lines) if line.strip()), "")
