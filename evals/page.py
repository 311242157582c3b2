"""A result as one HTML page that needs nothing else."""

from html import escape

from evals.result import Evaluation, Failure

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1b1f24; }
table { border-collapse: collapse; margin: 1rem 0; } th, td { padding: .25rem .9rem; border-bottom: 1px solid #d8dee4; text-align: left; }
td.n { text-align: right; font-variant-numeric: tabular-nums; } .bar { background: #d8dee4; width: 10rem; height: .7rem; }
.bar i { display: block; height: 100%; background: #1a7f37; } pre { white-space: pre-wrap; background: #f6f8fa; padding: .7rem; }
details { margin: .5rem 0; } summary { cursor: pointer; }
"""


def html(result: Evaluation) -> str:
    """The page: the rates by kind, the figures, and every failure to unfold."""
    title = f"{result['suite']}: {result['passed']} of {result['cases']} passed"
    rows = [_row(kind, counts["cases"], counts["passed"]) for kind, counts in result["by_kind"].items()]
    rows.append(_row("all", result["cases"], result["passed"]))
    figures = {**result["metrics"], **result["usage"], "seconds": result["seconds"]}
    facts = "".join(f"<tr><td>{escape(name)}</td><td class=n>{value:g}</td></tr>" for name, value in figures.items())
    failures = "".join(map(_failure, result["failures"])) or "<p>None.</p>"
    return (
        f"<!doctype html><html lang=en><meta charset=utf-8><title>{escape(title)}</title><style>{_STYLE}</style>"
        f"<h1>{escape(title)}</h1><p>Model: {escape(result['model'])}</p>"
        f"<table><tr><th>kind<th>cases<th>passed<th>rate<th></tr>{''.join(rows)}</table>"
        f"<h2>Figures</h2><table>{facts}</table><h2>Failures</h2>{failures}</html>\n"
    )


def _row(kind: str, cases: int, passed: int) -> str:
    rate = passed / cases if cases else 0.0
    bar = f"<div class=bar><i style='width:{rate:.0%}'></i></div>"
    return f"<tr><td>{escape(kind)}</td><td class=n>{cases}</td><td class=n>{passed}</td><td class=n>{rate:.1%}</td><td>{bar}</td></tr>"


def _failure(failure: Failure) -> str:
    said = "\n".join(f"> {turn}" for turn in failure["turns"])
    steps = "\n".join(failure["steps"]) or "(no call)"
    text = escape(f"{said}\n\n{steps}\n\n{failure['answer']}")
    return f"<details><summary><b>{escape(failure['id'])}</b>: {escape(failure['why'])}</summary><pre>{text}</pre></details>"
