"""The command `swarm` as a person runs it: processes, exit codes, what is on stdout and stderr."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.scripted_model import Calls, Says, scripted_model
from tests.swarm_command import INSTALLED, swarm_command


def swarm(home: Path, *args: str, stdin: str | None = None, program: Path | None = None, **env: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "SWARM_HOME": str(home), "COLUMNS": "100", **env}
    command = [program or swarm_command(), *args]
    return subprocess.run(command, capture_output=True, text=True, env=environment, input=stdin, timeout=120, cwd=home, check=False)


def reply(home: Path, *args: str, **env: str) -> dict[str, Any]:
    """The one JSON object that a command prints."""
    done = swarm(home, *args, "--json", **env)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("\n") == 1
    parsed: dict[str, Any] = json.loads(done.stdout)
    return parsed


def test_ask_prints_one_json_object_with_the_fields_of_a_reply(home: Path) -> None:
    done = swarm(home, "ask", "which pipelines are there?", "--json", program=INSTALLED)
    said = json.loads(done.stdout)
    assert set(said) == {"session", "answer", "status", "steps", "approval", "artifacts", "sources", "usage"}
    step = said["steps"][0]
    assert {"agent", "tool", "args", "effect", "status", "code", "ms"} <= set(step)
    assert (step["agent"], step["tool"], step["status"]) == ("kfp", "list_pipelines", "ok")


def test_run_and_wait_in_one_command(home: Path) -> None:
    said = reply(home, "ask", "run breast-cancer-svm with C=10 and wait for it", "--approve", "all")
    assert said["status"] == "done"
    assert said["steps"][0]["args"]["arguments"]["C"] == 10
    measured = reply(home, "ask", "show its metrics")
    rows = dict(next(a for a in measured["artifacts"] if a["kind"] == "table")["data"]["rows"])
    assert 0.9 < rows["accuracy"] <= 1


def test_a_deletion_waits_for_swarm_approve(home: Path) -> None:
    asked = reply(home, "ask", "delete cancer.csv from the datasets bucket", "--session", "d")
    assert asked["status"] == "needs_approval"
    assert (home / "buckets" / "datasets" / "cancer.csv").exists()
    done = reply(home, "approve", "--session", "d")
    assert (done["status"], done["steps"][0]["tool"]) == ("done", "delete_objects")
    assert not (home / "buckets" / "datasets" / "cancer.csv").exists()


def test_approve_can_reject_and_edit(home: Path) -> None:
    reply(home, "ask", "create a bucket called first-name", "--session", "e")
    edited = reply(home, "approve", "--session", "e", "--edit", '{"bucket": "second-name"}')
    assert edited["steps"][0]["args"] == {"bucket": "second-name"}
    reply(home, "ask", "create a bucket called third-name", "--session", "e")
    assert reply(home, "approve", "--session", "e", "--reject")["steps"][0]["status"] == "rejected"
    names = {p.name for p in (home / "buckets").iterdir()}
    assert "second-name" in names
    assert not names & {"first-name", "third-name"}


def test_batch_prints_one_object_a_line(home: Path) -> None:
    lines = [
        {"session": "b1", "message": "which buckets are there?"},
        {"session": "b2", "message": "create a bucket called batch-bucket", "approve": "all"},
        {"session": "b3", "message": ""},
    ]
    batch = home / "batch.jsonl"
    batch.write_text("\n".join([*map(json.dumps, lines), "no json"]) + "\n")
    done = swarm(home, "ask", "--batch", str(batch), "--json")
    replies = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(r["session"], r["status"]) for r in replies] == [("b1", "done"), ("b2", "done"), ("b3", "failed"), ("", "failed")]
    assert "Line 3" in replies[2]["answer"]
    assert done.returncode == 1


def test_the_message_can_come_from_a_pipe(home: Path) -> None:
    done = swarm(home, "ask", "-", stdin="which buckets are there?\n")
    assert done.returncode == 0
    assert "datasets" in done.stdout


def test_the_same_command_through_a_language_model(home: Path) -> None:
    script = [Calls([("ask_minio", {"task": "List the buckets."})]), Calls([("list_buckets", {})]), Says("You have three buckets.")]
    with scripted_model(script) as model:
        said = reply(home, "ask", "buckets?", OPENAI_BASE_URL=model.url, OPENAI_API_KEY="sk-test", SWARM_MODEL="openai:scripted")
    assert (said["answer"], said["usage"]["model_calls"]) == ("You have three buckets.", 3)
    assert {r["model"] for r in model.requests} == {"scripted"}


@pytest.mark.parametrize(
    ("args", "env", "code", "word"),
    [
        (("ask", ""), {}, 2, "empty"),
        (("ask", "x" * 100_000), {}, 2, "100,000 characters"),
        (("ask",), {}, 2, "--batch"),
        (("ask", "hi", "--approve", "maybe"), {}, 2, "maybe"),
        (("approve", "--session", "nobody"), {}, 1, "nothing waits"),
        (("approve", "--edit", "{"), {}, 2, "--edit"),
        (("ask", "hi"), {"SWARM_MODEL": "gpt"}, 2, "SWARM_MODEL"),
        (("ask", "hi"), {"SWARM_MODLE": "builtin"}, 2, "SWARM_MODLE"),
        (("ask", "hi"), {"SWARM_APPROVAL": "never"}, 2, "SWARM_APPROVAL"),
        (("config",), {"SWARM_PORT": "many"}, 2, "SWARM_PORT"),
    ],
)
def test_wrong_usage_and_settings_are_one_clear_line(home: Path, args: tuple[str, ...], env: dict[str, str], code: int, word: str) -> None:
    done = swarm(home, *args, **env)
    assert done.returncode == code
    assert word in done.stderr
    assert "Traceback" not in done.stderr


def test_an_endpoint_that_is_not_there_fails_the_turn(home: Path) -> None:
    done = swarm(home, "ask", "hi", "--json", OPENAI_BASE_URL="http://127.0.0.1:9/v1", SWARM_FALLBACK_MODELS="none")
    assert done.returncode == 1
    said = json.loads(done.stdout)
    assert said["status"] == "failed"
    assert "OPENAI_BASE_URL" in said["answer"]
    assert "Traceback" not in done.stderr


def test_the_planner_stands_in_for_an_endpoint_that_is_not_there(home: Path) -> None:
    said = reply(home, "ask", "which buckets are there?", OPENAI_BASE_URL="http://127.0.0.1:9/v1")
    assert "datasets" in said["answer"]
    assert "The built-in planner answered instead." in said["answer"]


def test_config_masks_secrets(home: Path) -> None:
    done = swarm(home, "config", "--json", OPENAI_API_KEY="sk-very-secret", KFP_TOKEN="also-secret", MINIO_ACCESS_KEY="hidden-too")
    values = json.loads(done.stdout)
    assert values["SWARM_MODEL"].startswith("openai:")
    assert values["SWARM_HOME"] == str(home)
    assert values["OPENAI_API_KEY"] == "**********"
    assert not any(secret in done.stdout for secret in ("sk-very-secret", "also-secret", "hidden-too"))


def test_doctor_tries_each_backend(home: Path) -> None:
    done = swarm(home, "doctor", "--json")
    findings = json.loads(done.stdout)
    assert [f["backend"] for f in findings] == ["pipelines", "objects", "documents", "model"]
    assert all(f["ok"] for f in findings)
    down = swarm(home, "doctor", "--json", KFP_ENDPOINT="http://127.0.0.1:9")
    pipelines = json.loads(down.stdout)[0]
    assert down.returncode == 1
    assert not pipelines["ok"]
    assert "KFP_ENDPOINT" in pipelines["message"]


def test_platform_status_and_stop(home: Path) -> None:
    reply(home, "ask", "which pipelines are there?")
    assert "running at http://127.0.0.1:" in swarm(home, "platform", "status").stdout
    assert swarm(home, "platform", "stop").stdout.strip() == "stopped"
    assert "not running" in swarm(home, "platform", "status").stdout
    again = reply(home, "ask", "which pipelines are there?")
    assert "breast-cancer-svm" in again["answer"]


def test_chat_answers_line_after_line(home: Path) -> None:
    done = swarm(home, "chat", "--session", "c", stdin="which buckets are there?\ncreate a bucket called chat-bucket\nyes\nexit\n")
    assert done.returncode == 0
    assert "datasets" in done.stdout
    assert (home / "buckets" / "chat-bucket").is_dir()


def test_the_demo_plays_with_every_answer_as_expected(home: Path) -> None:
    done = swarm(home, "demo")
    assert done.returncode == 0, done.stdout[-2000:]
    assert "every answer as expected" in done.stdout
