"""What a cluster tells of steps that printed, failed or were stopped, through the tools: logs of pods and of the archive, diagnoses."""

import pytest

from standalone.objects import FolderStore
from tests.integration.tools.cluster.runs import Ask, failing, put, training
from tests.integration.tools.kfp_cluster import NAMESPACE, Cluster, pod
from tools.result import ErrorCode


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
