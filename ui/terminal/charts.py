"""Chart figures drawn with characters."""

from collections.abc import Iterator
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from tools.result import Artifact
from ui.figures import Panel, Trace, panels, points

WIDTH, HEIGHT = 60, 14
"""Characters of a plot."""
PANELS = 4
"""Panels of a chart that are drawn at the most."""
BARS = 40
"""Bars that are drawn at the most."""
MARKS = "•+×o*#"
SHADES = [f"on grey{n}" for n in (11, 23, 30, 39, 46)]


def chart(artifact: Artifact) -> RenderableType:
    """A chart of one or several panels."""
    drawn: list[RenderableType] = [Text(artifact.title, style="bold")]
    found = panels(artifact)
    for panel in found[:PANELS]:
        if len(found) > 1:
            drawn.append(Text(panel.title, style="italic"))
        drawn += _drawn(panel)
    if len(found) > PANELS:
        drawn.append(Text(f"{len(found) - PANELS} more on the web page (`swarm ui`)", style="dim"))
    return Group(*drawn)


def _drawn(panel: Panel) -> Iterator[RenderableType]:
    if panel.arrows:
        yield _graph(panel)
        return
    curves = [t for t in panel.traces if str(t.get("type") or "scatter").startswith("scatter")]
    for trace in panel.traces:
        if trace.get("type") == "heatmap":
            yield _heatmap(panel, trace)
        elif trace.get("type") == "bar":
            yield _bars(trace)
        elif trace.get("type") == "box":
            yield _box(trace)
    if curves:
        yield _plot(panel, curves)


def _bars(trace: Trace) -> RenderableType:
    xs, ys = points(trace)
    top = max((abs(y) for y in ys if _number(y)), default=0) or 1
    table = Table(box=None, show_header=False, padding=(0, 1), title=_name(trace), title_justify="left")
    table.add_column(max_width=24, no_wrap=True)
    table.add_column()
    table.add_column(justify="right")
    for x, y in list(zip(xs, ys, strict=False))[:BARS]:
        value = float(y) if _number(y) else 0.0
        table.add_row(Text(_written(x)), Text("█" * round(abs(value) / top * WIDTH * 0.6), style="blue"), Text(_written(y)))
    return table


def _heatmap(panel: Panel, trace: Trace) -> RenderableType:
    rows = trace.get("z") or []
    top = max((v for row in rows for v in row if _number(v)), default=0) or 1
    table = Table(box=None, padding=(0, 0), title=f"{panel.y} ↓   {panel.x} →" if panel.x or panel.y else None, title_justify="left")
    table.add_column()
    for name in trace.get("x") or range(len(rows[0]) if rows else 0):
        table.add_column(Text(f" {name} "), justify="center")
    for name, row in zip(trace.get("y") or range(len(rows)), rows, strict=False):
        cells = [Text(f" {_written(v)} ", style=SHADES[min(4, int((v if _number(v) else 0) / top * 4.99))]) for v in row]
        table.add_row(Text(f"{name} "), *cells)
    return table


def _box(trace: Trace) -> RenderableType:
    values = sorted(float(y) for y in trace.get("y") or [] if _number(y))
    if not values:
        return Text(_name(trace) or "")
    five = [values[round(part * (len(values) - 1))] for part in (0, 0.25, 0.5, 0.75, 1)]
    named = zip(("min", "25%", "median", "75%", "max"), five, strict=True)
    return Text(f"{_name(trace) or ''}  " + "  ".join(f"{word} {_written(value)}" for word, value in named))


def _plot(panel: Panel, traces: list[Trace]) -> RenderableType:
    """Points on a grid; the axes' ends are written beside it."""
    series = [[(_place(x, n), float(y), x) for n, (x, y) in enumerate(zip(*points(t), strict=False)) if _number(y)] for t in traces]
    every = [point for points_of in series for point in points_of]
    if not every:
        return Text("no points")
    (left, right), (low, high) = _span([p[0] for p in every]), _span([p[1] for p in every])
    grid = [[" "] * WIDTH for _ in range(HEIGHT)]
    for number, points_of in enumerate(series):
        for x, y, _ in _joined(points_of, str(traces[number].get("mode") or "lines")):
            column, row = round((x - left) / (right - left) * (WIDTH - 1)), round((y - low) / (high - low) * (HEIGHT - 1))
            grid[HEIGHT - 1 - row][column] = MARKS[number % len(MARKS)]
    labels = [_written(high), *[""] * (HEIGHT - 2), _written(low)]
    wide = max(map(len, labels))
    lines = [f"{label:>{wide}} │{''.join(row)}" for label, row in zip(labels, grid, strict=True)]
    first, last = (_written(point(every, key=lambda p: p[0])[2]) for point in (min, max))
    lines.append(f"{'':>{wide}} └{'─' * WIDTH}")
    lines.append(f"{'':>{wide}}  {first}{last:>{max(1, WIDTH - len(first))}}")
    lines += [f"{'':>{wide}}  {panel.x}  /  {panel.y}"] if panel.x or panel.y else []
    names = [f"{MARKS[n % len(MARKS)]} {t['name']}" for n, t in enumerate(traces) if t.get("name")]
    return Text("\n".join([*lines, "   ".join(names)] if names else lines), no_wrap=True)


def _joined(found: list[tuple[float, float, Any]], mode: str) -> Iterator[tuple[float, float, Any]]:
    """The points, and where they are joined by lines those between them."""
    for n, (x, y, given) in enumerate(found):
        yield x, y, given
        if "lines" in mode and n + 1 < len(found) and len(found) <= WIDTH:
            after = found[n + 1]
            yield from ((x + (after[0] - x) * k / WIDTH, y + (after[1] - y) * k / WIDTH, given) for k in range(1, WIDTH))


def _graph(panel: Panel) -> RenderableType:
    """Steps from left to right, those of one column under each other."""
    columns: dict[float, list[str]] = {}
    for trace in panel.traces:
        for x, name in zip(trace.get("x") or [], trace.get("text") or [], strict=False):
            columns.setdefault(float(x), []).append(str(name))
    return Text("\n→ ".join(", ".join(columns[x]) for x in sorted(columns)))


def _span(values: list[float]) -> tuple[float, float]:
    low, high = min(values), max(values)
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def _place(x: object, number: int) -> float:
    return float(x) if isinstance(x, int | float) and not isinstance(x, bool) else float(number)


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _name(trace: Trace) -> str | None:
    return str(trace.get("name") or "") or None


def _written(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
