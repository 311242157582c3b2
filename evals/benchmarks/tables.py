"""Tables in objects: what a preview of a large one reads, and a profile of a whole one beside pandas on the same file."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pyarrow as pa
from pyarrow import csv

from evals.benchmarks.minio import ask, world
from evals.measurement import Measurement
from standalone.objects import FolderStore

SIZES = {"40MB": 40 * 10**6, "1GB": 10**9}
TARGETS = {"1GB": 1.0}
"""Of pandas' time, importing each library included; of a small table, that is much of it."""
HUGE = 5 * 10**9
REPEAT = 3
PROFILE = """
import json, resource, sys, time
started = time.perf_counter()
from pathlib import Path
from standalone.objects import FolderStore
from tools.minio.profile import profile_dataset
store = FolderStore(Path(sys.argv[1]))
result = profile_dataset(store, bucket="bench", key="table.csv")
seconds = time.perf_counter() - started
assert result.status == "ok", result.content
print(json.dumps([seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))
"""
PANDAS = """
import json, resource, sys, time
started = time.perf_counter()
import pandas as pd
pd.read_csv(sys.argv[1] + "/bench/table.csv").describe(include="all")
print(json.dumps([time.perf_counter() - started, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))
"""


class Counting(FolderStore):
    """Counts the bytes that are read of its objects. A stream may be read to its end, so it counts as the whole."""

    bytes_read = 0

    def read(self, bucket: str, key: str, offset: int = 0, length: int | None = None) -> bytes:
        """As always."""
        with super().open(bucket, key) as file:
            file.seek(offset)
            data = file.read(-1 if length is None else length)
        self.bytes_read += len(data)
        return data

    @contextmanager
    def open(self, bucket: str, key: str) -> Iterator[BinaryIO]:
        """As always."""
        self.bytes_read += self.stat(bucket, key).size
        with super().open(bucket, key) as file:
            yield file


def measure() -> Iterator[Measurement]:
    """Profiles, and a preview of 5 GB; each reader of a whole table is a process of its own, for its memory is measured."""
    with tempfile.TemporaryDirectory() as folder:
        store = Counting(Path(folder))
        store.create_bucket("bench")
        path = Path(folder, "bench", "table.csv")
        for name, size in SIZES.items():
            write_table(path, size)
            yield from _profile(name, folder)
        os.truncate(path, HUGE)  # a hole behind the rows: the size of a table that lies on no disk
        ask(world(store, Path(folder)), "preview_object", bucket="bench", key="table.csv")
        yield Measurement(name="minio.preview_5GB_csv_bytes_read", value=store.bytes_read / 2**20, unit="MiB", target=1.0)


def _profile(size: str, folder: str) -> Iterator[Measurement]:
    """Seconds and memory of both, measured in turn; each figure the median."""
    runs = [(_process(PROFILE, folder), _process(PANDAS, folder)) for _ in range(REPEAT)]
    (ours, memory), (theirs, their_memory) = (np.median(np.array(each), axis=0).tolist() for each in zip(*runs, strict=True))
    beside = {"baseline": 'pandas.read_csv().describe(include="all")'}
    yield Measurement(
        name=f"minio.profile_{size}_csv", value=ours, unit="s", baseline_value=theirs, target=TARGETS.get(size), of="ratio", **beside
    )
    yield Measurement(
        name=f"minio.profile_{size}_csv_peak_memory", value=memory, unit="MiB", baseline_value=their_memory, target=400, **beside
    )


def write_table(path: Path, size: int, rows: int = 200_000) -> None:
    """A CSV file of at least `size` bytes: numbers, words, dates and addresses that differ in every row."""
    random = np.random.default_rng(1)
    cities = np.array(["Berlin", "Paris", "Rome", "New York", "Madrid", "Lisbon"])
    first = 0
    with path.open("wb") as file:
        while file.tell() < size:
            numbers = np.arange(first, first + rows)
            columns = {
                "customer_id": numbers,
                "age": random.integers(18, 90, rows),
                "income": random.normal(50_000, 15_000, rows).round(2),
                "score": random.random(rows).round(6),
                "city": cities[random.integers(0, 6, rows)],
                "signup": np.datetime64("2024-01-01") + random.integers(0, 360, rows).astype("timedelta64[D]"),
                "email": np.char.add(np.char.add("user", numbers.astype(str)), "@example.org"),
                "balance": random.exponential(1000, rows).round(2),
                "churned": np.array(["yes", "no"])[random.integers(0, 2, rows)],
            }
            csv.write_csv(pa.table(columns), file, csv.WriteOptions(include_header=first == 0, quoting_style="needed"))
            first += rows


def _process(program: str, folder: str) -> tuple[float, float]:
    """Seconds and peak memory in MiB of a program in a process of its own."""
    done = subprocess.run([sys.executable, "-c", program, folder], check=True, capture_output=True, text=True)
    seconds, memory = json.loads(done.stdout.splitlines()[-1])
    return float(seconds), float(memory)
