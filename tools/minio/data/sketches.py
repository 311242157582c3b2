"""What is remembered of a column or of rows while they stream by: of bounded size, exact as long as there is room."""

from dataclasses import dataclass, field
from typing import Any


class Distinct:
    """How many different values there were, from the smallest `size` hashes and how often each came.

    That of the k-th smallest of evenly spread hashes tells how many there are (Bar-Yossef et al. 2002); the standard error is
    1/sqrt(size), 0.6 % here. The kept hashes are a fair sample of the different values: the share of repeated ones in it is that of all.
    """

    def __init__(self, size: int = 1 << 15) -> None:
        import numpy as np

        self._size = size
        self._hashes = np.zeros(0, np.uint64)
        self._counts = np.zeros(0, np.int64)
        self._waiting: list[Any] = []
        self._counted: list[tuple[Any, Any]] = []
        self._waits = 0
        self._limit = np.uint64((1 << 64) - 1)
        self._added = 0
        self.exact = True

    def add(self, hashes: Any, counts: Any = None) -> None:
        """More values by their hashes, each once or as often as `counts` says."""
        self._added += len(hashes) if counts is None else int(counts.sum())
        if not self.exact:
            kept = hashes <= self._limit
            hashes, counts = hashes[kept], None if counts is None else counts[kept]
        if counts is None:
            self._waiting.append(hashes)
        else:
            self._counted.append((hashes, counts))
        self._waits += len(hashes)
        if self._waits > 2 * self._size:
            self._merge()

    def _merge(self) -> None:
        import numpy as np

        fresh = np.sort(np.concatenate([self._hashes[:0], *self._waiting]))  # many times as fast as an order to sort counts by
        first = _firsts(fresh)
        counted = [(fresh[first], np.diff(first, append=len(fresh))), *self._counted]
        hashes = np.concatenate([self._hashes, *(h for h, _ in counted)])
        counts = np.concatenate([self._counts, *(c for _, c in counted)])
        self._waiting, self._counted, self._waits = [], [], 0
        order = np.argsort(hashes, kind="stable")
        hashes, counts = hashes[order], counts[order]
        first = _firsts(hashes)
        self._hashes = hashes[first]
        self._counts = np.add.reduceat(counts, first) if len(first) else counts
        if len(self._hashes) > self._size:
            self._hashes, self._counts = self._hashes[: self._size], self._counts[: self._size]
            self._limit = self._hashes[-1]
            self.exact = False

    @property
    def number(self) -> int:
        """How many different values; an estimate when not `exact`."""
        self._merge()
        if self.exact:
            return len(self._hashes)
        if not self.repeated:
            return self._added
        return min(self._added, round((self._size - 1) / (float(self._limit) / 2.0**64)))

    @property
    def repeated(self) -> float:
        """Which share of all values had come before, 0 to 1."""
        self._merge()
        total = int(self._counts.sum())
        return (total - len(self._hashes)) / total if total else 0.0


def _firsts(ordered: Any) -> Any:
    """Where each different value of a sorted array begins."""
    import numpy as np

    return np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]])) if len(ordered) else np.zeros(0, np.int64)


class Counter:
    """How often each value came, as long as there are few different ones."""

    MOST = 1000

    def __init__(self) -> None:
        self._counts: dict[Any, int] = {}
        self.alive = True

    def add(self, values: list[Any], counts: list[int]) -> None:
        """Values of one batch, each once, with how often they came."""
        for value, number in zip(values, counts, strict=True):
            self._counts[value] = self._counts.get(value, 0) + number
        if len(self._counts) > self.MOST:
            self.alive, self._counts = False, {}

    def top(self, number: int) -> list[tuple[Any, int]]:
        """The values that came most often, the more frequent first."""
        return sorted(self._counts.items(), key=lambda item: (-item[1], str(item[0])))[:number]

    @property
    def number(self) -> int:
        """How many different values."""
        return len(self._counts)


@dataclass
class Moments:
    """Count, smallest, largest, mean and spread of numbers, merged batch by batch (Chan, Golub, LeVeque 1979)."""

    count: int = 0
    mean: float = 0.0
    squares: float = 0.0
    """Sum of the squared distances from the mean."""
    smallest: float = field(default=float("inf"))
    largest: float = field(default=float("-inf"))
    infinite: int = 0

    def add(self, values: Any) -> None:
        """More numbers, as a NumPy array without missing ones; infinite ones are counted apart."""
        import numpy as np

        finite = np.isfinite(values) if values.dtype.kind == "f" else None
        if finite is not None and not finite.all():
            self.infinite += int(len(values) - finite.sum())
            values = values[finite]
        if len(values) == 0:
            return
        number, mean = len(values), float(values.mean(dtype=np.float64))
        apart = values - mean
        apart *= apart
        together = self.count + number
        difference = mean - self.mean
        self.squares += float(apart.sum()) + difference**2 * self.count * number / together
        self.mean += difference * number / together
        self.count = together
        self.smallest = min(self.smallest, values.min().item())
        self.largest = max(self.largest, values.max().item())

    @property
    def deviation(self) -> float | None:
        """The standard deviation of a sample."""
        return float((self.squares / (self.count - 1)) ** 0.5) if self.count > 1 else None


class Sample:
    """Rows drawn evenly from all that streamed by: each gets a random number, the smallest are kept."""

    MOST_BYTES = 48 * 1024 * 1024

    def __init__(self, rows: int = 100_000, seed: int = 7) -> None:
        import numpy as np

        self._most = rows
        self._random = np.random.default_rng(seed)
        self._numbers = np.zeros(0)
        self._kept: list[Any] = []
        self._limit = 1.0
        self.seen = 0

    def add(self, batch: Any) -> None:
        """More rows, as an Arrow record batch."""
        import numpy as np
        import pyarrow as pa

        if self.seen == 0 and batch.num_rows:
            self._most = max(1000, min(self._most, self.MOST_BYTES * batch.num_rows // max(1, batch.nbytes)))
        numbers = self._random.random(batch.num_rows)
        self.seen += batch.num_rows
        if self._limit < 1.0:
            chosen = np.flatnonzero(numbers < self._limit)
            batch, numbers = batch.take(pa.array(chosen)), numbers[chosen]
        self._kept.append(batch)
        self._numbers = np.concatenate([self._numbers, numbers])
        if len(self._numbers) > 2 * self._most:
            self._cut()

    def _cut(self) -> None:
        import numpy as np
        import pyarrow as pa

        smallest = np.argpartition(self._numbers, self._most)[: self._most]
        smallest.sort()
        self._numbers = self._numbers[smallest]
        self._limit = float(self._numbers.max())
        self._kept = pa.Table.from_batches(self._kept).take(pa.array(smallest)).combine_chunks().to_batches()

    @property
    def whole(self) -> bool:
        """Whether the sample is everything."""
        return self.seen <= len(self._numbers) and self._limit == 1.0

    def table(self) -> Any:
        """The rows, in the order in which they came."""
        import pyarrow as pa

        if len(self._numbers) > self._most:
            self._cut()
        return pa.Table.from_batches(self._kept)
