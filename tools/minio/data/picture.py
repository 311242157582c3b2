"""Which picture fits two columns, and its bounded points."""

from collections.abc import Callable
from typing import Any, Literal

from tools.minio.data.columns import Column
from tools.minio.data.histograms import bins
from tools.result import ErrorCode, ToolError

Picture = Literal["histogram", "scatter", "line", "bar", "box"]
POINTS = 5000
"""Points of a scatter plot."""
STRETCHES = 500
"""Points of a line: of a longer one the means of so many stretches."""
GROUPS = 30
"""Bars or boxes, the most frequent values."""
PER_BOX = 2000
"""Values that a box is drawn from at the most."""


def fitting(x: Column, y: Column | None) -> Picture:
    """The kind of picture that the types of the columns ask for."""
    if y is None:
        return "histogram" if x.numeric else "bar"
    if x.temporal and y.numeric:
        return "line"
    if x.numeric and y.numeric:
        return "scatter"
    return "box" if x.numeric or y.numeric else "bar"


def traces(kind: Picture, x: Column, y: Column | None, rows: Any) -> list[dict[str, Any]]:
    """The picture of sampled rows, an Arrow table with one or two columns.

    Raises:
        ToolError: INVALID_ARGUMENT when these columns cannot be drawn so.
    """
    import pandas as pd

    names = [c.name for c in (x, y) if c is not None]
    frame = pd.DataFrame({name: rows.column(n).to_pandas() for n, name in enumerate(names)}).dropna()
    if frame.empty:
        raise ToolError(ErrorCode.INVALID_ARGUMENT, f"there are no rows with a value in {' and '.join(f'`{n}`' for n in names)}.")
    return _DRAW[kind](x, y, frame)


def _histogram(x: Column, y: Column | None, frame: Any) -> list[dict[str, Any]]:
    if y is not None:
        raise ToolError(ErrorCode.INVALID_ARGUMENT, f"a histogram shows one column; leave out `{y.name}`, or draw a box or scatter chart.")
    if not x.numeric:
        return _bar(x, None, frame)
    drawn = bins(frame[x.name].to_numpy(float), 40)
    if drawn is None:
        raise ToolError(ErrorCode.INVALID_ARGUMENT, f"`{x.name}` has no finite numbers to draw.")
    return [drawn]


def _scatter(x: Column, y: Column | None, frame: Any) -> list[dict[str, Any]]:
    other = _second(y, "scatter")
    some = frame.iloc[:: max(1, len(frame) // POINTS)].head(POINTS)
    points = {"x": _plain(some[x.name]), "y": _plain(some[other.name])}
    return [{"type": "scatter", "mode": "markers", "marker": {"size": 5, "opacity": 0.6}, **points}]


def _line(x: Column, y: Column | None, frame: Any) -> list[dict[str, Any]]:
    import numpy as np

    other = _second(y, "line")
    if not other.numeric:
        raise ToolError(ErrorCode.INVALID_ARGUMENT, f"a line needs numbers, and `{other.name}` holds {other.kind}. Try a bar chart.")
    means = frame.assign(**{other.name: frame[other.name].astype(float)}).groupby(x.name, sort=True)[other.name].mean()
    if len(means) > STRETCHES:
        stretch = np.arange(len(means)) * STRETCHES // len(means)
        means = means.groupby(stretch).mean().set_axis(means.index[np.searchsorted(stretch, np.arange(STRETCHES))])
    return [{"type": "scatter", "mode": "lines", "x": _plain(means.index.to_series()), "y": _plain(means)}]


def _bar(x: Column, y: Column | None, frame: Any) -> list[dict[str, Any]]:
    groups = frame[x.name].astype(str).value_counts().head(GROUPS)
    if y is None:
        return [{"type": "bar", "x": groups.index.tolist(), "y": groups.tolist()}]
    by = frame[x.name].astype(str)
    if y.numeric:
        means = frame[y.name].astype(float).groupby(by).mean()[groups.index]
        return [{"type": "bar", "x": groups.index.tolist(), "y": _plain(means)}]
    parts = frame[y.name].astype(str).value_counts().head(8).index
    counted = [by[frame[y.name].astype(str) == part].value_counts().reindex(groups.index, fill_value=0) for part in parts]
    return [{"type": "bar", "name": part, "x": groups.index.tolist(), "y": c.tolist()} for part, c in zip(parts, counted, strict=True)]


def _box(x: Column, y: Column | None, frame: Any) -> list[dict[str, Any]]:
    if y is None:
        if not x.numeric:
            raise ToolError(ErrorCode.INVALID_ARGUMENT, f"a box needs numbers, and `{x.name}` holds {x.kind}.")
        return [{"type": "box", "name": x.name, "y": _plain(frame[x.name].head(PER_BOX * 5))}]
    group, value = (x, y) if y.numeric else (y, x)
    if not value.numeric:
        raise ToolError(ErrorCode.INVALID_ARGUMENT, f"a box needs numbers, and neither `{x.name}` nor `{y.name}` holds any.")
    by = frame[group.name].astype(str)
    most = by.value_counts().head(GROUPS).index
    return [{"type": "box", "name": name, "y": _plain(frame[value.name][by == name].head(PER_BOX))} for name in most]


def _second(y: Column | None, kind: str) -> Column:
    if y is None:
        raise ToolError(ErrorCode.INVALID_ARGUMENT, f"a {kind} chart needs two columns: name `y` too.")
    return y


def _plain(values: Any) -> list[Any]:
    """What JSON can hold: finite numbers, and text for the rest."""
    import math

    return [
        (v if math.isfinite(v) else None) if isinstance(v, int | float) and not isinstance(v, bool) else str(v) for v in values.tolist()
    ]


_DRAW: dict[str, Callable[[Column, Column | None, Any], list[dict[str, Any]]]] = {
    "histogram": _histogram,
    "scatter": _scatter,
    "line": _line,
    "bar": _bar,
    "box": _box,
}
