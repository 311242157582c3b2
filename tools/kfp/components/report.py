"""Write the model's metrics on an HTML page."""

from kfp import dsl
from kfp.dsl import HTML, Input, Metrics, Model, Output


@dsl.component(base_image="python:3.11")
def report(model: Input[Model], metrics: Input[Metrics], report: Output[HTML], title: str = "Model report"):
    """One table of metrics and one of the model's properties."""
    from html import escape
    from pathlib import Path

    def rows(values: dict) -> str:
        return "".join(f"<tr><th>{escape(str(name))}</th><td>{escape(str(value))}</td></tr>" for name, value in values.items())

    cells = "th,td{padding:.3rem .8rem;border:1px solid #ccc;text-align:left}"
    style = "body{font:16px system-ui;margin:2rem}table{border-collapse:collapse}" + cells
    sections = f"<h2>Metrics</h2><table>{rows(metrics.metadata)}</table><h2>Model</h2><table>{rows(model.metadata)}</table>"
    page = f"<!doctype html><meta charset=utf-8><style>{style}</style><h1>{escape(title)}</h1>{sections}"
    Path(report.path).write_text(page)
