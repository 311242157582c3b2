"""Kills the pipeline server, a worker, or both at random moments, and then looks whether every run tells the truth.

`python -m evals.chaos --times 50` prints what was killed and how the runs ended; it exits with 1 when a run was lost, is stuck, or
says that it succeeded although a step of it did not.
"""

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import psutil
from rich.console import Console

from evals.bench_pipelines import PARALLEL, compile_all
from standalone.engine import alive
from standalone.engine.contract import LOCK_FILE
from standalone.platform import ensure_server, lock_file, stop_server
from tools.kfp.client import Kfp
from tools.kfp.model import Run
from tools.kfp.settings import KfpSettings

PATIENCE = 30.0
"""Seconds within which a run has to end after the last kill."""


def main() -> int:
    """Kill and look."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=50)
    parser.add_argument("--seed", type=int, default=time.time_ns() % 10**6)
    options = parser.parse_args()
    dice = random.Random(options.seed)  # noqa: S311 - moments and victims, no secrets
    console = Console()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        package = compile_all(Path(folder))[PARALLEL]
        kfp = Kfp(lambda: _connect(home))
        pipeline = kfp.upload(package, PARALLEL)
        version = kfp.latest_version(pipeline)
        killed: Counter[str] = Counter()
        runs = []
        try:
            for number in range(options.times):
                run = kfp.create_run(f"chaos-{number}", version, {})
                runs.append(run.id)
                time.sleep(dice.uniform(0, 1.8))
                victim = dice.choice(["server", "worker", "both"])
                killed[victim] += 1
                _kill(home, run.id, victim)
                _connect(home)
            ended = [_ended(kfp, run_id) for run_id in runs]
            listed = kfp.runs(limit=100)[1]
        finally:
            kfp.close()
            stop_server(home)
    wrong = [problem for run in ended if (problem := _untrue(run))]
    if listed != len(runs):
        wrong.append(f"{len(runs)} runs were accepted, {listed} are listed")
    states = Counter(run.state for run in ended)
    console.print(f"seed {options.seed}; killed: {dict(killed)}; runs: {dict(states)}; wrong: {wrong or 'none'}", highlight=False)
    return 1 if wrong else 0


def _connect(home: Path) -> KfpSettings:
    address = ensure_server(home)
    return KfpSettings.model_validate({"endpoint": address.url, "token": address.token})


def _kill(home: Path, run_id: str, victim: str) -> None:
    """SIGKILL to the server, the run's worker, or both; what is already gone is left."""
    pids = []
    if victim in ("server", "both"):
        pids.append(int(lock_file(home).read_text()))
    if victim in ("worker", "both"):
        folder = home / "runs" / run_id
        if alive(folder) and (worker := (folder / LOCK_FILE).read_text()):
            pids.append(int(worker))
    for pid in pids:
        if psutil.pid_exists(pid):
            psutil.Process(pid).kill()


def _ended(kfp: Kfp, run_id: str) -> Run:
    deadline = time.monotonic() + PATIENCE
    run = kfp.run(run_id)
    while not run.done and time.monotonic() < deadline:
        time.sleep(0.1)
        run = kfp.run(run_id)
    return run


def _untrue(run: Run) -> str:
    """What is wrong with how a run says it ended; empty when nothing is."""
    steps = [t.state for t in run.tasks]
    if not run.done:
        return f"{run.name} is stuck in {run.state}"
    if run.state == "succeeded" and (not steps or any(s != "succeeded" for s in steps)):
        return f"{run.name} says succeeded, its steps say {steps}"
    if run.state == "failed" and (not run.error or "running" in steps):
        return f"{run.name} failed, with error {run.error!r} and steps {steps}"
    return ""


if __name__ == "__main__":
    sys.exit(main())
