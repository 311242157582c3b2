"""What a step may see and use: a scrubbed environment, limits, and only its own files where the kernel offers Landlock."""

import math
import os
import random
import re
import resource
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from standalone.engine import landlock
from standalone.engine.contract import EngineError

_PASSED = ("LANG", "LANGUAGE", "TZ", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE")
_PROXIES = ("http_proxy", "https_proxy", "no_proxy", "all_proxy")
_SYSTEM = (
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/etc",
    "/opt",
    "/System",
    "/Library",
    "/sys/devices/system",
    "/sys/fs/cgroup",
)
_PROC = ("cpuinfo", "meminfo", "stat", "loadavg", "uptime", "version", "filesystems", "sys")
_WRITABLE = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/shm", "/dev/tty")  # noqa: S108 - rules, not temporary files
_CORES = re.compile(r"(?P<number>\d+(\.\d+)?)(?P<milli>m?)")
_QUANTITY = re.compile(r"(?P<number>\d+(?:\.\d+)?(?:e\d+)?)(?P<unit>[kMGTPE]|[KMGTPE]i|)")
_UNITS = (
    {"": 1}
    | {unit: 1000**power for power, unit in enumerate("kMGTPE", 1)}
    | {f"{unit}i": 1024**power for power, unit in enumerate("KMGTPE", 1)}
)
_PR_SET_PDEATHSIG = 1
_SIGKILL = 9


def environment(python: Path, scratch: Path, own: dict[str, str]) -> dict[str, str]:
    """The environment of a step: what programs need to run, what the component sets itself, and nothing else."""
    passed = {key: value for key, value in os.environ.items() if key in _PASSED or key.startswith("LC_") or key.lower() in _PROXIES}
    path = os.pathsep.join([str(python.parent), os.environ.get("PATH", os.defpath)])
    place = {"PATH": path, "HOME": str(scratch), "TMPDIR": str(scratch), "PYTHONUNBUFFERED": "1", "_KFP_RUNTIME": "true"}
    return passed | place | own


def readable(python: Path) -> list[Path]:
    """What every step may read: the system and the interpreters."""
    prefixes = [
        sys.prefix,
        sys.base_prefix,
        sys.exec_prefix,
        *(entry for entry in sys.path if "site-packages" in entry),
        str(python.parents[1]),
    ]
    return [Path(path) for path in (*_SYSTEM, *prefixes, *(f"/proc/{name}" for name in _PROC))]


@dataclass(frozen=True)
class Limits:
    """What a step's processes may use: bytes of address space each, and how many processor cores together."""

    memory_bytes: int | None = None
    cores: int | None = None


@contextmanager
def rules(reads: Iterable[Path], writes: Iterable[Path]) -> Iterator[landlock.Ruleset | None]:
    """The access rules of a step, made before its process, which then has nothing to do but a few system calls."""
    ruleset = landlock.ruleset(reads, [*writes, *(Path(path) for path in _WRITABLE)])
    try:
        yield ruleset
    finally:
        if ruleset is not None:
            ruleset.close()


def entrance(rules: landlock.Ruleset | None, limits: Limits, enter_tmp: Callable[[], None]) -> Callable[[], None]:
    """A function for a new process to call before it becomes the step; `enter_tmp` gives it its own `/tmp`."""
    cores = _chosen_cores(limits.cores)

    def enter() -> None:
        # First: the rules forbid mounts, and a new user namespace forgets the signal.
        enter_tmp()
        if sys.platform == "linux":
            landlock.prctl(_PR_SET_PDEATHSIG, _SIGKILL)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if cores is not None:
            os.sched_setaffinity(0, cores)
        if limits.memory_bytes is not None:
            resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
        if rules is not None:
            rules.enter()

    return enter


def parse_bytes(quantity: str) -> int:
    """A Kubernetes quantity of memory, such as `512Mi` or `1.5G`, in bytes; raises EngineError for anything else."""
    match = _QUANTITY.fullmatch(quantity.strip())
    if match is None:
        raise EngineError(f"'{quantity}' is not an amount of memory. Write it like 512Mi or 2G.")
    return int(float(match["number"]) * _UNITS[match["unit"]])


def parse_cores(quantity: str) -> int:
    """A Kubernetes quantity of processor cores, such as `500m` or `1.5`, rounded up; raises EngineError for anything else."""
    match = _CORES.fullmatch(quantity.strip())
    wanted = float(match["number"]) / (1000 if match["milli"] else 1) if match else 0.0
    if not wanted:
        raise EngineError(f"'{quantity}' is not an amount of processor. Write it like 500m or 2.")
    return math.ceil(wanted)


def _chosen_cores(wanted: int | None) -> set[int] | None:
    """As many cores as are wanted of those that this process has, another choice each time; None for all of them."""
    if wanted is None or not hasattr(os, "sched_setaffinity"):
        return None
    there = sorted(os.sched_getaffinity(0))
    return set(random.sample(there, wanted)) if wanted < len(there) else None
