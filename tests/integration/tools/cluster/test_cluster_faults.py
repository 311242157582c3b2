"""Who asks a cluster, and what goes wrong on the way to its metadata and logs."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from standalone.objects import FolderStore
from tests.integration.tools.cluster.runs import Ask, failing
from tests.integration.tools.kfp_cluster import GRPC_WEB, NAMESPACE, Cluster, frame
from tests.unit.tools.calling import answer, services
from tests.unit.tools.http_answers import Answer, Request
from tools.kfp import settings as kfp_settings
from tools.kfp.client import Kfp
from tools.kfp.settings import KfpSettings
from tools.result import ErrorCode


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
