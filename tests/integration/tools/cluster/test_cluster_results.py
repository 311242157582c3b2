"""What a cluster records of its runs, through the tools: steps, metrics, artifacts, lineage and caching, from ML Metadata over gRPC-Web."""

from typing import Any

import pytest

from standalone.objects import FolderStore
from tests.integration.tools.cluster.runs import Ask, put, run_id, training
from tests.integration.tools.kfp_cluster import NAMESPACE, Cluster, pod
from tests.integration.tools.mlmd import Mlmd
from tests.unit.tools.calling import answer, services
from tools.kfp.client import Kfp
from tools.kfp.settings import KfpSettings
from tools.result import ErrorCode


def test_the_steps_of_a_run_are_those_of_the_pipeline(ask: Ask) -> None:
    content = ask("get_run", run="fit-1").content
    assert content.startswith("Run `fit-1` of pipeline `fitting` succeeded")
    assert [line.split("|")[1].strip() for line in content.splitlines() if line.startswith("| ")][1:] == ["load", "train", "evaluate"]


def test_metrics_with_their_charts(ask: Ask) -> None:
    result = ask("get_run_metrics", run="fit-2")
    assert result.content.startswith("Run `fit-2`: accuracy 0.9, rmse 2, note fine.")
    assert "| **yes** | 1 | 9 |" in result.content.replace(".0", "")
    assert [a.title for a in result.artifacts if a.kind == "chart"] == ["Confusion matrix of fit-2", "ROC curve of fit-2"]
    assert "store_session_info" not in result.model_dump_json()


def test_runs_are_compared_and_plotted(ask: Ask) -> None:
    result = ask("compare_runs", runs=["fit-1", "fit-2"])
    assert result.content.startswith("`fit-2` is better on accuracy")
    assert "10" in result.content
    result = ask("plot_runs", metric="accuracy", pipeline="fitting")
    assert result.content.startswith("`accuracy` over 2 runs. Best: `fit-2` with 0.9.")


def test_artifacts_are_listed_with_step_and_place(ask: Ask) -> None:
    content = ask("list_run_artifacts", run="fit-1").content
    assert content.startswith("Run `fit-1` produced 5 artifacts.")
    assert "| `table` | Dataset | load | minio://mlpipeline/fit-1/table.csv |" in content
    assert "| `model` | Model | train | s3://mlpipeline/fit-1/model |" in content


def test_artifacts_are_shown_from_the_object_store(ask: Ask, store: FolderStore) -> None:
    put(store, "fit-1/table.csv", "age,price\n1,2\n")
    assert "age" in ask("show_artifact", run="fit-1", artifact="table").content
    put(store, "fit-1/page.html", "<h1>Fine</h1>")
    assert [a.data for a in ask("show_artifact", run="fit-1", artifact="page").artifacts] == [{"html": "<h1>Fine</h1>"}]
    assert [a.kind for a in ask("show_artifact", run="fit-1", artifact="confusion matrix").artifacts] == ["chart"]
    assert ask("show_artifact", run="fit-1", artifact="model").code is ErrorCode.NOT_FOUND


def test_a_run_that_has_not_begun(cluster: Cluster, ask: Ask) -> None:
    cluster.add({"id": run_id(9), "name": "waiting", "pipeline": "fitting", "state": "PENDING"})
    assert ask("get_run_metrics", run="waiting").status == "no_data"
    assert ask("get_run_logs", run="waiting").status == "no_data"
    assert ask("explain_caching", run="waiting").status == "no_data"


def test_steps_in_loops_are_told_apart(cluster: Cluster, ask: Ask) -> None:
    step = {"type": "Container", "task": "work", "state": "COMPLETE"}
    executions: list[dict[str, Any]] = [
        {"key": "root", "type": "DAG", "task": "", "state": "RUNNING"},
        {"key": "loop", "type": "DAG", "task": "for-loop-1", "state": "RUNNING", "parent": "root"},
    ]
    for n in range(2):
        executions.append(
            {"key": f"item-{n}", "type": "DAG", "task": "for-loop-1", "state": "RUNNING", "parent": "loop", "iteration_index": n}
        )
        executions.append({**step, "key": f"work-{n}", "parent": f"item-{n}", "pod_name": pod("looping", 10 + n), "inputs": {"n": n}})
    cluster.add({"id": run_id(8), "name": "looping", "pipeline": "loops", "executions": executions})
    content = ask("explain_caching", run="looping").content
    assert "for-loop-1/0/work" in content
    assert "for-loop-1/1/work" in content


def test_objects_know_the_runs_that_wrote_and_read_them(ask: Ask, store: FolderStore, cluster: Cluster) -> None:
    put(store, "fit-1/table.csv", "age,price\n1,2\n")
    kfp = Kfp(lambda: KfpSettings(endpoint=cluster.endpoint, namespace=NAMESPACE))
    content = answer("minio", "get_object_info", services(store=store, kfp=kfp), bucket="mlpipeline", key="fit-1/table.csv").content
    assert "fit-1" in content.replace("fit-1/table.csv", "")
    (found,) = kfp.lineage(["minio://mlpipeline/fit-1/table.csv", "s3://mlpipeline/none"])
    assert (found.run, found.artifact.name, found.artifact.task, found.imported) == ("fit-1", "table", "load", False)
    assert [(r.run, r.step) for r in found.readers][:1] == [("fit-1", "train")]


def test_a_cached_step_names_the_run_that_had_done_it(cluster: Cluster, mlmd: Mlmd, ask: Ask) -> None:
    first = cluster.add(training(21, 0.7, name="first"))
    executions = [
        {"key": "root", "type": "DAG", "task": "", "state": "RUNNING"},
        {"key": "load", "type": "Container", "task": "load", "state": "CACHED", "cached": first["load"], "writes": {"table": "data-21"}},
    ]
    cluster.add({"id": run_id(22), "name": "again", "pipeline": "fitting", "executions": executions})
    assert f"run {run_id(21)[:8]} had done the same" in ask("explain_caching", run="again").content
    assert "`table`" in ask("list_run_artifacts", run="again").content
    assert "taken from the cache" in ask("get_run_logs", run="again").content


@pytest.mark.parametrize(
    ("number", "changed", "said"),
    [
        (61, {}, "its result was not in the cache any more"),
        (62, {"cache_fingerprint": ""}, "caching is turned off for this step or run"),
        (63, {"cache_fingerprint": "other", "inputs": {"c": 99.0, "kernel": "rbf"}}, "inputs differ from the nearest earlier run: `c`"),
        (64, {"cache_fingerprint": "other", "reads": {"data": "data-2"}}, "inputs differ from the nearest earlier run: `data`"),
        (65, {"cache_fingerprint": "other"}, "the component's code, command or image has changed since"),
        (66, {"cache_fingerprint": "other", "task": "tune"}, "no earlier run has a successful result of this step"),
    ],
)
def test_why_a_step_was_executed(cluster: Cluster, mlmd: Mlmd, ask: Ask, number: int, changed: dict[str, Any], said: str) -> None:
    pipeline = f"why-{number}"
    step = {"key": "train", "type": "Container", "task": "train", "state": "COMPLETE", "pod_name": pod("x", 1)}
    step |= {"cache_fingerprint": "same", "inputs": {"c": 1.0, "kernel": "rbf"}, "reads": {"data": "data-1"}}
    cluster.add({"id": run_id(number), "name": "before", "pipeline": pipeline, "executions": [step]})
    cluster.add({"id": run_id(number + 1000), "name": "after", "pipeline": pipeline, "executions": [{**step, **changed}]})
    assert said in ask("explain_caching", run="after").content
