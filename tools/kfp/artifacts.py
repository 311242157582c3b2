"""What a run produced: its artifacts, listed and shown."""

import base64
from collections.abc import Callable
from pathlib import PurePosixPath

from tools import charts
from tools.kfp.client import Kfp
from tools.kfp.metrics import ROOM, matrix_table, measurements
from tools.kfp.model import RunArtifact
from tools.kinds import ArtifactName, Run
from tools.markdown import count, size, table_artifact
from tools.minio.preview import preview
from tools.minio.store import ObjectStore
from tools.names import listed, matching, normal
from tools.result import Artifact, ErrorCode, Subject, ToolError, ToolResult
from tools.tables import fitted, shortened
from tools.tool import tool

MOST_BYTES = 2 * 1024 * 1024
"""Largest report or image that is shown."""
SHOWN_TEXT = 2000
"""Characters of a Markdown report that are shown."""
_IMAGES = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif", ".webp": "image/webp"}


@tool(
    effect="read",
    examples=[
        "what did {run} produce",
        "list the artifacts of {run}",
        "which outputs does {run} have",
        "which files did {run} write",
        "artifacts of the latest run",
        "what came out of {run}",
        "show me all artifacts from {run}",
        "does {run} have a model",
        "which artifacts are there for {run}",
        "where is the model that {run} trained",
        "a list of its artifacts",
        "outputs of {run}",
        "what was produced by {run}",
        "which models and files did {run} leave",
        "what files did {run} write",
        "what did {run} generate",
    ],
)
def list_run_artifacts(kfp: Kfp, /, run: Run) -> ToolResult:
    """List what the steps of a run produced: datasets, models, metrics, reports, with their place in the object store."""
    view = kfp.run(run)
    found = kfp.artifacts(view)
    if not found:
        return ToolResult.no_data(f"Run `{view.name}` has produced nothing yet (state: {view.state}).")
    columns = ["artifact", "type", "step", "place"]
    rows = [(a.name, a.type.removeprefix("system."), a.task, a.uri) for a in found]
    return ToolResult(
        content=f"Run `{view.name}` produced {count(len(found), 'artifact')}.\n\n" + fitted(columns, [(f"`{r[0]}`", *r[1:]) for r in rows]),
        artifacts=[table_artifact(f"Artifacts of {view.name}", columns, rows)],
        subjects=[Subject(kind="run", name=view.name)] + [Subject(kind="artifact", name=a.name) for a in found[:8]],
    )


@tool(
    effect="read",
    examples=[
        "show the confusion matrix of {run}",
        "open the report of {run}",
        "show the roc curve of {run}",
        "display the artifact metrics of {run}",
        "let me see the html report of the latest run",
        "open the summary that {run} wrote",
        "show me the confusion_matrix from {run}",
        "open the roc_curve one",
        "view the forecast_plot of {run}",
        "display the feature importance artifact of {run}",
        "can I see the plot that {run} made",
        "open the model card from {run}",
        "confusion matrix of {run}",
        "roc curve from {run} please",
        "open the demo-7 artifact of {run}",
        "open the demo-7 from {run}",
        "let me see the demo-7 output of {run}",
        "open the demo-7",
        "display demo-7 from {run}",
        "I want to look at the confusion matrix of {run}",
        "show me my-thing from {run}",
        "display the roc curve of {run}",
        "the model card of {run}, please",
        "open the plot",
        "show its calibration plot",
        "show me the plot it made",
    ],
)
def show_artifact(kfp: Kfp, store: ObjectStore, /, run: Run, artifact: ArtifactName) -> ToolResult:
    """Show one artifact of a run: a confusion matrix or ROC curve as a chart, reports, images, tables, text."""
    view = kfp.run(run)
    found = kfp.artifacts(view)
    chosen = _chosen(artifact, found, view.name)
    subjects = [Subject(kind="run", name=view.name), Subject(kind="artifact", name=chosen.name)]
    if chosen.type in ("system.Metrics", "system.ClassificationMetrics"):
        result = _drawn(chosen, artifact, view.name)
    else:
        result = _read(store, chosen)
    return result.model_copy(update={"subjects": subjects})


