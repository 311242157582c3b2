"""Charts as plotly figures in JSON: front-ends draw them, models never see them."""

from collections.abc import Sequence
from typing import Any

from tools.result import Artifact


def bars(title: str, names: Sequence[str], values: Sequence[float]) -> Artifact:
    """One bar a name, the value written on it."""
    trace = {"type": "bar", "x": list(names), "y": list(values), "text": [f"{v:.4g}" for v in values], "textposition": "auto"}
    return figure(title, [trace], {})


def groups(title: str, names: Sequence[str], series: Sequence[tuple[str, Sequence[float | None]]]) -> Artifact:
    """For each name a group of bars, one for each of the series, whose values stand in the order of the names; None leaves a gap."""
    traces: list[dict[str, Any]] = [
        {
            "type": "bar",
            "name": name,
            "x": list(names),
            "y": list(values),
            "text": ["" if v is None else f"{v:.3g}" for v in values],
            "textposition": "auto",
        }
        for name, values in series
    ]
    return figure(title, traces, {"barmode": "group"})


def confusion_matrix(title: str, labels: Sequence[str], rows: Sequence[Sequence[float]]) -> Artifact:
    """A confusion matrix; `rows[i][j]` counts the items of true class i predicted as class j."""
    trace = {
        "type": "heatmap",
        "z": [list(row) for row in rows],
        "x": list(labels),
        "y": list(labels),
        "text": [[f"{v:g}" for v in row] for row in rows],
        "texttemplate": "%{text}",
        "colorscale": "Blues",
        "showscale": False,
    }
    axes = {"xaxis": {"title": {"text": "predicted"}}, "yaxis": {"title": {"text": "true"}, "autorange": "reversed"}}
    return figure(title, [trace], axes)


def roc_curve(title: str, false_positive_rates: Sequence[float], true_positive_rates: Sequence[float]) -> Artifact:
    """A receiver operating characteristic with the diagonal of pure chance."""
    curve = {"type": "scatter", "mode": "lines", "name": "model", "x": list(false_positive_rates), "y": list(true_positive_rates)}
    chance = {"type": "scatter", "mode": "lines", "name": "chance", "x": [0, 1], "y": [0, 1], "line": {"dash": "dot", "color": "#999"}}
    axes = {"xaxis": {"title": {"text": "false positive rate"}}, "yaxis": {"title": {"text": "true positive rate"}}}
    return figure(title, [curve, chance], axes)


def small_multiples(title: str, traces: Sequence[tuple[str, dict[str, Any]]], across: int = 3) -> Artifact:
    """Several small pictures in a grid, each named above it and with axes of its own."""
    down = -(-len(traces) // across)
    layout: dict[str, Any] = {
        "grid": {"rows": down, "columns": min(across, len(traces)), "pattern": "independent", "ygap": 0.35},
        "showlegend": False,
        "height": 120 + 180 * down,
        "bargap": 0.02,
    }
    drawn = []
    for place, (name, trace) in enumerate(traces, 1):
        number = "" if place == 1 else str(place)
        drawn.append({**trace, "name": name, "xaxis": f"x{number}", "yaxis": f"y{number}"})
        layout[f"xaxis{number}"] = {"title": {"text": name, "font": {"size": 11}}, "automargin": True}
    return figure(title, drawn, layout)


def graph(title: str, needs: Sequence[tuple[str, Sequence[str]]]) -> Artifact:
    """A directed graph from left to right: each node with the nodes it comes after, in an order in which they could run."""
    column: dict[str, int] = {}
    for name, before in needs:
        column[name] = 1 + max((column[b] for b in before), default=-1)
    row: dict[str, float] = {}
    for place in set(column.values()):
        same = [name for name in column if column[name] == place]
        row |= {name: (len(same) - 1) / 2 - i for i, name in enumerate(same)}
    arrows = [
        {
            "x": column[name] - 0.12,
            "y": row[name],
            "ax": column[b] + 0.12,
            "ay": row[b],
            "xref": "x",
            "yref": "y",
            "axref": "x",
            "ayref": "y",
            "showarrow": True,
            "arrowhead": 2,
            "arrowcolor": "#888",
        }
        for name, before in needs
        for b in before
    ]
    nodes = {
        "type": "scatter",
        "mode": "markers+text",
        "hoverinfo": "text",
        "textposition": "bottom center",
        "x": [column[n] for n in column],
        "y": [row[n] for n in column],
        "text": list(column),
        "marker": {"size": 22, "color": "#4c78a8"},
    }
    hidden = {"visible": False}
    span = max(row.values(), default=0) + 0.8
    axes = {"xaxis": {**hidden, "range": [-0.6, max(column.values(), default=0) + 0.6]}, "yaxis": {**hidden, "range": [-span, span]}}
    return figure(title, [nodes], {**axes, "annotations": arrows, "showlegend": False})


def figure(title: str, traces: list[dict[str, Any]], layout: dict[str, Any]) -> Artifact:
    """A plotly figure of traces, with what its layout needs besides a title."""
    figure = {"data": traces, "layout": {"title": {"text": title}, "margin": {"l": 60, "r": 20, "t": 50, "b": 50}, **layout}}
    return Artifact(kind="chart", title=title, data=figure)
