"""What a run measured: scalars, confusion matrices, ROC curves."""

from collections.abc import Collection
from dataclasses import dataclass, field
from itertools import chain, count
from typing import Any

from tools import charts
from tools.kfp.client import Kfp
from tools.kfp.model import RunArtifact
from tools.kinds import Run
from tools.markdown import table_artifact
from tools.result import Artifact, Subject, ToolResult
from tools.tables import fitted
from tools.tool import tool

Scalar = float | int | str | bool
ROOM = 1000
"""Characters of a table of metrics, and of a confusion matrix."""
MOST_LABELS = 8
"""Classes of a confusion matrix that is written out."""
BEST_KNOWN = ("accuracy", "f1", "roc_auc", "auc", "precision", "recall", "r2", "rmse", "mae", "loss")
"""Metrics that people ask for by name, the one to lead with first."""


@dataclass
class Measurements:
    """All metrics of one run."""

    scalars: dict[str, Scalar] = field(default_factory=dict)
    matrices: list[tuple[str, list[str], list[list[float]]]] = field(default_factory=list)
    """Artifact name, class labels, rows of true classes."""
    curves: list[tuple[str, list[float], list[float]]] = field(default_factory=list)
    """Artifact name, false positive rates, true positive rates."""


@tool(
    effect="read",
    examples=[
        "metrics of {run}",
        "how good was {run}",
        "what accuracy did {run} reach",
        "show the results of the latest run",
        "show the metrics and the confusion matrix of {run}",
        "show its metrics and its roc curve",
        "how well did it do",
        "what was the f1 score of {run}",
        "accuracy and f1 of {run}",
        "how did {run} perform",
        "what scores did {run} get",
        "what rmse did {run} achieve",
        "performance of {run}",
        "evaluation results of {run}",
        "was {run} any good",
        "which accuracy does {run} have",
        "show me the numbers of {run}",
        "what is the auc of {run}",
        "results of {run}",
        "sensitivity and specificity of {run}",
        "precision and recall of {run}",
        "how did {run} do",
        "how did {run} turn out",
        "what numbers did {run} get",
        "which score has {run}",
        "what did {run} reach",
        "how good did {run} turn out",
        "what quality did {run} reach",
        "with what my-thing did {run} finish",
        "error of {run}",
        "loss of {run}?",
        "which results has {run}",
        "the numbers of {run}",
        "what accuracy was reached by {run}",
        "how well does {run} do",
        "{run} performance",
    ],
)
def get_run_metrics(kfp: Kfp, /, run: Run) -> ToolResult:
    """Show what a finished run measured: accuracy, f1, rmse and so on, with its confusion matrix and ROC curve as charts."""
    view = kfp.run(run)
    measured = measurements(kfp.artifacts(view))
    if not (measured.scalars or measured.matrices or measured.curves):
        ending = "has not produced any metrics yet" if not view.done else "produced no metrics"
        why = " `diagnose_run` tells why it failed." if view.state == "failed" else ""
        return ToolResult.no_data(f"Run `{view.name}` {ending} (state: {view.state}).{why}")
    parts = [_lead(view.name, measured.scalars)]
    artifacts: list[Artifact] = []
    if measured.scalars:
        rows = list(measured.scalars.items())
        parts.append(fitted(["metric", "value"], rows, ROOM))
        artifacts.append(table_artifact(f"Metrics of {view.name}", ["metric", "value"], rows))
        found = shares(measured.scalars)
        if len(found) > 1:
            artifacts.append(charts.bars(f"Metrics of {view.name}", list(found), list(found.values())))
    for _, labels, matrix in measured.matrices:
        parts.append(matrix_table("Confusion matrix", labels, matrix))
        artifacts.append(charts.confusion_matrix(f"Confusion matrix of {view.name}", labels, matrix))
    for _, false_rates, true_rates in measured.curves:
        artifacts.append(charts.roc_curve(f"ROC curve of {view.name}", false_rates, true_rates))
    return ToolResult(
        content="\n\n".join(parts),
        artifacts=artifacts,
        subjects=[Subject(kind="run", name=view.name)] + ([Subject(kind="pipeline", name=view.pipeline)] if view.pipeline else []),
    )


def matrix_table(title: str, labels: list[str], matrix: list[list[float]]) -> str:
    """A confusion matrix in Markdown; one too wide for a page as the number of its classes and what is most often taken for what."""
    if len(labels) <= MOST_LABELS:
        rows = [(f"**{label}**", *row) for label, row in zip(labels, matrix, strict=False)]
        return f"{title} (rows true, columns predicted):\n\n" + fitted(["", *labels], rows, ROOM)
    pairs = [(n, true, taken) for true, row in zip(labels, matrix, strict=False) for taken, n in zip(labels, row, strict=False)]
    wrong = sorted((p for p in pairs if p[1] != p[2] and p[0]), reverse=True)[:5]
    mistakes = ", ".join(f"{true} taken for {taken} ({n:g})" for n, true, taken in wrong) or "none"
    return f"{title} of {len(labels)} classes, drawn beside this answer. Most frequent mistakes: {mistakes}."


def shares(scalars: dict[str, Scalar]) -> dict[str, float]:
    """The metrics that lie between 0 and 1, which can be drawn side by side."""
    return {name: value for name, value in scalars.items() if isinstance(value, float) and 0 <= value <= 1}


def _lead(run: str, scalars: dict[str, Scalar]) -> str:
    first = sorted(scalars, key=lambda name: BEST_KNOWN.index(name) if name in BEST_KNOWN else len(BEST_KNOWN))[:3]
    said = ", ".join(f"{name} {value:.4g}" if isinstance(value := scalars[name], float) else f"{name} {value}" for name in first)
    return f"Run `{run}`: {said}." if said else f"Run `{run}` recorded a classification report."


def measurements(artifacts: list[RunArtifact]) -> Measurements:
    """The metrics among a run's artifacts; where several steps use a name, the later ones are prefixed with the step and numbered."""
    measured = Measurements()
    for artifact in artifacts:
        if artifact.type == "system.Metrics":
            for name, value in artifact.metadata.items():
                if isinstance(value, int | float | str | bool):
                    measured.scalars[_free(name, artifact.task, measured.scalars)] = value
        elif artifact.type == "system.ClassificationMetrics":
            _classification(artifact, measured)
    return measured


def _free(name: str, task: str, taken: Collection[str]) -> str:
    prefixed = f"{task}.{name}"
    numbered = (f"{prefixed} ({n})" for n in count(2))
    return next(free for free in chain([name, prefixed], numbered) if free not in taken)


def _classification(artifact: RunArtifact, measured: Measurements) -> None:
    matrix = _unwrapped(artifact.metadata.get("confusionMatrix"))
    if isinstance(matrix, dict):
        labels = [str(spec.get("displayName", "")) for spec in matrix.get("annotationSpecs", [])]
        rows = [[float(v) for v in row.get("row", [])] for row in matrix.get("rows", [])]
        measured.matrices.append((artifact.name, labels, rows))
    points = _unwrapped(artifact.metadata.get("confidenceMetrics"))
    if isinstance(points, list):
        pairs = [(float(p["falsePositiveRate"]), float(p["recall"])) for p in points if "falsePositiveRate" in p and "recall" in p]
        measured.curves.append((artifact.name, [x for x, _ in pairs], [y for _, y in pairs]))


def _unwrapped(value: Any) -> Any:
    """Clusters wrap structured metadata in `{"struct": ...}` or `{"list": ...}`."""
    if isinstance(value, dict) and len(value) == 1:
        key, inner = next(iter(value.items()))
        if key in ("struct", "list"):
            return inner
    return value