def _chosen(wanted: str, found: list[RunArtifact], run: str) -> RunArtifact:
    """The artifact of this name; a matrix or curve is looked for in the classification metrics."""
    names = list(dict.fromkeys(a.name for a in found))
    spoken = normal(wanted)
    fits = matching(wanted, names)
    if not fits and any(word in spoken for word in ("confusion", "matrix", "roc", "curve")):
        fits = [a.name for a in found if a.type == "system.ClassificationMetrics"][:1]
    if not fits:
        fits = [a.name for a in found if normal(a.type.rpartition(".")[2]) in spoken.split()][:1]
    if len(fits) != 1:
        code = ErrorCode.AMBIGUOUS if fits else ErrorCode.NOT_FOUND
        raise ToolError(code, f"run `{run}` has no single artifact `{wanted}`. It has: {listed(fits or names) or 'none'}.", fits or names)
    return next(a for a in reversed(found) if a.name == fits[0])


def _drawn(artifact: RunArtifact, wanted: str, run: str) -> ToolResult:
    measured = measurements([artifact])
    spoken = normal(wanted)
    drawn: list[Artifact] = []
    parts: list[str] = []
    if measured.scalars:
        rows = list(measured.scalars.items())
        parts.append(f"`{artifact.name}` of run `{run}`:\n\n" + fitted(["metric", "value"], rows, ROOM))
        drawn.append(table_artifact(f"{artifact.name} of {run}", ["metric", "value"], rows))
    if "roc" not in spoken:
        for _, labels, matrix in measured.matrices:
            parts.append(matrix_table(f"Confusion matrix of run `{run}`", labels, matrix))
            drawn.append(charts.confusion_matrix(f"Confusion matrix of {run}", labels, matrix))
    if "matrix" not in spoken:
        for _, false_rates, true_rates in measured.curves:
            parts.append(f"ROC curve of run `{run}` with {count(len(false_rates), 'point')}.")
            drawn.append(charts.roc_curve(f"ROC curve of {run}", false_rates, true_rates))
    if not parts:
        return ToolResult.no_data(f"`{artifact.name}` of run `{run}` holds no values of that kind.")
    return ToolResult(content="\n\n".join(parts), artifacts=drawn)


def _read(store: ObjectStore, artifact: RunArtifact) -> ToolResult:
    """An artifact's file from the object store."""
    bucket, _, key = artifact.uri.partition("://")[2].partition("/")
    if not artifact.uri.startswith(("minio://", "s3://")) or not key:
        raise ToolError(ErrorCode.UNSUPPORTED, f"`{artifact.name}` lies at {artifact.uri}, which this assistant cannot read.")
    info = store.stat(bucket, key)
    lead = f"`{artifact.name}` ({artifact.type.removeprefix('system.')}, {size(info.size)}) at `{artifact.uri}`"
    suffix = PurePosixPath(key).suffix.lower()
    show: Callable[[bytes], Artifact] | None = None
    if artifact.type == "system.HTML" or suffix in (".html", ".htm"):
        show = _html(artifact)
    elif suffix in _IMAGES:
        show = _image(artifact, _IMAGES[suffix])
    if show is not None:
        if info.size > MOST_BYTES:
            raise ToolError(ErrorCode.UNSUPPORTED, f"{lead} is too large to be shown (at most {size(MOST_BYTES)}); download it instead.")
        return ToolResult(content=f"{lead} is shown beside this answer.", artifacts=[show(store.read(bucket, key))])
    if artifact.type == "system.Markdown":
        text = store.read(bucket, key, 0, 4 * SHOWN_TEXT).decode("utf-8", "replace")
        return ToolResult(content=f"{lead}:\n\n{shortened(text, SHOWN_TEXT)}")
    return preview(store, info, rows=5, kind=str(artifact.metadata.get("format", "")))


def _html(artifact: RunArtifact) -> Callable[[bytes], Artifact]:
    return lambda raw: Artifact(kind="html", title=artifact.name, data={"html": raw.decode("utf-8", "replace")})


def _image(artifact: RunArtifact, media_type: str) -> Callable[[bytes], Artifact]:
    return lambda raw: Artifact(
        kind="image", title=artifact.name, data={"media_type": media_type, "base64": base64.b64encode(raw).decode()}
    )
