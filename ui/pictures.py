"""Chart figures as PNG pictures, for front-ends that can show nothing else. Drawn by matplotlib, without a browser."""

import io
from typing import TYPE_CHECKING

from tools.result import Artifact
from ui.figures import Panel, Trace, panels, points

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLORS = ["#4f6ef7", "#0ea5a4", "#f59e0b", "#e5484d", "#8b5cf6", "#64748b"]
ACROSS = 3
Place = tuple[int, int]
"""Which trace of how many."""
NAMES = 40
"""Names that an axis has room for."""


def png(artifact: Artifact) -> bytes:
    """A chart as a picture. Can be called from any thread; takes about a third of a second."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    found = panels(artifact)
    across = min(ACROSS, max(1, len(found)))
    down = max(1, -(-len(found) // across))
    figure = Figure(figsize=(8, 4.6) if len(found) < 2 else (3.4 * across, 2.6 * down), dpi=120, layout="constrained")
    for place, panel in enumerate(found, 1):
        axes = figure.add_subplot(down, across, place)
        axes.set_title(_literal(panel.title), fontsize=11, loc="left")
        _draw(axes, panel)
    if len(found) > 1:
        figure.suptitle(_literal(artifact.title))
    out = io.BytesIO()
    FigureCanvasAgg(figure)
    figure.savefig(out, format="png")
    return out.getvalue()


def _draw(axes: "Axes", panel: Panel) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    for number, trace in enumerate(panel.traces):
        draw = _DRAWN.get(str(trace.get("type") or "scatter"), _scatter)
        draw(axes, trace, COLORS[number % len(COLORS)], (number, len(panel.traces)))
    if all(trace.get("type") == "box" for trace in panel.traces):
        axes.set_xticks(range(len(panel.traces)), [(_name(trace) or "")[:30] for trace in panel.traces])
    for arrow in panel.arrows:
        axes.annotate("", (arrow["x"], arrow["y"]), (arrow["ax"], arrow["ay"]), arrowprops={"arrowstyle": "->", "color": "#888888"})
    _fit(axes, panel)
    names = [_literal(str(t["name"])) for t in panel.traces if t.get("name")]
    if len(panel.traces) > 1 and len(names) == len(panel.traces) and axes.get_legend_handles_labels()[0]:
        axes.legend(frameon=False, fontsize=9)


def _fit(axes: "Axes", panel: Panel) -> None:
    """The axes' titles, direction and range."""
    for name in ("xaxis", "yaxis"):
        given = panel.layout[name]
        axis = getattr(axes, name)
        title = panel.x if name == "xaxis" else panel.y
        axis.set_label_text(_literal(title) if title != panel.title else "")
        if given.get("visible") is False:
            axes.set_axis_off()
        if given.get("range"):
            (axes.set_xlim if name == "xaxis" else axes.set_ylim)(*given["range"])
        if given.get("autorange") == "reversed":
            axis.set_inverted(True)


def _bar(axes: "Axes", trace: Trace, color: str, place: Place) -> None:
    xs, ys = points(trace)
    heights = [y or 0 for y in ys]
    if not any(isinstance(x, str) for x in xs):
        axes.bar(xs, heights, width=trace.get("width") or 0.7, color=color)
        return
    width = 0.7 / place[1]
    middles = [n + (place[0] - (place[1] - 1) / 2) * width for n in range(len(xs))]
    bars = axes.bar(middles, heights, width=width, color=color, label=_name(trace))
    many = len(xs) > 4
    axes.set_xticks(range(len(xs)), [_literal(str(x)[:30]) for x in xs], rotation=30 if many else 0, ha="right" if many else "center")
    if trace.get("text"):
        axes.bar_label(bars, labels=[_literal(str(t)) for t in trace["text"]], fontsize=9, padding=2)


def _heatmap(axes: "Axes", trace: Trace, _: str, __: Place) -> None:
    rows = trace.get("z") or []
    axes.imshow(rows, cmap="Blues", aspect="auto")
    for axis, names in ((axes.xaxis, trace.get("x")), (axes.yaxis, trace.get("y"))):
        if names and len(names) <= NAMES:
            axis.set_ticks(range(len(names)), [_literal(str(n)) for n in names])
    top = max((v for row in rows for v in row if v is not None), default=0)
    for y, texts in enumerate(trace.get("text") or []):
        for x, said in enumerate(texts):
            axes.text(x, y, _literal(str(said)), ha="center", va="center", color="white" if (rows[y][x] or 0) > top / 2 else "#223")


def _scatter(axes: "Axes", trace: Trace, color: str, _: Place) -> None:
    xs, ys = points(trace)
    mode = str(trace.get("mode") or "lines+markers")
    dashed = str((trace.get("line") or {}).get("dash") or "").startswith("d")
    linestyle = (":" if dashed else "-") if "lines" in mode else "none"
    marker, size = "o" if "markers" in mode else "", 14 if "text" in mode else 4
    if "text" in mode:
        for x, y, said in zip(xs, ys, trace.get("text") or [], strict=False):
            axes.annotate(_literal(str(said)), (x, y), (0, -18), textcoords="offset points", ha="center", fontsize=9)
    axes.plot(xs, ys, color=color, label=_name(trace), linestyle=linestyle, marker=marker, markersize=size)


def _box(axes: "Axes", trace: Trace, color: str, place: Place) -> None:
    values = [y for y in trace.get("y") or [] if y is not None]
    axes.boxplot([values], positions=[place[0]], widths=0.5, patch_artist=True, boxprops={"facecolor": color, "alpha": 0.6})


def _name(trace: Trace) -> str | None:
    return _literal(str(trace.get("name") or "")) or None


def _literal(text: str) -> str:
    """A text in which matplotlib finds no formula."""
    return text.replace("$", r"\$")


_DRAWN = {"bar": _bar, "heatmap": _heatmap, "box": _box, "scatter": _scatter}
