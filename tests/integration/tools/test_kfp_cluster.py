"""The results of runs on a cluster, through the tools: ML Metadata over gRPC-Web, logs of pods, archived logs; and what fails."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from standalone.objects import FolderStore
from tests.integration.tools.kfp_cluster import GRPC_WEB, NAMESPACE, Cluster, frame, pod, serving
from tests.integration.tools.kfp_world import PAGE
from tests.integration.tools.mlmd import Mlmd, opened_mlmd
from tests.unit.tools.calling import answer, services
from tests.unit.tools.http_answers import Answer, Request
from tools.kfp import settings as kfp_settings
from tools.kfp.client import Kfp
from tools.kfp.settings import KfpSettings
from tools.result import ErrorCode, ToolResult

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


@pytest.fixture(scope="module")
def mlmd() -> Iterator[Mlmd]:
    with opened_mlmd() as opened:
        yield opened


@pytest.fixture(scope="module")
def busy(mlmd: Mlmd) -> Iterator[Cluster]:
    """A cluster with two trained models, whose pods are still there."""
    with serving(mlmd) as cluster:
        cluster.add(training(1, 0.8))
        cluster.add(training(2, 0.9, c=10.0))
        cluster.pods = {pod(f"fit-{run}", step): f"step {step} of fit-{run}\nall is well\n" for run in (1, 2) for step in (1, 2, 3)}
        yield cluster


@pytest.fixture
def cluster(busy: Cluster) -> Iterator[Cluster]:
    before = list(busy.runs)
    yield busy
    busy.faults.clear()
    busy.runs[:] = before


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    made = FolderStore(tmp_path / "buckets")
    made.create_bucket("mlpipeline")
    return made


@pytest.fixture
def ask(cluster: Cluster, store: FolderStore) -> Callable[..., ToolResult]:
    """A tool's answer about this cluster."""
    kfp = Kfp(lambda: KfpSettings(endpoint=cluster.endpoint, namespace=NAMESPACE, timeout=5), lambda: store)
    world = services(store=store, kfp=kfp)

    def asked(tool: str, **arguments: Any) -> ToolResult:
        result = answer("kfp", tool, world, **arguments)
        assert len(result.content) <= PAGE
        return result

    return asked


Ask = Callable[..., ToolResult]


def put(store: FolderStore, key: str, text: str) -> None:
    store.put("mlpipeline", key, io.BytesIO(text.encode()), len(text.encode()))


# what is recorded


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


# caching


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


# logs


def test_the_log_comes_from_the_pod(ask: Ask) -> None:
    result = ask("get_run_logs", run="fit-1", step="train")
    assert result.content.startswith("The log of step `train` (succeeded) of run `fit-1`:")
    assert "step 2 of fit-1\nall is well" in result.content


def test_only_the_end_of_a_long_log_is_kept(cluster: Cluster, ask: Ask) -> None:
    cluster.pods[pod("fit-1", 1)] = "\n".join(f"line {n}" for n in range(300_000))
    result = ask("get_run_logs", run="fit-1", step="load")
    assert result.content.startswith("The end of the log")
    assert "line 299999" in result.content


@pytest.mark.parametrize(("number", "place"), [(33, "artifacts/"), (34, f"private-artifacts/{NAMESPACE}/")])
def test_the_log_of_a_pod_that_is_gone_comes_from_the_archive(
    cluster: Cluster, ask: Ask, store: FolderStore, number: int, place: str
) -> None:
    name = f"gone-{number}"
    cluster.add(training(number, 0.5, name=name))
    put(store, f"{place}{name}/2026/01/01/{pod(name, 2)}/main.log", "archived words\n")
    assert "archived words" in ask("get_run_logs", run=name, step="train").content


def test_a_log_that_is_nowhere_is_said_to_be_gone(cluster: Cluster, ask: Ask) -> None:
    cluster.add(training(32, 0.5, name="lost"))
    result = ask("get_run_logs", run="lost", step="train")
    assert result.code is ErrorCode.NOT_FOUND
    assert f"none of pod `{pod('lost', 2)}` (it answered 500), and none is archived in bucket `mlpipeline`" in result.content


# failures


def failing(number: int, name: str, **train: Any) -> dict[str, Any]:
    run = training(number, 0.5, name=name, state="FAILED")
    run["executions"] = run["executions"][:3]
    run["executions"][2].update(state="FAILED", writes={}, **train)
    return run


