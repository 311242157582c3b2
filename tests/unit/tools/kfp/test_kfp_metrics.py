"""Metrics in the very shapes that kfp's own artifact classes record."""

import json
import math
from typing import Any

from kfp import dsl

from tools.kfp.metrics import measurements
from tools.kfp.model import RunArtifact


def recorded(artifact: dsl.Artifact, task: str = "evaluate") -> RunArtifact:
    """What comes back of an artifact after its way through JSON."""
    return RunArtifact("id", artifact.name, artifact.schema_title, artifact.uri, task, json.loads(json.dumps(artifact.metadata)))


def metrics(task: str = "evaluate", **values: Any) -> RunArtifact:
    artifact = dsl.Metrics(name="metrics", uri="minio://b/k", metadata={})
    for name, value in values.items():
        artifact.log_metric(name, value)
    return recorded(artifact, task)


def classification() -> dsl.ClassificationMetrics:
    return dsl.ClassificationMetrics(name="report", uri="minio://b/k", metadata={})


def test_scalars_of_every_type() -> None:
    assert measurements([metrics(accuracy=0.97, rows=150, best="svm", passed=True)]).scalars == {
        "accuracy": 0.97,
        "rows": 150,
        "best": "svm",
        "passed": True,
    }


def test_no_figure_is_lost_when_steps_use_the_same_name() -> None:
    found = measurements([metrics(loss=0.3), metrics("train", loss=0.2), metrics("train", loss=0.1), metrics("train", loss=0.0)])
    assert found.scalars == {"loss": 0.3, "train.loss": 0.2, "train.loss (2)": 0.1, "train.loss (3)": 0.0}


def test_confusion_matrix_logged_at_once() -> None:
    report = classification()
    report.log_confusion_matrix(["cat", "dog"], [[9, 1], [2, 8]])
    assert measurements([recorded(report)]).matrices == [("report", ["cat", "dog"], [[9, 1], [2, 8]])]


def test_confusion_matrix_logged_by_rows_and_cells() -> None:
    report = classification()
    report.set_confusion_matrix_categories(["cat", "dog"])
    report.log_confusion_matrix_row("cat", [9, 1])
    report.log_confusion_matrix_cell("dog", "dog", 8)
    assert measurements([recorded(report)]).matrices == [("report", ["cat", "dog"], [[9, 1], [0, 8]])]


def test_roc_curve_logged_at_once_and_by_points() -> None:
    whole, points = classification(), classification()
    whole.log_roc_curve([0.0, 0.2, 1.0], [0.0, 0.9, 1.0], [math.inf, 0.5, 0.0])
    for x, y, threshold in ((0.0, 0.0, 1.0), (0.2, 0.9, 0.5), (1.0, 1.0, 0.0)):
        points.log_roc_data_point(x, y, threshold)
    expected = [("report", [0.0, 0.2, 1.0], [0.0, 0.9, 1.0])]
    assert measurements([recorded(whole)]).curves == measurements([recorded(points)]).curves == expected


def test_the_wrappings_of_a_cluster_are_taken_off() -> None:
    report = classification()
    report.log_confusion_matrix(["a"], [[1]])
    report.log_roc_curve([0.0], [1.0], [0.5])
    plain = recorded(report)
    wrapped = {
        "confusionMatrix": {"struct": plain.metadata["confusionMatrix"]},
        "confidenceMetrics": {"list": plain.metadata["confidenceMetrics"]},
    }
    again = measurements([RunArtifact("id", "report", plain.type, "", "t", wrapped)])
    assert (again.matrices, again.curves) == (measurements([plain]).matrices, measurements([plain]).curves)


def test_other_artifacts_and_unusable_values_are_no_metrics() -> None:
    model = dsl.Model(name="model", uri="minio://b/k", metadata={"accuracy": 1.0})
    strange = RunArtifact("id", "m", "system.Metrics", "", "t", {"nested": {"a": 1}, "nothing": None})
    empty = RunArtifact("id", "c", "system.ClassificationMetrics", "", "t", {})
    found = measurements([recorded(model), strange, empty])
    assert not (found.scalars or found.matrices or found.curves)
