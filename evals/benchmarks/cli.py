"""How long the command takes from Enter to answer, beside an interpreter that does nothing."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from evals.measurement import Measurement, seconds
from standalone.platform import stop_server

SWARM = str(Path(sys.executable).parent / "swarm")


def measure() -> Iterator[Measurement]:
    """`swarm --help` and `swarm ask` with the built-in planner on a running platform."""
    bare, _ = seconds(lambda: _run([sys.executable, "-c", "pass"], {}))
    with tempfile.TemporaryDirectory() as folder:
        home = {"SWARM_HOME": folder}
        help_, spread = seconds(lambda: _run([SWARM, "--help"], home))
        yield Measurement(name="cli.help", value=help_, unit="s", spread=spread, baseline="python -c pass", baseline_value=bare, target=0.5)
        try:
            ask, spread = seconds(lambda: _run([SWARM, "ask", "which buckets are there?", "--json"], home), warm_up=2)
            yield Measurement(
                name="cli.ask", value=ask, unit="s", spread=spread, baseline="python -c pass", baseline_value=bare, target=4.0
            )
        finally:
            stop_server(Path(folder))


def _run(command: list[str], environment: dict[str, str]) -> None:
    subprocess.run(command, env={**os.environ, **environment}, stdout=subprocess.DEVNULL, check=True)
