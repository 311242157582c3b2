"""Every sample pipeline, run from its compiled package by `kfp.local`."""

import json
import math
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import joblib
import pytest

from standalone.samples.build import COMPILED
from standalone.samples.tables import customer_table, iris_table


@dataclass
class Artifact:
    path: Path
    metadata: dict


@dataclass
class LocalRun:
    succeeded: bool
    log: str
    steps: dict[str, dict[str, Artifact]]


@pytest.fixture
def run(tmp_path):
    """A function that runs a sample pipeline and answers what its finished steps left behind."""

    def run_pipeline(name: str, **arguments) -> LocalRun:
        script = Path(__file__).with_name("local_run.py")
        command = [sys.executable, script, COMPILED / f"{name}.yaml", tmp_path, json.dumps(arguments)]
        process = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        steps = {}
        for output in tmp_path.glob("*/*/executor_output.json"):
            artifacts = json.loads(output.read_text()).get("artifacts", {})
            steps[output.parent.name] = {
                name: Artifact(Path(listed["artifacts"][0]["uri"]), listed["artifacts"][0].get("metadata", {}))
                for name, listed in artifacts.items()
            }
        return LocalRun(process.returncode == 0, process.stdout, steps)

    return run_pipeline


def matrix_of(artifact: Artifact) -> tuple[list[str], list[list[float]]]:
    matrix = artifact.metadata["confusionMatrix"]
    return [spec["displayName"] for spec in matrix["annotationSpecs"]], [row["row"] for row in matrix["rows"]]


def assert_roc_curve(artifact: Artifact) -> None:
    curve = artifact.metadata["confidenceMetrics"]
    assert (curve[0]["falsePositiveRate"], curve[0]["recall"]) == (0, 0)
    assert (curve[-1]["falsePositiveRate"], curve[-1]["recall"]) == (1, 1)
    thresholds = [point["confidenceThreshold"] for point in curve]
    assert all(math.isfinite(threshold) for threshold in thresholds)
    assert thresholds == sorted(thresholds, reverse=True)


def assert_page(artifact: Artifact, *words: str) -> None:
    page = artifact.path.read_text()
    assert page.startswith("<!DOCTYPE html>")
    assert "<script" not in page and "http" not in page
    for word in words:
        assert word in page


def test_iris_classification(run):
    iris = run("iris-classification")
    assert iris.succeeded, iris.log
    assert set(iris.steps) == {"load-data", "train-model", "evaluate-model", "report"}

    metrics = iris.steps["evaluate-model"]["metrics"].metadata
    assert set(metrics) == {"accuracy", "precision", "recall", "f1", "roc_auc"}
    assert 0.9 <= metrics["accuracy"] <= 1
    species, rows = matrix_of(iris.steps["evaluate-model"]["classification_metrics"])
    assert species == ["setosa", "versicolor", "virginica"]
    assert [sum(row) for row in rows] == [10, 10, 10]
    assert sum(rows[i][i] for i in range(3)) / 30 == pytest.approx(metrics["accuracy"])

    tree = joblib.load(iris.steps["train-model"]["model"].path)
    assert tree.get_depth() <= 3
    assert list(tree.predict(iris_table().drop(columns="species").head(2))) == ["setosa", "setosa"]
    assert_page(iris.steps["report"]["report"], "Confusion matrix", "setosa", f"{metrics['accuracy']:.4f}")


def test_breast_cancer_svm(run):
    cancer = run("breast-cancer-svm", C=10.0, kernel="linear")
    assert cancer.succeeded, cancer.log
    assert cancer.steps["train-model"]["model"].metadata["C"] == 10

    metrics = cancer.steps["evaluate-model"]["metrics"].metadata
    assert 0.9 <= metrics["accuracy"] < 1
    assert 0.95 <= metrics["roc_auc"] <= 1
    classification = cancer.steps["evaluate-model"]["classification_metrics"]
    diagnoses, rows = matrix_of(classification)
    assert diagnoses == ["benign", "malignant"]
    assert sum(map(sum, rows)) == 114
    assert rows[1][1] / sum(rows[1]) == pytest.approx(metrics["recall"])
    assert_roc_curve(classification)
    assert_page(cancer.steps["report"]["report"], "ROC curve", "<polyline")


def test_diabetes_regression(run):
    diabetes = run("diabetes-regression", model="lasso")
    assert diabetes.succeeded, diabetes.log
    assert diabetes.steps["train-model"]["regressor"].metadata["estimator"] == "Lasso"

    metrics = diabetes.steps["evaluate-model"]["metrics"].metadata
    assert set(metrics) == {"rmse", "mae", "r2"}
    assert 40 < metrics["mae"] < metrics["rmse"] < 65
    assert 0.3 < metrics["r2"] < 0.6
    assert_page(diabetes.steps["report"]["report"], "Predictions", f"{metrics['rmse']:.4f}")


def test_wine_data_validation(run):
    wine = run("wine-data-validation", min_class_fraction=0.3)
    assert wine.succeeded, wine.log
    assert wine.steps["report"]["metrics"].metadata == {"rows": 178, "columns": 14, "checks": 7, "failed_checks": 1}
    summary = wine.steps["report"]["summary"].path.read_text()
    assert "6 of 7 checks passed on 178 wines" in summary
    assert "| class balance | **failed** | class_2 has 27.0%, at least 30.0% wanted |" in summary
    assert_page(wine.steps["report"]["report"], "missing values", "FAILED")


def test_customer_churn_training_stops_at_the_renamed_column(run):
    churn = run("customer-churn-training")
    assert not churn.succeeded
    assert {"load-data", "split-data"} <= set(churn.steps)
    assert not {"train-model", "evaluate-model", "report"} & set(churn.steps)
    assert "KeyError: 'churn'" in churn.log
    assert "label 'churn', columns customer_id" in churn.log and "data_usage_gb, churned" in churn.log


def test_customer_churn_training_is_cured_by_an_argument(run):
    churn = run("customer-churn-training", label_column="churned")
    assert churn.succeeded, churn.log
    assert set(churn.steps) == {"load-data", "describe-data", "split-data", "train-model", "evaluate-model", "report"}
    metrics = churn.steps["evaluate-model"]["metrics"].metadata
    assert 0.7 <= metrics["accuracy"] < 1
    assert 0.75 <= metrics["roc_auc"] < 1
    classification = churn.steps["evaluate-model"]["classification_metrics"]
    assert sum(map(sum, matrix_of(classification)[1])) == len(customer_table()) / 4
    assert_roc_curve(classification)
    assert "| data_usage_gb | float64 |" in churn.steps["describe-data"]["summary"].path.read_text()
    assert_page(churn.steps["report"]["report"], "left", "ROC curve")
