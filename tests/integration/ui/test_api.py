"""The HTTP API and `/v1/chat/completions` on a served page: real HTTP, the official `openai` client, generated requests, hostile ones."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error

from tests.swarm_command import INSTALLED

TOKENS = {"anna": "anna-has-a-token-of-hers", "vera": "vera-has-a-token-of-hers"}


@pytest.fixture(scope="module")
def page(home: Path) -> Iterator[str]:
    """Address of the web application; the page itself asks for a password, programs for a token."""
    given = {
        "SWARM_HOME": str(home),
        "SWARM_API_TOKENS": ",".join(f"{name}={token}" for name, token in TOKENS.items()),
        "SWARM_ROLES": "vera=viewer",
        "SWARM_AUTH": "basic:pam:pam-has-a-password",
    }
    command = [INSTALLED, "ui", "--port", "0"]
    process = subprocess.Popen(command, env={**os.environ, **given}, cwd=home, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield process.stdout.readline().split()[-1]
    finally:
        process.terminate()
        process.wait(20)


def program(page: str, who: str = "anna") -> httpx.Client:
    return httpx.Client(base_url=page, headers={"Authorization": f"Bearer {TOKENS[who]}"}, timeout=60)


def say(http: httpx.Client, session: str, message: str) -> Any:
    return http.post(f"/api/conversations/{session}/messages", json={"message": message})


def events(text: str) -> list[dict[str, Any]]:
    """Server-sent events, whose name is the type of their data."""
    found = []
    for block in text.strip().split("\n\n"):
        name, data = block.split("\n", 1)
        event = json.loads(data.removeprefix("data: "))
        assert name == f"event: {event['type']}"
        found.append(event)
    return found


def test_a_conversation_from_its_first_message_to_its_end(page: str, home: Path) -> None:
    with program(page) as http:
        first = say(http, "s1", "which buckets are there?").json()
        assert (first["status"], first["steps"][0]["tool"]) == ("done", "list_buckets")
        asked = say(http, "s1", "create a bucket called from-the-api").json()
        assert [a["id"] for a in http.get("/api/conversations/s1/approvals").json()] == [asked["approval"]["id"]]
        done = http.post("/api/conversations/s1/decision", json={"decision": "approve", "approval_id": asked["approval"]["id"]})
        assert done.json()["status"] == "done"
        assert (home / "buckets" / "from-the-api").is_dir()
        assert http.post("/api/conversations/s1/decision", json={"decision": "approve"}).status_code == 409
        assert http.patch("/api/conversations/s1", json={"title": "Buckets"}).status_code == 204
        assert [(c["session"], c["title"]) for c in http.get("/api/conversations").json()] == [("s1", "Buckets")]
        assert http.get("/api/conversations/s1").json()[0]["message"] == "which buckets are there?"
        assert "which buckets are there?" in http.get("/api/conversations/s1/export").text
        assert json.loads(http.get("/api/conversations/s1/export?form=json").text)
        assert http.delete("/api/conversations/s1").status_code == 204
        assert http.get("/api/conversations/s1").status_code == 404


def test_a_turn_streams_its_events(page: str) -> None:
    with program(page) as http:
        body = {"message": "which pipelines are there?"}
        told = http.post("/api/conversations/s2/messages", json=body, headers={"Accept": "text/event-stream"})
        assert told.headers["content-type"].startswith("text/event-stream")
        types = [event["type"] for event in events(told.text)]
        refused = http.post("/api/conversations/s2/messages", json={"message": " "}, headers={"Accept": "text/event-stream"})
    assert types[0] == "step_started"
    assert types[-1] == "finished"
    assert "step_finished" in types
    assert refused.status_code == 400


def test_tools_that_read_are_run_and_no_others(page: str, home: Path) -> None:
    with program(page) as http:
        tools = {tool["name"]: tool for tool in http.get("/api/tools").json()}
        assert tools["delete_bucket"]["effect"] == "destroy"
        assert http.post("/api/tools/list_buckets", json={}).json()["status"] == "ok"
        assert http.post("/api/tools/get_bucket", json={"bucket": "no-such"}).json()["code"] == "NOT_FOUND"
        assert http.post("/api/tools/create_bucket", json={"bucket": "never"}).status_code == 403
        assert http.post("/api/tools/rm_rf", json={}).status_code == 404
    with program(page, "vera") as http:
        assert {tool["effect"] for tool in http.get("/api/tools").json()} == {"read"}
        assert http.post("/api/tools/create_bucket", json={"bucket": "never"}).status_code == 404
    assert not (home / "buckets" / "never").exists()


def test_conversations_of_others_do_not_exist(page: str) -> None:
    with program(page) as anna, program(page, "vera") as vera:
        say(anna, "hers", "create a bucket called of-anna")
        for method, path in [("GET", ""), ("GET", "/export"), ("GET", "/approvals"), ("DELETE", "")]:
            assert vera.request(method, f"/api/conversations/hers{path}").status_code == 404, path
        assert say(vera, "hers", "approve").status_code == 404
        assert vera.post("/api/conversations/hers/decision", json={"decision": "approve"}).status_code == 404
        assert vera.patch("/api/conversations/hers", json={"title": "mine"}).status_code == 404
        assert vera.get("/api/conversations").json() == []


@pytest.mark.parametrize("token", ["wrong", "anna-has-a-token-of-her", "é" * 20])
@pytest.mark.parametrize("path", ["/api/tools", "/v1/models", "/api/docs"])
def test_wrong_tokens_are_refused_in_json(page: str, token: str, path: str) -> None:
    answer = httpx.get(f"{page}{path}", headers={"Authorization": f"Bearer {token}".encode()})
    assert answer.status_code == 401
    assert "SWARM_API_TOKENS" in answer.json()["error"]["message"]


def test_a_token_opens_the_api_and_not_the_page_and_a_password_both(page: str) -> None:
    with program(page) as http:
        assert http.get("/").status_code == 401
    for path in ("/", "/api/tools"):
        assert httpx.get(f"{page}{path}", auth=("pam", "pam-has-a-password")).status_code == 200


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({"Origin": "https://evil.example"}, b'{"message": "hi"}', 403),
        ({"Host": "evil.example"}, b'{"message": "hi"}', 403),
        ({}, b'{"message": "' + b"x" * 1_000_000 + b'"}', 422),
        ({}, b"x" * 3_000_000, 413),
        ({}, b"{broken", 422),
        ({}, b"\xff\xfe", 422),
        ({}, b'{"message": "\\ud800"}', 422),
        ({}, b"[" * 100_000, 400),
    ],
)
@pytest.mark.parametrize("path", ["/api/conversations/hostile/messages", "/v1/chat/completions"])
def test_foreign_origins_large_bodies_and_broken_json(page: str, path: str, headers: dict[str, str], body: bytes, status: int) -> None:
    with program(page) as http:
        answer = http.post(path, content=body, headers={"Content-Type": "application/json", **headers})
    assert 400 <= answer.status_code < 500
    assert answer.status_code == status or path.startswith("/v1")


def test_the_page_of_the_api_loads_nothing_from_elsewhere(page: str) -> None:
    with program(page) as http:
        shown = http.get("/api/docs")
        described = http.get("/api/openapi.json").json()
    assert "POST" in shown.text
    assert all(path in shown.text for path in described["paths"])
    assert "://" not in shown.text.replace("http://localhost", "")


@pytest.mark.parametrize("path", ["/api", "/v1"])
def test_generated_requests_break_nothing(page: str, path: str) -> None:
    """Requests made up from the OpenAPI description, right and wrong ones."""
    headers = {"Authorization": f"Bearer {TOKENS['vera']}"}
    schema = schemathesis.openapi.from_url(f"{page}{path}/openapi.json", headers=headers)

    def check(case: schemathesis.Case) -> None:
        response = case.call(base_url=f"{page}{path}", headers=headers, timeout=30)
        case.validate_response(response, checks=[not_a_server_error])

    for operation in schema.get_all_operations():
        limits = settings(max_examples=15, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
        limits(given(operation.ok().as_strategy())(check))()


@pytest.fixture
def client(page: str) -> openai.OpenAI:
    return openai.OpenAI(base_url=f"{page}/v1", api_key=TOKENS["anna"], max_retries=0)


def asked(client: openai.OpenAI, history: list[Any], message: str, **more: Any) -> str:
    """What the swarm answers; both are added to the history, as a chat page does."""
    history.append({"role": "user", "content": message})
    done = client.chat.completions.create(model="mlops-swarm", messages=history, **more)
    answer = done.choices[0].message.content or ""
    history.append({"role": "assistant", "content": answer})
    assert done.usage is not None
    assert done.usage.total_tokens == done.usage.prompt_tokens + done.usage.completion_tokens
    return answer


def test_the_openai_client_talks_and_approves_in_words(client: openai.OpenAI, home: Path) -> None:
    assert [m.id for m in client.models.list()] == ["mlops-swarm"]
    history: list[Any] = [{"role": "system", "content": "You are helpful."}]
    assert "datasets" in asked(client, history, "which buckets are there?")
    assert "approve" in asked(client, history, "create a bucket called by-openai")
    assert not (home / "buckets" / "by-openai").exists()
    asked(client, history, "approve")
    assert (home / "buckets" / "by-openai").is_dir()


def test_a_new_chat_and_another_person_approve_nothing(client: openai.OpenAI, home: Path) -> None:
    history: list[Any] = []
    asked(client, history, "create a bucket called only-here", user="ben")
    asked(client, [], "approve", user="ben")
    asked(client, list(history), "approve", user="carl")
    assert not (home / "buckets" / "only-here").exists()
    asked(client, history, "approve", user="ben")
    assert (home / "buckets" / "only-here").is_dir()


def test_the_openai_client_streams(client: openai.OpenAI) -> None:
    stream = client.chat.completions.create(
        model="mlops-swarm",
        messages=[{"role": "user", "content": [{"type": "text", "text": "which pipelines are there?"}]}],
        stream=True,
        stream_options={"include_usage": True},
    )
    chunks = list(stream)
    answer = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
    thinking = "".join(getattr(c.choices[0].delta, "reasoning_content", "") or "" for c in chunks if c.choices)
    assert "iris-classification" in answer
    assert "kfp: list_pipelines" in thinking
    assert [c.choices[0].finish_reason for c in chunks if c.choices][-1] == "stop"
    assert chunks[-1].usage is not None


def test_errors_have_the_shape_that_the_openai_client_knows(page: str, client: openai.OpenAI) -> None:
    hello: Any = [{"role": "user", "content": "hi"}]
    with pytest.raises(openai.NotFoundError, match="mlops-swarm"):
        client.chat.completions.create(model="gpt-5", messages=hello)
    with pytest.raises(openai.BadRequestError, match="image_url"):
        picture: Any = [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:,"}}]}]
        client.chat.completions.create(model="mlops-swarm", messages=picture)
    with pytest.raises(openai.BadRequestError, match="last message"):
        client.chat.completions.create(model="mlops-swarm", messages=[{"role": "assistant", "content": "hi"}])
    with pytest.raises(openai.BadRequestError, match="empty"):
        client.chat.completions.create(model="mlops-swarm", messages=[{"role": "user", "content": ""}])
    with pytest.raises(openai.AuthenticationError):
        openai.OpenAI(base_url=f"{page}/v1", api_key="wrong", max_retries=0).models.list()
