"""`swarm slack` as Slack and its people see it: a process of its own, real bolt, signed events over HTTP or over a socket."""

import json
import os
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.scripted_model import Says, scripted_model
from tests.slack_server import APP_TOKEN, BOT_TOKEN, SECRET, SlackServer, kinds, readable, slack_server
from tests.swarm_command import swarm_command

ADMIN, VERA, NED = "UADMIN", "UVERA", "UNED"


@contextmanager
def running(server: SlackServer, home: Path, **environment: str) -> Iterator[None]:
    """`swarm slack`, from when it is ready to its end."""
    given = {"SWARM_HOME": str(home), "SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_API_URL": f"{server.url}/api/", "SWARM_PORT": "0"}
    given |= {"SWARM_ROLE": "viewer", "SWARM_ROLES": f"{ADMIN}=admin,olga@example.com=operator", "SWARM_WATCH_SECONDS": "0.3"}
    with subprocess.Popen(
        [swarm_command(), "slack"], env={**os.environ, **given, **environment}, stdout=subprocess.PIPE, text=True, cwd=home
    ) as process:
        line = process.stdout.readline() if process.stdout else ""
        try:
            assert "@swarm in Slack" in line
            server.app = line.removeprefix("mlops-swarm is at ").split(",")[0]
            yield
        finally:
            process.terminate()
            process.wait(20)


@pytest.fixture(scope="module")
def slack(home: Path) -> Iterator[SlackServer]:
    with slack_server() as server:
        for user, email in ((ADMIN, ""), (VERA, "vera@example.com"), (NED, "ned@example.com"), ("UOLGA", "Olga@example.com")):
            server.member(user, email)
        server.member("UGUEST", "olga@example.com", team="T99")
        with running(server, home, SLACK_SIGNING_SECRET=SECRET, SLACK_FILE_MEGABYTES="1"):
            yield server


def answered(slack: SlackServer, ts: str, words: str) -> str:
    return str(slack.wait(lambda: text if words in (text := slack.text(ts)) else None))


def card(slack: SlackServer, ts: str, number: int = 1) -> dict[str, Any]:
    """The message with the buttons."""

    def found() -> list[dict[str, Any]]:
        cards = [m for m in slack.in_thread(ts) if "actions" in kinds(m["blocks"])]
        return cards if len(cards) >= number else []

    return dict(slack.wait(found)[-1])


def whispered(slack: SlackServer, user: str) -> list[str]:
    return [readable(a["blocks"]) for name, a in slack.calls if name == "chat.postEphemeral" and a["user"] == user]


def test_a_mention_is_answered_in_its_thread_with_steps_and_a_table(slack: SlackServer) -> None:
    ts = slack.mention(VERA, "which pipelines are there?")
    text = answered(slack, ts, "breast-cancer-svm")
    slack.wait(lambda: "✓ kfp · list_pipelines" in slack.text(ts))
    assert "table" in kinds([m["blocks"] for m in slack.in_thread(ts)])
    assert "<@" not in text


def test_the_thread_is_the_conversation(slack: SlackServer) -> None:
    ts = slack.direct(ADMIN, "show the first 3 rows of iris.csv in datasets")
    answered(slack, ts, "sepal")
    slack.direct(ADMIN, "profile it", thread_ts=ts)
    answered(slack, ts, "150 rows and 5 columns")


def test_a_delivery_that_comes_twice_is_answered_once(slack: SlackServer) -> None:
    ts = slack.number()
    event = {"type": "app_mention", "user": VERA, "text": "<@UBOT> which buckets are there?", "channel": "C01", "ts": ts}
    with ThreadPoolExecutor(4) as pool:
        sent = list(pool.map(lambda _: slack.event(event, "EvTwice"), range(4)))
    assert {r.status_code for r in sent} == {200}
    answered(slack, ts, "datasets")
    after = slack.mention(VERA, "which pipelines are there?")
    answered(slack, after, "breast-cancer-svm")
    steps = [m for m in slack.in_thread(ts) if "list_buckets" in readable(m["blocks"])]
    assert len(steps) == 1


