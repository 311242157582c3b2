"""What the server refuses, spoken to without the kfp client."""

import json
import socket

import httpx
import pytest

API = "/apis/v2beta1"


@pytest.fixture
def http(server):
    with httpx.Client(base_url=server.url, headers={"Authorization": f"Bearer {server.token}"}) as client:
        yield client


@pytest.mark.parametrize("path", ["/healthz", f"{API}/healthz"])
def test_health_needs_no_token(server, path):
    answer = httpx.get(server.url + path)
    assert answer.json() == {"multi_user": False, "pipeline_store": "database", "task_results": True}


@pytest.mark.parametrize(
    "headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic x"}, {"Authorization": "Bearer \u00e9"}]
)
@pytest.mark.parametrize("path", [f"{API}/runs", f"{API}/pipelines", "/openapi.json", "/nowhere"])
def test_everything_else_does(server, path, headers):
    answer = httpx.get(server.url + path, headers={name: value.encode() for name, value in headers.items()})
    assert (answer.status_code, answer.json()["code"]) == (401, 16)


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "[::1", ""])
def test_a_foreign_host_is_refused(http, host):
    assert http.get(f"{API}/runs", headers={"Host": host}).status_code == 403


@pytest.mark.parametrize("host", ["localhost:1", "127.0.0.1", "[::1]:5"])
def test_loopback_hosts_are_accepted(http, host):
    assert http.get(f"{API}/runs", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:1", "https://localhost"])
def test_another_origin_is_refused_even_with_the_token(http, origin):
    assert http.get(f"{API}/runs", headers={"Origin": origin}).status_code == 403


def test_the_own_origin_is_accepted(http, server):
    assert http.get(f"{API}/runs", headers={"Origin": server.url}).status_code == 200


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "", "multipart/form-data; boundary=x"])
def test_bodies_must_be_json(http, content_type):
    answer = http.post(f"{API}/experiments", content=b'{"display_name":"x"}', headers={"Content-Type": content_type})
    assert answer.status_code == 415


def test_uploads_must_be_forms(http):
    assert http.post(f"{API}/pipelines/upload", json={}).status_code == 415
    assert http.post(f"{API}/pipelines/upload", files={"other": b"x"}).status_code == 400


def test_a_large_request_is_refused_before_it_is_read(http):
    request = http.build_request("POST", f"{API}/experiments", content=b"", headers={"Content-Type": "application/json"})
    request.headers["Content-Length"] = str(10**9)
    with socket.create_connection((http.base_url.host, http.base_url.port), timeout=60) as connection:
        head = f"POST {API}/experiments HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in request.headers.items())
        connection.sendall(head.encode() + b"\r\n")
        assert b" 413 " in connection.recv(100)


def test_a_body_of_unknown_length_is_refused(http):
    answer = http.post(f"{API}/experiments", content=iter([b"{}"]), headers={"Content-Type": "application/json"})
    assert answer.status_code == 411


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "[]",
        "null",
        '{"display_name": null}',
        '{"display_name": ""}',
        '{"display_name": "   "}',
        '{"display_name": "two\\nlines"}',
        '{"display_name": 5}',
        '{"display_name": "\\ud800"}',
        json.dumps({"display_name": "x" * 300}),
        "[" * 100_000,
    ],
)
def test_wrong_bodies_are_told_what_is_wrong(http, body):
    answer = http.post(f"{API}/experiments", content=body.encode(), headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert answer.json()["code"] == 3
    assert answer.json()["message"]


SPEC = {"pipelineInfo": {"name": "p"}, "root": {"dag": {"tasks": {}}}, "schemaVersion": "2.1.0"}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, "pipeline_spec or pipeline_version_reference"),
        ({"pipeline_spec": {}}, "pipeline_spec or pipeline_version_reference"),
        ({"pipeline_spec": SPEC, "pipeline_version_reference": {"pipeline_id": "x"}}, "either"),
        ({"pipeline_spec": {"a": 1}}, "compiled pipeline"),
        ({"pipeline_spec": {"pipeline_spec": 1}}, "compiled pipeline"),
        ({"pipeline_spec": SPEC | {"root": {"dag": 5}}}, ""),
        ({"pipeline_spec": SPEC | {"deploymentSpec": {"executors": 5}}}, ""),
        ({"pipeline_spec": SPEC | {"unknown": 5}}, ""),
        ({"pipeline_spec": SPEC | {"pipelineInfo": {"name": "../up"}}}, ""),
        ({"pipeline_spec": {"pipeline_spec": SPEC, "platform_spec": 3}}, "platform_spec"),
        ({"pipeline_spec": SPEC, "runtime_config": {"parameters": {"x": 1}}}, "x"),
        ({"pipeline_spec": SPEC, "runtime_config": {"parameters": []}}, "parameters"),
        ({"pipeline_spec": SPEC, "runtime_config": {"pipeline_root": "/etc"}}, "minio://"),
        ({"pipeline_spec": SPEC, "runtime_config": {"pipeline_root": "minio://a/../b"}}, "minio://"),
    ],
)
def test_wrong_runs_are_refused(http, body, said):
    answer = http.post(f"{API}/runs", json={"display_name": "wrong", **body})
    assert answer.status_code == 400, answer.text
    assert said in answer.json()["message"]


def test_not_a_number_is_refused(http):
    body = json.dumps({"display_name": "nan", "pipeline_spec": SPEC | {"x": float("nan")}})
    answer = http.post(f"{API}/runs", content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, "plain JSON" in answer.text) == (400, True)


@pytest.mark.parametrize(
    "path",
    [
        "/runs/x",
        "/runs/x/tasks",
        "/runs/x/tasks/y/log",
        "/runs/x/artifacts",
        "/pipelines/x",
        "/pipelines/names/x",
        "/pipelines/x/versions/y",
        "/recurringruns/x",
    ],
)
def test_what_does_not_exist(http, path):
    answer = http.get(API + path)
    assert (answer.status_code, answer.json()["code"]) == (404, 5)


def test_the_page_is_served_without_a_token_and_allows_no_foreign_script(server):
    answer = httpx.get(server.url + "/")
    assert answer.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    nonce = answer.headers["content-security-policy"].split("nonce-")[1].split("'")[0]
    assert f'<script nonce="{nonce}">' in answer.text
    assert "http://" not in answer.text.replace("http://www.w3.org", "")
    assert "https://" not in answer.text
