"""The pipeline engine beside the SDK's local runner: what a step costs, and how much runs at once.

The engine's figures are the time from the run's first event to its last, so that the start of the worker stands apart (`engine.start`:
from the request to the first step). The local runner is timed in a fresh process around the call of the pipeline; it installs the SDK
anew for every step unless it is told not to, so its packages are stripped of that (`install_kfp_package` off).
"""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from evals.bench_pipelines import EMPTY, LOOP, PARALLEL, compile_all
from evals.measurement import Measurement
from standalone.platform import ensure_server, stop_server
from tools.kfp.client import Kfp
from tools.kfp.model import Run
from tools.kfp.settings import KfpSettings

REPEAT = 3
TARGETS = {EMPTY: ("engine.task_overhead", 0.15), PARALLEL: ("engine.parallel_4x1s", 1.6), LOOP: ("engine.loop_8x1s", 4.8)}
LOCAL = """
import sys, time, re, tempfile
from kfp import components, local
text = re.sub(r"python3 -m pip install.*?&& ", "", open(sys.argv[1]).read(), flags=re.S)
local.init(local.SubprocessRunner(use_venv=False), pipeline_root=tempfile.mkdtemp())
pipeline = components.load_component_from_text(text)
started = time.perf_counter()
pipeline()
print("took", time.perf_counter() - started)
"""


def measure() -> Iterator[Measurement]:
    """Overhead of a step, four steps at once, a loop of eight."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        packages = compile_all(home)
        address = ensure_server(home / "home")
        settings = KfpSettings.model_validate({"endpoint": address.url, "token": address.token})
        kfp = Kfp(lambda: settings)
        starts: list[float] = []
        try:
            for name, package in packages.items():
                figure, target = TARGETS[name]
                pipeline = kfp.upload(package, name)
                times = []
                for number in range(REPEAT + 1):
                    start, took = _run(kfp, kfp.create_run(f"{name}-{number}", kfp.latest_version(pipeline), {}))
                    if number:
                        starts.append(start)
                        times.append(took)
                steps = 5 if name == EMPTY else 1
                yield Measurement(
                    name=figure,
                    value=statistics.median(times) / steps,
                    unit="s",
                    spread=(max(times) - min(times)) / 2 / steps,
                    baseline="kfp.local",
                    baseline_value=_local(package) / steps,
                    target=target,
                )
            spread = (max(starts) - min(starts)) / 2
            yield Measurement(name="engine.start", value=statistics.median(starts), unit="s", spread=spread)
        finally:
            kfp.close()
            stop_server(home / "home")


def _run(kfp: Kfp, run: Run) -> tuple[float, float]:
    """Seconds until the first step began, and from then to the end."""
    while not run.done:
        time.sleep(0.05)
        run = kfp.run(run.id)
    if run.state != "succeeded" or run.created is None:
        raise RuntimeError(f"{run.name} {run.state}: {run.error}")
    begun = [t.started for t in run.tasks if t.started]
    ended = [t.ended for t in run.tasks if t.ended]
    return (min(begun) - run.created).total_seconds(), (max(ended) - min(begun)).total_seconds()


def _local(package: Path) -> float:
    """Seconds that the SDK's local runner takes."""
    done = subprocess.run([sys.executable, "-c", LOCAL, str(package)], capture_output=True, text=True, check=True)
    return float(done.stdout.rsplit("took", 1)[1])
