"""Distributions of columns as one chart of small pictures."""

import math
from collections.abc import Sequence
from typing import Any

from tools import charts
from tools.minio.data.columns import Column
from tools.result import Artifact

PICTURES = 12
BINS = 30
BARS = 12
"""Bars of a column that has words or few values."""


def distributions(title: str, columns: Sequence[Column], sample: Any) -> list[Artifact]:
    """One chart with a small histogram for each of the first columns that have one; none when no column has."""
    traces = [(c.name, trace) for n, c in enumerate(columns) if (trace := _trace(c, sample.column(n))) is not None]
    return [charts.small_multiples(title, traces[:PICTURES])] if traces else []


def _trace(column: Column, sampled: Any) -> dict[str, Any] | None:
    import pyarrow as pa

    if column.counter.alive and (not column.numeric or column.counter.number <= BARS):
        top = column.counter.top(BARS)
        return {"type": "bar", "x": [str(v) for v, _ in top], "y": [n for _, n in top]} if top else None
    if not column.numeric:
        return None
    return bins(sampled.cast(pa.float64()).drop_null().to_numpy())


def bins(numbers: Any, number: int = BINS) -> dict[str, Any] | None:
    """A histogram of a NumPy array of numbers, as bars; None where none is finite."""
    import numpy as np

    numbers = numbers[np.isfinite(numbers)]
    if not len(numbers) or not math.isfinite(float(numbers.max()) - float(numbers.min())):
        return None
    heights, edges = np.histogram(numbers, bins=number)
    middles = (edges[1:] + edges[:-1]) / 2
    return {"type": "bar", "x": middles.tolist(), "y": heights.tolist(), "width": float(edges[1] - edges[0])}