def test_a_failed_step_is_diagnosed_from_its_log(cluster: Cluster, ask: Ask) -> None:
    cluster.add(failing(41, "broken"))
    cluster.pods[pod("broken", 2)] = (
        "Traceback (most recent call last):\n"
        '  File "/tmp/x/ephemeral_component.py", line 7, in train\n    import xgboost\n'
        "ModuleNotFoundError: No module named 'xgboost'\n"
    )
    content = ask("diagnose_run", run="broken").content
    assert content.startswith("Run `broken` failed in step `train`: missing module.")
    assert "It was given c=1, kernel=rbf." in content
    assert "Before it succeeded: `load`." in content
    assert "Arguments and pipeline version are those of" in content or "Different from the last good run" in content


def test_a_killed_step_never_recorded_its_end(cluster: Cluster, ask: Ask) -> None:
    run = failing(42, "killed")
    run["executions"][2]["state"] = "RUNNING"
    run["nodes"] = [{"display_name": "train", "state": "FAILED"}]
    run["error"] = "OOMKilled (exit code 137)"
    cluster.add(run)
    content = ask("diagnose_run", run="killed").content
    assert content.startswith("Run `killed` failed in step `train`: out of memory.")
    assert "Its log could not be read" in content


def test_a_step_that_could_not_start_is_named(cluster: Cluster, ask: Ask) -> None:
    run = training(43, 0.5, name="unstarted", state="FAILED", error="")
    run["executions"] = run["executions"][:2]
    run["nodes"] = [
        {"display_name": "train-driver", "state": "FAILED", "error": {"message": "failed to resolve inputs: Permission denied"}}
    ]
    cluster.add(run)
    assert ask("diagnose_run", run="unstarted").content.startswith("Run `unstarted` failed in step `train`: permission.")
    assert "Failed step: `train`" in ask("get_run", run="unstarted").content


@pytest.mark.parametrize(
    ("number", "states", "told"),
    [
        (44, ["PENDING", "RUNNING", "CANCELING", "FAILED"], "was stopped after 1 min"),
        (45, ["RUNNING", "CANCELING", "CANCELED"], "was stopped after 1 min"),
        (46, ["PENDING", "RUNNING", "FAILED"], "failed in 1 min"),
        (47, ["RUNNING", "CANCELING", "FAILED", "RUNNING", "FAILED"], "failed in 1 min"),
        (48, ["RUNNING", "CANCELING", "SUCCEEDED"], "succeeded in 1 min"),
    ],
)
def test_a_run_that_somebody_stopped_is_told_apart(cluster: Cluster, ask: Ask, number: int, states: list[str], told: str) -> None:
    name = "-".join(states).lower()
    cluster.add(training(number, 0.5, name=name, state=states[-1], states=states))
    assert told in ask("get_run", run=name).content


# who is asking, and what goes wrong on the way


def metadata(answer: Answer) -> Callable[[Request], Answer | None]:
    return lambda request: answer if "/ml_metadata." in request.path else None


