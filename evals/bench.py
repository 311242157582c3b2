"""`make bench`: every benchmark, as a table and as build/bench.json. Arguments narrow it to some subjects: `python -m evals.bench cli`."""

import importlib
import json
import logging
import pkgutil
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from rich.console import Console
from rich.table import Table

import evals.benchmarks
from evals.measurement import Measurement

REPORT = Path("build/bench.json")
log = logging.getLogger(__name__)


def main(subjects: list[str]) -> int:
    """Run the benchmarks of these subjects (all without any); 1 when a target is missed or a benchmark breaks off. The others go on."""
    names = [info.name for info in pkgutil.iter_modules(evals.benchmarks.__path__)]
    unknown = set(subjects) - set(names)
    if unknown:
        raise SystemExit(f"no benchmark {', '.join(sorted(unknown))}; there are {', '.join(names)}")
    found: list[Measurement] = []
    broken: list[str] = []
    # A subject has a process of its own: neither the memory of those before it nor what they have imported counts.
    with ProcessPoolExecutor(1, get_context("spawn"), max_tasks_per_child=1) as process:
        for name in subjects or names:
            try:
                found += process.submit(_measured, name).result()
            except Exception:
                log.exception("the benchmark %s broke off", name)
                broken.append(name)
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(json.dumps([m.model_dump() for m in found], indent=2) + "\n")
    Console(width=130).print(_table(found))
    return 1 if broken or any(m.ok is False for m in found) else 0


def _measured(subject: str) -> list[Measurement]:
    return list(importlib.import_module(f"evals.benchmarks.{subject}").measure())


def _table(found: list[Measurement]) -> Table:
    table = Table("figure", "value", "±", "baseline", "its value", "ratio", "target", "met")
    for m in found:
        bound = "" if m.target is None else f"{'≤' if m.better == 'less' else '≥'} {m.target:g}{' (ratio)' if m.of == 'ratio' else ''}"
        baseline = "" if m.baseline_value is None else f"{m.baseline_value:.4g} {m.unit}"
        ratio = "" if m.ratio is None else f"{m.ratio:.3g}" if m.ratio_spread is None else f"{m.ratio:.3g} ± {m.ratio_spread:.2g}"
        met = {True: "yes", False: "NO", None: ""}[m.ok]
        table.add_row(m.name, f"{m.value:.4g} {m.unit}", f"{m.spread:.2g}", m.baseline, baseline, ratio, bound, met)
    return table


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
