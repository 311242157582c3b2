"""Chart figures as panels: what a front-end without plotly needs to know to draw them itself."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tools.result import Artifact

Trace = dict[str, Any]


@dataclass
class Panel:
    """One system of axes and the traces in it, as plotly describes them."""

    title: str
    x: str
    """What the axis shows; so does `y`."""
    y: str
    layout: dict[str, Any]
    """Its axes as `xaxis` and `yaxis`."""
    traces: list[Trace] = field(default_factory=list)
    arrows: list[dict[str, Any]] = field(default_factory=list)


def panels(artifact: Artifact) -> list[Panel]:
    """The panels of a chart, in order; most charts have one."""
    layout = artifact.data.get("layout") or {}
    found: dict[str, Panel] = {}
    for trace in artifact.data.get("data") or []:
        number = str(trace.get("xaxis") or "x")[1:]
        if number not in found:
            axes = {name: layout.get(f"{name}{number}") or {} for name in ("xaxis", "yaxis")}
            found[number] = Panel("", _title(axes["xaxis"]), _title(axes["yaxis"]), axes)
        found[number].traces.append(trace)
    for number, panel in found.items():
        panel.title = artifact.title if len(found) == 1 else panel.x or str(panel.traces[0].get("name") or "")
        panel.arrows = [a for a in layout.get("annotations") or [] if a.get("showarrow") and str(a.get("xref") or "x")[1:] == number]
    return list(found.values())


def points(trace: Trace) -> tuple[Sequence[Any], Sequence[Any]]:
    """Values along both axes; places are counted where a trace has none."""
    ys = trace.get("y") or []
    xs = trace.get("x") or list(range(len(ys) or len(trace.get("x") or [])))
    return xs, ys


def _title(axis: dict[str, Any]) -> str:
    title = axis.get("title") or ""
    return str(title.get("text") or "") if isinstance(title, dict) else str(title)