def test_what_is_not_signed_by_slack_is_refused(slack: SlackServer) -> None:
    ts = slack.number()
    event = {"type": "app_mention", "user": ADMIN, "text": "<@UBOT> which buckets are there?", "channel": "C01", "ts": ts}
    assert slack.event(event, secret="wrong").status_code == 401
    assert slack.event(event, at=time.time() - 600).status_code == 401
    assert slack.send("x" * 2_000_000, "application/json").status_code == 413
    button = {"action_id": "approve", "type": "button", "value": json.dumps({"session": f"slack-T01-C01-{ts}", "approval": "x"})}
    forged = json.dumps({"type": "block_actions", "user": {"id": ADMIN}, "actions": [button]})
    assert slack.send(f"payload={forged}", "application/x-www-form-urlencoded", secret="wrong").status_code == 401
    after = slack.mention(VERA, "which buckets are there?")
    answered(slack, after, "datasets")
    assert not slack.in_thread(ts)


def test_only_who_has_the_role_decides_and_that_may_be_a_second_person(slack: SlackServer, home: Path) -> None:
    ts = slack.mention("UOLGA", "create a bucket called from-slack")
    asked = card(slack, ts)
    slack.press(VERA, "approve", asked)
    slack.wait(lambda: any("role" in said for said in whispered(slack, VERA)))
    slack.press("UGUEST", "approve", asked)
    slack.wait(lambda: any("members of this workspace" in said for said in whispered(slack, "UGUEST")))
    assert not (home / "buckets" / "from-slack").exists()
    slack.press(ADMIN, "approve", asked)
    slack.wait(lambda: "Approved by @UADMIN" in slack.text(ts) and (home / "buckets" / "from-slack").exists())
    assert "actions" not in kinds(slack.messages[("C01", asked["ts"])]["blocks"])
    slack.press(ADMIN, "approve", asked)
    slack.wait(lambda: whispered(slack, ADMIN))


def test_a_decision_can_be_edited_or_rejected(slack: SlackServer, home: Path) -> None:
    ts = slack.mention(ADMIN, "run breast-cancer-svm with C=3")
    asked = card(slack, ts)
    slack.press(ADMIN, "edit", asked)
    view = slack.wait(lambda: next((a["view"] for name, a in slack.calls if name == "views.open"), None))
    wrong = slack.submit(ADMIN, view, {"json:arguments": "{C: 4}"})
    assert "no JSON" in wrong.json()["errors"]["json:arguments"]
    slack.submit(ADMIN, view, {"json:arguments": '{"C": 7}'})
    text = answered(slack, ts, "Approved with changes by @UADMIN")
    slack.wait(lambda: "✓ kfp · run_pipeline" in slack.text(ts))
    assert '"C": 7' in slack.text(ts), text
    slack.mention(ADMIN, "create a bucket called never-made", thread_ts=ts)
    slack.press(ADMIN, "reject", card(slack, ts))
    answered(slack, ts, "Rejected by @UADMIN")
    assert not (home / "buckets" / "never-made").exists()


def test_charts_come_as_pictures(slack: SlackServer) -> None:
    ts = slack.mention(VERA, "plot a histogram of alcohol in wine.csv of datasets")
    file = slack.wait(lambda: next((f for f in slack.files if f["thread_ts"] == ts), None))
    assert file["name"].endswith(".png")
    assert file["content"].startswith(b"\x89PNG")