FAULTS: dict[str, tuple[Answer, ErrorCode, str]] = {
    "absent": (Answer(404, "<html>nginx</html>"), ErrorCode.UNSUPPORTED, "Check that KFP_ENDPOINT is the address of the dashboard"),
    "absent from the API": (Answer(404, '{"code": 5, "message": "Not Found"}'), ErrorCode.UNSUPPORTED, "`metadata-envoy` runs"),
    "down": (Answer(503, "no healthy upstream"), ErrorCode.UNAVAILABLE, "answered 503"),
    "no token": (Answer(401, "Unauthorized"), ErrorCode.PERMISSION_DENIED, "Check KFP_TOKEN"),
    "no right": (Answer(403, "RBAC: access denied"), ErrorCode.PERMISSION_DENIED, "Check KFP_TOKEN"),
    "login": (
        Answer(302, "", {"location": "https://dex.example.org/"}),
        ErrorCode.PERMISSION_DENIED,
        "Log in with KFP_TOKEN or KFP_COOKIES",
    ),
    "page": (Answer(200, "<html></html>", {"content-type": "text/html"}), ErrorCode.UNAVAILABLE, "answers with a web page"),
    "JSON": (Answer(200, "{}"), ErrorCode.UNAVAILABLE, "cannot be read (not gRPC-Web)"),
    "nothing": (Answer(200, b"", GRPC_WEB), ErrorCode.UNAVAILABLE, "cannot be read (the trailers are missing)"),
    "cut off": (Answer(200, frame(0, b"x" * 50)[:20], GRPC_WEB), ErrorCode.UNAVAILABLE, "cannot be read (a frame was cut off)"),
    "half a header": (Answer(200, b"\0\0", GRPC_WEB), ErrorCode.UNAVAILABLE, "cannot be read"),
    "garbage": (Answer(200, frame(0, b"\xff" * 9) + frame(0x80, b"grpc-status:0"), GRPC_WEB), ErrorCode.UNAVAILABLE, "cannot be read"),
    "trailers alone": (
        Answer(200, b"", {**GRPC_WEB, "grpc-status": "14", "grpc-message": "no%20database"}),
        ErrorCode.UNAVAILABLE,
        "no database",
    ),
    "denied inside": (Answer(200, frame(0x80, b"grpc-status: 7\r\ngrpc-message: no"), GRPC_WEB), ErrorCode.PERMISSION_DENIED, "no"),
    "not implemented": (Answer(200, frame(0x80, b"grpc-status:12\r\n"), GRPC_WEB), ErrorCode.UNSUPPORTED, "answered with an error"),
    "odd status": (Answer(200, frame(0x80, b"grpc-status:\xc3\xa9\r\n"), GRPC_WEB), ErrorCode.UNAVAILABLE, "answered with an error"),
    "broken off": (Answer(breaks=True), ErrorCode.UNAVAILABLE, "does not answer"),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("tool", ["get_run_metrics", "get_run_logs"])
def test_what_goes_wrong_with_the_metadata_is_said(cluster: Cluster, ask: Ask, fault: str, tool: str) -> None:
    given, code, said = FAULTS[fault]
    cluster.faults.append(metadata(given))
    result = ask(tool, run="fit-1")
    assert result.code is code
    assert said in result.content


def test_without_metadata_a_failure_is_still_diagnosed(cluster: Cluster, ask: Ask) -> None:
    cluster.add(failing(51, "sparse", task="train"))
    cluster.runs[-1]["error"] = {"message": "OOMKilled"}
    cluster.faults.append(metadata(FAULTS["absent"][0]))
    assert ask("diagnose_run", run="sparse").content.startswith("Run `sparse` failed in step `train`: out of memory.")


@pytest.mark.parametrize(
    ("given", "code", "said"),
    [
        (Answer(403, "Access denied to namespace", {"content-type": "text/plain"}), ErrorCode.PERMISSION_DENIED, "KFP_NAMESPACE"),
        (Answer(200, "<html></html>", {"content-type": "text/html"}), ErrorCode.UNAVAILABLE, "does not answer like"),
        (Answer(404, "pod not found", {"content-type": "text/plain"}), ErrorCode.NOT_FOUND, "it answered 404"),
        (Answer(503, "", {"content-type": "text/plain"}), ErrorCode.UNAVAILABLE, "answered 503"),
    ],
)
def test_what_goes_wrong_with_a_log_is_said(cluster: Cluster, ask: Ask, given: Answer, code: ErrorCode, said: str) -> None:
    cluster.faults.append(lambda request: given if "/k8s/pod/logs" in request.path else None)
    result = ask("get_run_logs", run="fit-1", step="train")
    assert result.code is code
    assert said in result.content


def test_metadata_below_the_endpoint_is_found_too(cluster: Cluster, ask: Ask) -> None:
    def gateway(request: Request) -> Answer | None:
        if request.path.startswith("/ml_metadata."):
            return Answer(404, "default backend - 404")
        if request.path.startswith("/pipeline/ml_metadata."):
            return cluster._metadata(request.path.rpartition("/")[2], request)
        return None

    cluster.faults.append(gateway)
    assert ask("get_run_metrics", run="fit-1").status == "ok"


@pytest.mark.parametrize(
    ("identity", "header", "value"),
    [
        ({"token": SecretStr("t0ken")}, "authorization", "Bearer t0ken"),
        ({"cookies": SecretStr("authservice_session=abc")}, "cookie", "authservice_session=abc"),
        ({}, "authorization", "Bearer projected"),
    ],
    ids=["token", "cookies", "service account"],
)
def test_every_request_says_who_asks(
    cluster: Cluster, store: FolderStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, identity: dict[str, Any], header: str, value: str
) -> None:
    cluster.faults.append(lambda request: None if request.headers.get(header) == value else Answer(401, "who are you?"))
    projected = tmp_path / "token"
    if not identity:
        projected.write_text("projected\n")
    for settings in (KfpSettings(namespace=NAMESPACE, **identity), KfpSettings(namespace=NAMESPACE, token=SecretStr("wrong"))):
        monkeypatch.setattr(kfp_settings, "SERVICE_ACCOUNT_TOKEN", projected)
        kfp = Kfp(lambda given=settings: given.model_copy(update={"endpoint": cluster.endpoint}), lambda: store)  # type: ignore[misc]
        for tool in ("get_run_metrics", "get_run_logs", "explain_caching", "list_runs"):
            result = answer("kfp", tool, services(store=store, kfp=kfp), **({} if tool == "list_runs" else {"run": "fit-1"}))
            assert result.code is (ErrorCode.PERMISSION_DENIED if settings.token == SecretStr("wrong") else None)
