"""Objects: whole files up and down, and first pages of a large bucket.

What we do stands beside the bare `minio` SDK on the same real server in the same run. Transfers are measured in pairs, whose order
alternates, and each begins when the disk has nothing left to write: a machine's speed drifts by more than the two ways differ, but within a
pair it concerns both. Files and server stand in memory where there is room for them, so that the disk's own time hides nothing of ours.
"""

import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from evals.measurement import Measurement, seconds
from evals.object_server import ObjectServer, program, store_of
from standalone.objects import FolderStore
from tools.call import Call, prepare, run
from tools.files import LocalFiles
from tools.minio.store import ObjectStore
from tools.result import ToolResult
from tools.services import Services
from tools.tool import discover

MIB = 1024 * 1024
FILE = 1024 * MIB
OBJECTS = 200_000
PAGE = 100
PAIRS = 10
"""Even, for each way goes first as often as the other: what comes second finds memory that the first has just given back."""
MEMORY = Path("/dev/shm")  # noqa: S108 - the folder in it is our own
ROOM = 8 * FILE
"""Bytes that the files and the objects of both ways take together, with room to spare."""
LINKS = 50_000
"""Names that one file may have on common file systems, with room to spare."""


def measure() -> Iterator[Measurement]:
    """Transfers and listings."""
    memory = MEMORY if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM else None
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        yield from _transfers(Path(folder))
    with tempfile.TemporaryDirectory() as folder:
        yield _folder_listing(Path(folder))
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        yield _server_listing(Path(folder))


def _transfers(folder: Path) -> Iterator[Measurement]:
    """A file of 1 GiB through the tools, beside the SDK's own methods."""
    local, back, bare = folder / "file.bin", folder / "back.bin", folder / "bare.bin"
    with local.open("wb") as file:
        for _ in range(FILE // (16 * MIB)):
            file.write(os.urandom(16 * MIB))
    with _minio(folder / "minio") as server:
        sdk = server.sdk
        sdk.make_bucket("bench")
        services = world(store_of(server.url), folder)

        def tidy() -> None:
            server.purge()
            for path in (back, bare):
                path.unlink(missing_ok=True)

        upload = _pairs(
            lambda: ask(services, "upload_object", path=local.name, bucket="bench", key="ours"),
            lambda: sdk.fput_object("bench", "theirs", str(local)),
            tidy,
        )
        download = _pairs(
            lambda: ask(services, "download_object", bucket="bench", key="ours", path=back.name),
            lambda: sdk.fget_object("bench", "ours", str(bare)),
            tidy,
        )
    for name, pairs in (("upload", upload), ("download", download)):
        rates = [FILE / MIB / pair.ours for pair in pairs]
        yield Measurement(
            name=f"minio.{name}_1gib",
            value=statistics.median(rates),
            unit="MiB/s",
            spread=(max(rates) - min(rates)) / 2,
            baseline="minio SDK",
            baseline_value=statistics.median(FILE / MIB / pair.theirs for pair in pairs),
            ratios=[pair.theirs / pair.ours for pair in pairs],
            target=0.9,
            of="ratio",
            better="more",
        )
        yield Measurement(name=f"minio.{name}_1gib_memory", value=max(pair.growth for pair in pairs) / MIB, unit="MiB", target=64)


def _folder_listing(folder: Path) -> Measurement:
    """The first page of a bucket with very many objects, all in one folder."""
    store = FolderStore(folder / "buckets")
    store.create_bucket("bench")
    for number in range(OBJECTS):
        (folder / "buckets" / "bench" / f"{number:08}.csv").touch()
    took, spread = seconds(lambda: store.list("bench", limit=PAGE))
    return Measurement(name=f"minio.first_page_of_{OBJECTS}_folder", value=took, unit="s", spread=spread, target=0.3)


def _server_listing(folder: Path) -> Measurement:
    """The same on a server."""
    with _minio(folder / "minio") as server:
        sdk = server.sdk
        sdk.make_bucket("bench")
        _multiply(server, folder / "minio" / "data" / "bench")
        store = store_of(server.url)
        bare, _ = seconds(lambda: list(islice(sdk.list_objects("bench"), PAGE)))
        took, spread = seconds(lambda: store.list("bench", limit=PAGE))
        found = sum(1 for _ in sdk.list_objects("bench"))
        if found != OBJECTS:
            raise RuntimeError(f"the bucket holds {found} objects, not {OBJECTS}")
    return Measurement(
        name=f"minio.first_page_of_{OBJECTS}_server",
        value=took,
        unit="s",
        spread=spread,
        baseline="minio SDK",
        baseline_value=bare,
        target=1.2,
        of="ratio",
    )


def _multiply(server: ObjectServer, bucket: Path) -> None:
    """Give the bucket its objects: a few as usual, the others as further names of what MinIO keeps of those."""
    for start in range(0, OBJECTS, LINKS):
        server.sdk.put_object("bench", f"{start:08}.csv", _Zeros(), 1)
    server.stop()
    for number in range(OBJECTS):
        if number % LINKS:
            target = bucket / f"{number:08}.csv"
            target.mkdir()
            os.link(bucket / f"{number // LINKS * LINKS:08}.csv" / "xl.meta", target / "xl.meta")
    server.start()


class _Zeros:
    """A stream of nothing but zeros."""

    def read(self, length: int = -1) -> bytes:
        """So many of them."""
        return bytes(max(length, 0))


class Pair(NamedTuple):
    """One transfer of each way, one directly after the other."""

    ours: float
    """Seconds."""
    theirs: float
    """Seconds."""
    growth: int
    """Bytes by which ours made the memory of this process grow at the most."""


def _pairs(ours: Callable[[], object], theirs: Callable[[], object], tidy: Callable[[], object]) -> list[Pair]:
    """Both ways in turn, the last one first in the next pair, after one of each to warm up. Before each, `tidy` removes what is left."""
    pairs = []
    for number in range(PAIRS + 1):
        ways = (ours, theirs) if number % 2 else (theirs, ours)
        took = {way: _once(way, tidy) for way in ways}
        pairs.append(Pair(took[ours][0], took[theirs][0], took[ours][1]))
    return pairs[1:]


def _once(work: Callable[[], object], tidy: Callable[[], object]) -> tuple[float, int]:
    """Seconds that the work takes, and bytes by which it makes the memory of this process grow."""
    tidy()
    os.sync()
    Path("/proc/self/clear_refs").write_text("5")  # begins a new peak
    before = memory("VmRSS")
    started = time.perf_counter()
    work()
    return time.perf_counter() - started, memory("VmHWM") - before


def memory(name: str) -> int:
    """A figure of this process's memory in bytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:"))


@contextmanager
def _minio(folder: Path) -> Iterator[ObjectServer]:
    """A MinIO of our own."""
    path = program("minio")
    if path is None:
        raise SystemExit("the benchmark needs a MinIO server: `make minio` builds one")
    server = ObjectServer("minio", folder, path)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def world(store: ObjectStore, folder: Path) -> Services:
    """What the tools work with."""
    return Services({ObjectStore: lambda: store, LocalFiles: lambda: LocalFiles([folder])})


def ask(services: Services, tool: str, **arguments: str) -> ToolResult:
    """The tool as an agent calls it; an error would not be worth measuring."""
    toolset = discover("tools.minio")
    call = prepare(toolset.tools[tool], arguments, services, toolset.resolvers)
    result = run(call, services) if isinstance(call, Call) else call
    if result.status != "ok":
        raise RuntimeError(result.content)
    return result
