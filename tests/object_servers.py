"""Real S3 servers for the tests; CI has them all."""

import os
from functools import partial
from pathlib import Path

import pytest

from evals.object_server import ObjectServer, program
from tests.small_disk import on_small_disk


def server(name: str, folder: Path, mebibytes: int | None = None) -> ObjectServer:
    """A server of this kind, not yet started, on a disk of its own if that has a size.

    Without its program the test fails in CI and is skipped elsewhere.
    """
    path = program(name)
    if path is None:
        reason = f"no `{name}` on this machine: `make {name}` builds it"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    wrap = partial(on_small_disk, folder / "data", mebibytes) if mebibytes else list
    return ObjectServer(name, folder, path, wrap)
