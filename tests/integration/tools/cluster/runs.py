"""Runs as a cluster records them, and what the tests do with them."""

import io
from collections.abc import Callable
from typing import Any

from standalone.objects import FolderStore
from tests.integration.tools.kfp_cluster import pod
from tools.result import ToolResult

Ask = Callable[..., ToolResult]
"""A tool by name, and its arguments."""
MATRIX = {
    "annotationSpecs": [{"displayName": "no"}, {"displayName": "yes"}],
    "rows": [{"row": [8, 2]}, {"row": [1, 9]}],
}
CURVE = [
    {"confidenceThreshold": 1.0, "recall": 0.0, "falsePositiveRate": 0.0},
    {"confidenceThreshold": 0.5, "recall": 0.9, "falsePositiveRate": 0.1},
    {"confidenceThreshold": 0.0, "recall": 1.0, "falsePositiveRate": 1.0},
]


def run_id(number: int) -> str:
    return f"{number:08d}-2222-4333-8444-555555555555"


def training(number: int, accuracy: float, *, name: str = "", c: float = 1.0, **other: Any) -> dict[str, Any]:
    """A run of three steps: load, train, evaluate."""
    name = name or f"fit-{number}"
    container = {"type": "Container", "state": "COMPLETE"}
    data, model = f"data-{number}", f"model-{number}"
    executions = [
        {"key": "root", "type": "DAG", "task": "", "state": "RUNNING"},
        {
            **container,
            "key": "load",
            "task": "load",
            "pod_name": pod(name, 1),
            "parent": "root",
            "cache_fingerprint": "aa",
            "outputs": {"rows": 150},
            "writes": {
                "table": {"key": data, "type": "system.Dataset", "uri": f"minio://mlpipeline/{name}/table.csv", "metadata": {"rows": 150}}
            },
        },
        {
            **container,
            "key": "train",
            "task": "train",
            "pod_name": pod(name, 2),
            "parent": "root",
            "cache_fingerprint": f"bb{c}",
            "inputs": {"c": c, "kernel": "rbf"},
            "reads": {"data": data},
            "writes": {"model": {"key": model, "type": "system.Model", "uri": f"s3://mlpipeline/{name}/model"}},
        },
        {
            **container,
            "key": "evaluate",
            "task": "evaluate",
            "pod_name": pod(name, 3),
            "parent": "root",
            "reads": {"model": model},
            "writes": {
                "scores": {
                    "key": f"scores-{number}",
                    "type": "system.Metrics",
                    "uri": f"minio://mlpipeline/{name}/scores",
                    "metadata": {"accuracy": accuracy, "rmse": 2.0, "note": "fine"},
                },
                "quality": {
                    "key": f"quality-{number}",
                    "type": "system.ClassificationMetrics",
                    "uri": f"minio://mlpipeline/{name}/quality",
                    "metadata": {"confusionMatrix": MATRIX, "confidenceMetrics": CURVE},
                },
                "page": {"key": f"page-{number}", "type": "system.HTML", "uri": f"minio://mlpipeline/{name}/page.html"},
            },
        },
    ]
    return {"id": run_id(number), "name": name, "pipeline": "fitting", "executions": executions, "arguments": {"c": c}, **other}


def failing(number: int, name: str, **train: Any) -> dict[str, Any]:
    run = training(number, 0.5, name=name, state="FAILED")
    run["executions"] = run["executions"][:3]
    run["executions"][2].update(state="FAILED", writes={}, **train)
    return run


def put(store: FolderStore, key: str, text: str) -> None:
    store.put("mlpipeline", key, io.BytesIO(text.encode()), len(text.encode()))