def test_files_of_the_thread_are_put_into_buckets(slack: SlackServer, home: Path) -> None:
    slack.downloads["sales.csv"] = ("text/csv", b"day,sold\n1,2\n")
    shared = {"id": "F1", "name": "sales.csv", "size": 13, "url_private_download": f"{slack.url}/files/sales.csv"}
    ts = slack.number()
    slack.threads[ts] = [{"user": ADMIN, "ts": ts, "files": [shared]}]
    slack.mention(ADMIN, "put this into datasets", thread_ts=ts)
    slack.press(ADMIN, "approve", card(slack, ts))
    slack.wait(lambda: "✓ minio · upload_object" in slack.text(ts))
    assert (home / "buckets" / "datasets" / "sales.csv").read_bytes() == b"day,sold\n1,2\n"


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ({"url_private_download": "http://127.0.0.1:9/files/x.csv"}, "does not lie in Slack"),
        ({"url_private_download": "https://files.slack.com.evil.example/x.csv"}, "does not lie in Slack"),
        ({"size": 5_000_000}, "larger than 1 MB"),
        ({"url": "lies.csv"}, "larger than 1 MB"),
        ({"url": "login.csv"}, "files:read"),
    ],
)
def test_files_from_elsewhere_and_large_ones_are_refused(slack: SlackServer, file: dict[str, Any], words: str) -> None:
    slack.downloads |= {"lies.csv": ("text/csv", b"x" * 1_500_000), "login.csv": ("text/html", b"<html>sign in</html>")}
    shared = {
        "id": slack.number(),
        "name": "x.csv",
        "size": 1,
        "url_private_download": f"{slack.url}/files/{file.get('url', 'x.csv')}",
        **file,
    }
    ts = slack.mention(ADMIN, "put this into datasets", files=[shared])
    answered(slack, ts, words)


def test_the_slash_command(slack: SlackServer) -> None:
    assert slack.command(VERA, "which buckets are there?", trigger="Tr1").status_code == 200
    assert slack.command(VERA, "which buckets are there?", trigger="Tr1").status_code == 200
    root = slack.wait(lambda: next((m for m in list(slack.messages.values()) if "@UVERA asked" in readable(m["blocks"])), None))
    answered(slack, root["ts"], "datasets")
    assert len([m for m in slack.messages.values() if "@UVERA asked" in readable(m["blocks"])]) == 1
    slack.command(VERA, "status")
    slack.wait(lambda: any(name == "respond" and "pipelines" in readable(a.get("blocks", [])) for name, a in slack.calls))
    slack.closed.add("CPRIVATE")
    slack.command(VERA, "which buckets are there?", channel="CPRIVATE")
    slack.wait(lambda: any(name == "respond" and "Invite me" in a.get("text", "") for name, a in slack.calls))


def home_of(slack: SlackServer, user: str, words: str) -> dict[str, Any] | None:
    views = [a["view"] for name, a in slack.calls if name == "views.publish" and a["user_id"] == user]
    return next((view for view in views if words in readable(view["blocks"])), None)


def test_the_home_shows_backends_and_open_decisions_that_can_be_made_there(slack: SlackServer, home: Path) -> None:
    ts = slack.mention(ADMIN, "create a bucket called from-home")
    card(slack, ts)
    slack.event({"type": "app_home_opened", "user": ADMIN, "tab": "home", "channel": "D01"})
    view = slack.wait(
        lambda: next((a["view"] for n, a in slack.calls if n == "views.publish" and "from-home" in readable(a["view"]["blocks"])), None)
    )
    assert "pipelines: " in readable(view["blocks"])
    assert "Open the thread" in readable(view["blocks"])
    buttons = [e for b in view["blocks"] if b["type"] == "actions" and "approve" in json.dumps(b) for e in b["elements"]]
    ours = next(b for b in buttons if b["action_id"] == "approve" and ts in b["value"])
    slack.press(ADMIN, "approve", button=ours)
    slack.wait(lambda: (home / "buckets" / "from-home").exists())
    slack.event({"type": "app_home_opened", "user": NED, "tab": "home", "channel": "D01"})
    slack.wait(lambda: home_of(slack, NED, "Nothing waits"))


def test_a_watch_answers_in_the_thread_with_a_mention(slack: SlackServer) -> None:
    ts = slack.mention("UOLGA", "run breast-cancer-svm with C=5")
    slack.press("UOLGA", "approve", card(slack, ts))
    slack.wait(lambda: "✓ kfp · run_pipeline" in slack.text(ts))
    slack.mention("UOLGA", "tell me when it is done", thread_ts=ts)
    slack.wait(lambda: any("@UOLGA" in readable(m["blocks"]) and "succeeded" in readable(m["blocks"]) for m in slack.in_thread(ts)))


