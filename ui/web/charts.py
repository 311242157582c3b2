"""Plotly figures fitted to the page: its colours, its type, readable in light and dark."""

import json
from html import escape
from typing import Any

import gradio as gr
from gradio.components.plot import PlotData

from tools.result import Artifact

INK = "#7b8494"
LINES = "rgba(125, 135, 150, 0.22)"
COLORS = ["#4f6ef7", "#0ea5a4", "#f59e0b", "#e5484d", "#8b5cf6", "#64748b"]
SCALE = [[0, "rgba(79, 110, 247, 0.06)"], [1, "rgba(79, 110, 247, 0.6)"]]
HEIGHT = 340
"""Pixels."""


def chart(artifact: Artifact) -> gr.Plot:
    """A figure of a tool as a component of the chat."""
    return gr.Plot(PlotData(type="plotly", plot=json.dumps(styled(artifact))), show_label=False, container=False, elem_classes="chart")


def figure(artifact: Artifact) -> str:
    """A figure of a tool as HTML, which the page's script draws."""
    return f"<figure class='card plot' data-figure='{escape(json.dumps(styled(artifact)), quote=True)}'></figure>"


def styled(artifact: Artifact) -> dict[str, Any]:
    """A plotly figure in the page's style; the tool's own settings win where they are not about looks."""
    traces = [_styled(trace) for trace in artifact.data.get("data", [])]
    return {"data": traces, "layout": _layout(artifact.data.get("layout", {}), traces), "config": {"displayModeBar": False}}


def _layout(given: dict[str, Any], traces: list[dict[str, Any]]) -> dict[str, Any]:
    drawn = {trace.get("type") for trace in traces}
    axis = {"showgrid": "heatmap" not in drawn, "ticks": "", "gridcolor": LINES, "zerolinecolor": LINES, "automargin": True}
    named = any(trace.get("name") for trace in traces)
    title = {"font": {"size": 14}, "x": 0, "xref": "container", "xanchor": "left", "pad": {"l": 16}}
    return {
        **given,
        "title": {**title, **_titled(given.get("title"))},
        "xaxis": {**axis, "showgrid": drawn.isdisjoint({"heatmap", "bar"}), **_small(given.get("xaxis", {}))},
        "yaxis": {**axis, **_small(given.get("yaxis", {}))},
        "height": given.get("height", HEIGHT),
        "margin": {"l": 56, "r": 24, "t": 60, "b": 48},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": "system-ui, sans-serif", "size": 13, "color": INK},
        "colorway": COLORS,
        "bargap": 0.45,
        "barcornerradius": 4,
        "showlegend": given.get("showlegend", named),
        "legend": {"orientation": "h", "x": 1, "xanchor": "right", "y": 1.02, "yanchor": "bottom"},
    }


def _titled(title: Any) -> dict[str, Any]:
    return title if isinstance(title, dict) else {"text": str(title or "")}


def _small(axis: dict[str, Any]) -> dict[str, Any]:
    """An axis with its title in the size of its labels."""
    return {**axis, "title": {"font": {"size": 13}, "standoff": 8, **_titled(axis["title"])}} if "title" in axis else axis


def _styled(trace: dict[str, Any]) -> dict[str, Any]:
    if trace.get("type") == "heatmap":
        return {**trace, "colorscale": SCALE, "xgap": 3, "ygap": 3, "textfont": {"size": 16}}
    if trace.get("mode") == "lines" and "line" not in trace:
        return {**trace, "line": {"width": 2.5}}
    return trace
