"""A disk of a few mebibytes for a process of one's own; it goes with the process."""

import os
import subprocess
from functools import cache
from pathlib import Path

import pytest

MOUNT = 'mount -t tmpfs -o "size=$0" tmpfs "$1" && shift && exec "$@"'


def on_small_disk(folder: Path, mebibytes: int, command: list[str]) -> list[str]:
    """The command that runs `command` with a disk of this size at `folder`, which only it sees.

    Without the permission to mount a test fails in CI and is skipped elsewhere.
    """
    folder.mkdir(parents=True, exist_ok=True)
    problem = _problem()
    if problem:
        reason = f"this machine allows no mounts in a namespace of one's own: {problem}"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    return ["unshare", "--map-root-user", "--mount", "sh", "-c", MOUNT, f"{mebibytes}m", str(folder), *command]


@cache
def _problem() -> str:
    tried = subprocess.run(
        ["unshare", "--map-root-user", "--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True, text=True, check=False
    )
    return tried.stderr.strip() if tried.returncode else ""
