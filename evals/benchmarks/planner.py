"""What a decision of the built-in planner costs, with many tools and names, beside a look-up of the same words in the vectors alone."""

import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence

from agents.registry import find_agents
from evals.measurement import Measurement, seconds
from evals.planner.data import tools_of
from knowledge.embeddings import WordLlamaEmbedding
from swarm.planner.planner import Planner
from swarm.planner.references import Memory
from tools.tool import Entry

TOOLS = 60
NAMES = 2000
EVERY = 8
"""One example of so many is said."""
_LOAD = """
import re, time
from pathlib import Path
import numpy, pydantic, langchain_core.tools, rapidfuzz, tools.tool, agents.registry, knowledge.embeddings
from evals.planner.data import tools_of
from evals.benchmarks.planner import NAMES, Names

def peak():
    return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text()).group(1)) / 1024

views, names = tools_of(agents.registry.find_agents()), Names(NAMES)
before, started, work = peak(), time.perf_counter(), time.process_time()
from swarm.planner.planner import Planner
from swarm.planner.references import Memory
planner = Planner(views, names, knowledge.embeddings.WordLlamaEmbedding())
planner.act("run it", Memory())
print(time.perf_counter() - started, time.process_time() - work, peak() - before)
"""
"""Loads the planner into a process that has the tools and the libraries; prints seconds, seconds of work, and MB at the peak."""


class Names:
    """A catalogue of made-up names, as many as the benchmark asks for."""

    def __init__(self, number: int = 0) -> None:
        words = "amber birch cedar delta ember falcon glacier harbor indigo jasmine kestrel lagoon maple nectar onyx pebble".split()
        names = [f"{words[n % 16]}-{words[n // 16 % 16]}-{n}" for n in range(number)]
        self._known = {kind: [Entry(kind, f"{kind}-{name}") for name in names[place::4]] for place, kind in enumerate(self.kinds)}

    @property
    def kinds(self) -> list[str]:
        """Four kinds share the names."""
        return ["pipeline", "run", "bucket", "experiment"]

    def entries(self, kind: str) -> Sequence[Entry]:
        """The names of a kind."""
        return self._known.get(kind, [])


def measure() -> Iterator[Measurement]:
    """Time of a decision (median and 95th percentile), of loading, and memory above what was loaded before."""
    views = (tools_of(find_agents()) * 2)[:TOOLS]
    embedding = WordLlamaEmbedding()
    planner = Planner(views, Names(NAMES), embedding)
    examples = [example for view in tools_of(find_agents()) for example in view.examples[::EVERY]]
    said = [one.replace("{run}", "run-amber-birch-17").replace("{pipeline}", "pipeline cedar delta 50") for one in examples]
    vector, _ = seconds(lambda: [embedding.embed([text]) for text in said])
    times = sorted(_decision(planner, text) for text in said for _ in range(2))[: len(said) * 2]
    per = vector / len(said) * 1000
    baseline = "its words as a vector"
    median = statistics.median(times) * 1000
    yield Measurement(name="planner.decision_p50", value=median, unit="ms", baseline=baseline, baseline_value=per)
    yield Measurement(
        name="planner.decision_p95", value=times[int(len(times) * 0.95)] * 1000, unit="ms", baseline=baseline, baseline_value=per, target=15
    )
    printed = subprocess.run([sys.executable, "-c", _LOAD], capture_output=True, text=True, check=True).stdout.split()
    yield Measurement(name="planner.load", value=float(printed[0]), unit="s", target=0.4)
    yield Measurement(name="planner.load_work", value=float(printed[1]), unit="s")
    yield Measurement(name="planner.memory", value=float(printed[2]), unit="MB", target=120)


def _decision(planner: Planner, text: str) -> float:
    started = time.perf_counter()
    for step in planner.steps(text):
        planner.act(step, Memory())
    return time.perf_counter() - started
