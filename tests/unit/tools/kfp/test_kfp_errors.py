"""What goes wrong on the way to Kubeflow Pipelines, over real HTTP: each failure is one right error that names the endpoint."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from tests.unit.tools.calling import answer, refusal, services
from tests.unit.tools.http_answers import Answer, answering, nobody_there
from tools.kfp import settings as kfp_settings
from tools.kfp.client import Kfp
from tools.kfp.model import Run, Version
from tools.kfp.settings import KfpSettings
from tools.result import ErrorCode


def client(url: str, **given: Any) -> Kfp:
    return Kfp(lambda: KfpSettings(endpoint=url, **given))


def said(text: str) -> str:
    return json.dumps({"error": text, "code": 5, "message": text, "details": []})


CASES: dict[str, tuple[Answer, ErrorCode, str]] = {
    "bad request": (Answer(400, said("Invalid filter")), ErrorCode.INVALID_ARGUMENT, "Invalid filter."),
    "no token": (Answer(401, said("Unauthenticated")), ErrorCode.PERMISSION_DENIED, "Check KFP_TOKEN"),
    "other namespace": (Answer(403, said("User is not authorized")), ErrorCode.PERMISSION_DENIED, "KFP_NAMESPACE"),
    "forbidden by a proxy": (Answer(403, "<html>RBAC: access denied</html>"), ErrorCode.PERMISSION_DENIED, "Check KFP_TOKEN"),
    "not there": (Answer(404, said("Pipeline not found")), ErrorCode.NOT_FOUND, "Pipeline not found."),
    "another server": (Answer(404, "<html>nginx</html>"), ErrorCode.UNAVAILABLE, "Check KFP_ENDPOINT"),
    "exists": (Answer(409, said("Already exists")), ErrorCode.CONFLICT, "Already exists."),
    "too large": (Answer(413, "too large"), ErrorCode.INVALID_ARGUMENT, "413"),
    "broken inside": (Answer(500, said("database is gone")), ErrorCode.UNAVAILABLE, "database is gone."),
    "not implemented": (Answer(501, said("Unimplemented")), ErrorCode.UNSUPPORTED, "Unimplemented."),
    "starting": (Answer(503, "upstream connect error"), ErrorCode.UNAVAILABLE, "try again"),
    "gateway waited": (Answer(504, ""), ErrorCode.TIMEOUT, "504"),
    "error of another shape": (Answer(500, '["what?"]'), ErrorCode.UNAVAILABLE, "answered 500"),
    "login page": (
        Answer(302, "", {"location": "https://dex.example.org/auth"}),
        ErrorCode.PERMISSION_DENIED,
        "https://dex.example.org/auth",
    ),
    "page instead of data": (
        Answer(200, "<html>Welcome</html>", {"content-type": "text/html"}),
        ErrorCode.UNAVAILABLE,
        "does not answer like",
    ),
    "no data at all": (Answer(200, ""), ErrorCode.UNAVAILABLE, "does not answer like"),
    "list instead of an object": (Answer(200, "[]"), ErrorCode.UNAVAILABLE, "does not answer like"),
    "bytes of no encoding": (Answer(200, b"\xff\xfe\xfa"), ErrorCode.UNAVAILABLE, "does not answer like"),
    "dates that are none": (
        Answer(200, '{"pipelines": [{"pipeline_id": "1", "created_at": "yesterday"}], "run_id": "1", "created_at": "yesterday"}'),
        ErrorCode.UNAVAILABLE,
        "does not answer like",
    ),
    "connection broken off": (Answer(breaks=True), ErrorCode.UNAVAILABLE, "does not answer. Check KFP_ENDPOINT"),
    "silence": (Answer(slow=True), ErrorCode.TIMEOUT, "did not answer within 0.3 s"),
}

CALLS: dict[str, Callable[[Kfp], object]] = {
    "list": lambda kfp: kfp.pipelines(),
    "start": lambda kfp: kfp.create_run("r", Version("v", "p", "one", None), {}),
    "get": lambda kfp: kfp.run("00000000-0000-0000-0000-000000000000"),
}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("case", CASES)
def test_each_failure_is_one_error_of_the_closed_set(case: str, call: str) -> None:
    served, code, words = CASES[case]
    with answering(served) as server:
        kfp = client(server.url, timeout=0.3)
        error = refusal(CALLS[call], kfp)
        kfp.close()
    assert error.code is code
    assert error.message.startswith("could not ")
    assert server.url in error.message
    assert words in error.message


def test_nobody_there() -> None:
    url = nobody_there()
    error = refusal(client(url).pipelines)
    assert error.code is ErrorCode.UNAVAILABLE
    assert url in error.message
    assert "swarm doctor" in error.message


def test_a_name_that_does_not_resolve() -> None:
    error = refusal(client("http://nowhere.invalid").pipelines)
    assert error.code is ErrorCode.UNAVAILABLE
    assert "http://nowhere.invalid" in error.message


def test_after_a_lost_connection_the_address_is_asked_for_again() -> None:
    """A standalone platform that was stopped comes back on another port."""
    with answering(Answer(body='{"pipelines": [], "total_size": 0}')) as server:
        addresses = iter([nobody_there(), server.url])
        kfp = Kfp(lambda: KfpSettings(endpoint=next(addresses)))
        assert refusal(kfp.pipelines).code is ErrorCode.UNAVAILABLE
        assert kfp.pipelines() == ([], 0)


def test_an_error_reaches_the_agent_as_a_result() -> None:
    with answering(Answer(401, said("Unauthenticated"))) as server:
        result = answer("kfp", "list_pipelines", services(kfp=client(server.url)))
    assert (result.status, result.code) == ("error", ErrorCode.PERMISSION_DENIED)


def test_who_we_are_is_sent_along() -> None:
    with answering(Answer(body="{}")) as server:
        client(server.url + "/", token=SecretStr("t0ken"), cookies=SecretStr("session=1"), namespace="team a").pipelines("x&y")
    ((method, path, headers),) = server.requests
    assert method == "GET"
    assert path.startswith("/apis/v2beta1/pipelines?")
    assert "namespace=team+a" in path or "namespace=team%20a" in path
    assert (headers["authorization"], headers["cookie"]) == ("Bearer t0ken", "session=1")


def test_nothing_is_sent_where_nothing_is_known() -> None:
    with answering(Answer()) as server:
        client(server.url).pipelines()
    assert "authorization" not in server.requests[0][2]
    assert "namespace" not in server.requests[0][1]


def test_the_token_of_a_cluster_is_read_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    token = tmp_path / "token"
    monkeypatch.setattr(kfp_settings, "SERVICE_ACCOUNT_TOKEN", token)
    with answering(Answer()) as server:
        kfp = client(server.url)
        for current in ("first", "second"):
            token.write_text(f"{current}\n")
            kfp.pipelines()
    assert [headers["authorization"] for _, _, headers in server.requests] == ["Bearer first", "Bearer second"]


def test_secrets_are_in_no_message() -> None:
    with answering(Answer(401, said("bad token"))) as server:
        error = refusal(client(server.url, token=SecretStr("t0ken")).pipelines)
    assert "t0ken" not in error.message


def test_a_server_without_artifacts_says_so() -> None:
    with answering(Answer(404, said("Not Found"))) as server:
        error = refusal(client(server.url).artifacts, Run("id", "my-run", "succeeded", None, None, "p", "e"))
    assert error.code is ErrorCode.UNSUPPORTED
    assert "does not hand on ML Metadata" in error.message
    assert server.url in error.message


def test_runs_outlive_their_pipeline() -> None:
    runs = {
        "runs": [{"run_id": "1", "display_name": "r", "state": "SUCCEEDED", "pipeline_version_reference": {"pipeline_id": "gone"}}],
        "total_size": 1,
    }
    with answering(lambda r: Answer(404, said("Not Found")) if "/pipelines/gone" in r.path else Answer(body=json.dumps(runs))) as server:
        kfp = client(server.url)
        ((run,), total) = kfp.runs()
        result = answer("kfp", "list_runs", services(kfp=kfp))
    assert (run.name, run.pipeline, total) == ("r", "", 1)
    assert result.status == "ok"
