"""A cluster, whose API tells less of steps than the standalone server: what there is, is told; what is not, is said."""

import json
from typing import Any

import pytest

from tests.unit.tools.calling import answer, services
from tests.unit.tools.http_answers import Answer, Request, answering
from tools.kfp.client import Kfp
from tools.kfp.settings import KfpSettings
from tools.result import ErrorCode, ToolResult

RUN = "11111111-2222-4333-8444-555555555555"


def task(name: str, state: str, error: str = "", parent: str | None = "root") -> dict[str, Any]:
    times = {"start_time": "2026-01-01T00:00:01Z", "end_time": "2026-01-01T00:00:09Z"}
    return {"task_id": name, "display_name": name, "state": state, "parent_task_id": parent, "error": {"message": error}, **times}


def ask(tool: str, *tasks: dict[str, Any], error: str = "", **arguments: Any) -> ToolResult:
    """A tool's answer about a failed run of these tasks."""
    run = {"run_id": RUN, "display_name": "nightly", "state": "FAILED", "error": {"message": error}}
    run |= {
        "run_details": {"task_details": [task("root", "FAILED", parent=None), *tasks] if tasks else []},
        "created_at": "2026-01-01T00:00:00Z",
    }

    def reply(request: Request) -> Answer:
        path = request.path
        if path.split("?")[0] == f"/apis/v2beta1/runs/{RUN}":
            return Answer(body=json.dumps(run))
        if path.startswith("/apis/v2beta1/runs?"):
            return Answer(body=json.dumps({"runs": [run], "total_size": 1}))
        return Answer(404, json.dumps({"error": "Not Found", "code": 5, "message": "Not Found", "details": []}))

    with answering(reply) as server:
        kfp = Kfp(lambda: KfpSettings(endpoint=server.url))
        return answer("kfp", tool, services(kfp=kfp), run="nightly", **arguments)


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        ("OOMKilled (exit code 137)", "out of memory"),
        ("ImagePullBackOff: Back-off pulling image train:v9", "image pull"),
        ("The node was low on resource: ephemeral-storage.", "disk full"),
        ("main: Error (exit code 1): botocore.exceptions.ClientError: An error occurred (AccessDenied)", "permission"),
        ("Error (exit code 143)", "terminated"),
    ],
)
def test_a_failed_step_is_diagnosed_from_what_the_run_tells(error: str, cause: str) -> None:
    result = ask("diagnose_run", task("load", "SUCCEEDED"), task("train", "FAILED", error))
    assert result.content.startswith(f"Run `nightly` failed in step `train`: {cause}. `")
    assert "Before it succeeded: `load`." in result.content


def test_the_error_of_the_run_helps_where_the_step_has_none() -> None:
    result = ask("diagnose_run", task("train", "FAILED"), error="child 'train' failed: OOMKilled")
    assert "failed in step `train`: out of memory." in result.content


def test_a_run_that_failed_before_its_first_step() -> None:
    result = ask("diagnose_run", error='pods "train" is forbidden: exceeded quota: compute')
    assert result.content.startswith("Run `nightly` failed without a failed step: no room on the cluster.")


@pytest.mark.parametrize("tool", ["get_run_logs", "explain_caching", "list_run_artifacts", "get_run_metrics"])
def test_what_a_cluster_does_not_tell_is_said(tool: str) -> None:
    result = ask(tool, task("train", "FAILED"))
    assert result.code is ErrorCode.UNSUPPORTED
    assert "does not hand on ML Metadata" in result.content
    assert "The dashboard itself shows the run" in result.content