def test_words_from_outside_ping_nobody_and_link_nowhere(slack: SlackServer) -> None:
    ts = slack.mention(VERA, "show the runs of &lt;!channel&gt; @here <https://evil.example|click>")
    slack.wait(lambda: slack.in_thread(ts))
    after = slack.mention(VERA, "which buckets are there?")
    answered(slack, after, "datasets")
    for message in slack.in_thread(ts):
        assert kinds(message["blocks"]).isdisjoint({"mrkdwn", "link", "broadcast", "user", "usergroup", "channel"})
        assert "<" not in message["text"]


def test_rate_limits_are_obeyed(slack: SlackServer) -> None:
    slack.limited |= {"chat.postMessage": 2, "chat.update": 1}
    ts = slack.mention(VERA, "which pipelines are there?")
    answered(slack, ts, "breast-cancer-svm")
    slack.wait(lambda: slack.limited["chat.postMessage"] == 0)
    assert slack.early == []


def test_twenty_events_at_once_are_acknowledged_within_three_seconds(slack: SlackServer) -> None:
    def send(_: int) -> tuple[str, float]:
        begun = time.monotonic()
        ts = slack.mention(VERA, "which buckets are there?")
        return ts, time.monotonic() - begun

    with ThreadPoolExecutor(20) as pool:
        sent = list(pool.map(send, range(20)))
    for ts, _ in sent:
        answered(slack, ts, "datasets")
    assert max(seconds for _, seconds in sent) < 3  # Slack's own limit: later it sends the event again


def test_a_long_answer_comes_in_several_messages_with_logs_and_large_tables_as_files(home: Path) -> None:
    log = "\n".join(f"step {n} done" for n in range(400))
    rows = "\n".join(f"| r{n} | {n} |" for n in range(150))
    prose = " ".join(f"word{n}" for n in range(1150))
    answer = f"Begin. {prose}\n\n```\n{log}\n```\n\n| run | rank |\n|-|-|\n{rows}\n\nThe end."
    with slack_server() as server, scripted_model([Says(answer)]) as model:
        server.member(VERA, "vera@example.com")
        brain = {"OPENAI_BASE_URL": model.url, "OPENAI_API_KEY": "sk-test", "SWARM_MODEL": "openai:scripted"}
        with running(server, home, SLACK_SIGNING_SECRET=SECRET, **brain):
            ts = server.mention(VERA, "tell me everything")
            text = answered(server, ts, "The end.")
            files = server.wait(lambda: found if len(found := [f for f in server.files if f["thread_ts"] == ts]) == 2 else None)
    assert [word for word in text.split() if word.startswith("word")] == prose.split()
    assert {f["name"]: f["content"].decode().splitlines()[-1] for f in files} == {"log.txt": "step 399 done", "table.csv": "r149,149"}


def test_over_a_socket(home: Path) -> None:
    with slack_server() as server:
        server.member(VERA, "vera@example.com")
        with running(server, home, SLACK_APP_TOKEN=APP_TOKEN):
            ts = server.number()
            server.push({"type": "app_mention", "user": VERA, "text": "<@UBOT> which buckets are there?", "channel": "C01", "ts": ts})
            answered(server, ts, "datasets")


@pytest.mark.parametrize(
    ("given", "word"), [({}, "SLACK_BOT_TOKEN"), ({"SLACK_BOT_TOKEN": "xoxb-wrong", "SLACK_SIGNING_SECRET": "s"}, "invalid_auth")]
)
def test_wrong_settings_are_one_clear_line(home: Path, given: dict[str, str], word: str) -> None:
    with slack_server() as server:
        env = {**os.environ, "SWARM_HOME": str(home), "SLACK_API_URL": f"{server.url}/api/", **given}
        done = subprocess.run([swarm_command(), "slack"], env=env, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert word in done.stderr
    assert "Traceback" not in done.stderr
