"""The process of a real ML Metadata store, for tests; `make servers` makes its environment."""

import base64
import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

ENVIRONMENT = Path(__file__).parents[3] / "build" / "ml-metadata"
PYTHON = ENVIRONMENT / "bin" / "python"


class Mlmd:
    """The store: what a service's method answers, byte for byte, and runs recorded as a cluster records them."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def call(self, method: str, body: bytes) -> tuple[int, str, bytes]:
        """gRPC status, message and answer of a method."""
        answer = self._ask(call=method, body=base64.b64encode(body).decode())
        return answer["status"], answer["message"], base64.b64decode(answer["body"])

    def record(self, run: dict[str, Any]) -> dict[str, int]:
        """Write a run; the ids of its executions by key."""
        return dict(self._ask(record=run))

    def _ask(self, **asked: Any) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())


@contextmanager
def opened_mlmd() -> Iterator[Mlmd]:
    """A fresh store."""
    if not (ENVIRONMENT / ".ready").is_file():
        told = "ML Metadata is not there; `make servers` makes its environment"
        if os.environ.get("CI"):
            pytest.fail(told)
        pytest.skip(told)
    script = Path(__file__).with_name("mlmd_store.py")
    environment = {"PATH": os.environ["PATH"], "PYTHONWARNINGS": "ignore"}
    process = subprocess.Popen([PYTHON, script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)
    try:
        yield Mlmd(process)
    finally:
        process.stdin.close()  # type: ignore[union-attr]
        process.wait()
