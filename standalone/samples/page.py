"""Parts of the HTML reports: functions from numbers to self-contained markup, without scripts and without links to elsewhere.

The `report` components ship these functions inside themselves (`additional_funcs`), hence the imports in their bodies.
"""

from typing import Any


def page(title: str, introduction: str, *sections: str) -> str:
    """One complete HTML page; `sections` are already markup."""
    from html import escape

    style = (
        "body{font:15px/1.5 system-ui,sans-serif;color:#1f2933;background:#fff;max-width:46rem;margin:2rem auto;padding:0 1rem}"
        "h1{font-size:1.5rem;margin-bottom:.2rem}h2{font-size:1.1rem;margin-top:1.8rem}p{color:#52606d}"
        "table{border-collapse:collapse}th,td{border:1px solid #d9e2ec;padding:.35rem .8rem;text-align:left}"
        "th{background:#f0f4f8}td.number{text-align:right;font-variant-numeric:tabular-nums}"
        "svg{border:1px solid #d9e2ec;background:#fff}"
    )
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title><style>{style}</style></head>\n'
        f"<body><h1>{escape(title)}</h1><p>{escape(introduction)}</p>\n" + "\n".join(sections) + "\n</body></html>\n"
    )


def values_section(heading: str, values: dict[str, object]) -> str:
    """A table of names and values, sorted, because metadata come in no certain order; fractions are shown with four digits."""
    from html import escape

    def cell(value: object) -> str:
        if isinstance(value, int | float):
            return f'<td class="number">{value:.0f}</td>' if float(value).is_integer() else f'<td class="number">{value:.4f}</td>'
        return f"<td>{escape(str(value))}</td>"

    shown = sorted((name, value) for name, value in values.items() if name != "display_name")  # added by Kubeflow on a cluster
    rows = "".join(f"<tr><th>{escape(name)}</th>{cell(value)}</tr>" for name, value in shown)
    return f"<h2>{escape(heading)}</h2><table>{rows}</table>"


def confusion_section(metadata: dict[str, Any]) -> str:
    """The confusion matrix of a `ClassificationMetrics` artifact as a table, darker where more samples fall."""
    from html import escape

    matrix = metadata["confusionMatrix"]
    names = [escape(spec["displayName"]) for spec in matrix["annotationSpecs"]]
    rows = [row["row"] for row in matrix["rows"]]
    most = max(max(row) for row in rows) or 1
    header = "".join(f"<th>{name}</th>" for name in names)
    body = "".join(
        f"<tr><th>{name}</th>"
        + "".join(f'<td class="number" style="background:rgba(38,128,194,{0.55 * count / most:.2f})">{count:.0f}</td>' for count in row)
        + "</tr>"
        for name, row in zip(names, rows, strict=True)
    )
    return f"<h2>Confusion matrix</h2><p>Rows: true class. Columns: predicted class.</p><table><tr><th></th>{header}</tr>{body}</table>"


def roc_section(metadata: dict[str, Any]) -> str:
    """The ROC curve of a `ClassificationMetrics` artifact as a drawing, with the diagonal of a random guess."""
    curve = metadata["confidenceMetrics"]
    if isinstance(curve, dict):  # some Kubeflow versions hand lists on inside {"list": [...]}
        curve = curve["list"]
    points = " ".join(f"{20 + 260 * point['falsePositiveRate']:.1f},{280 - 260 * point['recall']:.1f}" for point in curve)
    return (
        "<h2>ROC curve</h2><p>Across: false positive rate. Up: true positive rate.</p>"
        '<svg width="300" height="300" viewBox="0 0 300 300" role="img" aria-label="ROC curve">'
        '<path d="M20 20V280H280" fill="none" stroke="#9fb3c8"/><path d="M20 280L280 20" stroke="#bcccdc" stroke-dasharray="4 4"/>'
        f'<polyline points="{points}" fill="none" stroke="#2680c2" stroke-width="2"/></svg>'
    )
