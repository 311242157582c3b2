"""`swarm chat` in a pseudo-terminal."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pexpect
import pytest

from tests.scripted_model import Late, Says, ScriptedModel, scripted_model
from tests.swarm_command import swarm_command

Opener = Callable[..., "pexpect.spawn[str]"]


@pytest.fixture
def opened(home: Path, request: pytest.FixtureRequest) -> Iterator[Opener]:
    """Starts `swarm chat` in a pseudo-terminal, in a conversation of the test's own, with these variables."""
    spawned = []
    session = request.node.name

    def start(**env: str) -> "pexpect.spawn[str]":
        environment = {**os.environ, "SWARM_HOME": str(home), "TERM": "dumb", "NO_COLOR": "1", "PROMPT_TOOLKIT_NO_CPR": "1", **env}
        child = pexpect.spawn(
            str(swarm_command()),
            ["chat", "--session", session],
            env=environment,
            encoding="utf-8",
            timeout=60,
            dimensions=(50, 120),
            cwd=str(home),
        )
        spawned.append(child)
        child.expect("you>")
        return child

    yield start
    for child in spawned:
        child.close(force=True)


def bucket(home: Path, name: str) -> bool:
    return (home / "buckets" / name).is_dir()


def of(model: ScriptedModel) -> dict[str, str]:
    """The settings that let it answer."""
    return {"OPENAI_BASE_URL": model.url, "OPENAI_API_KEY": "x", "SWARM_MODEL": "openai:scripted"}


def leave(terminal: "pexpect.spawn[str]") -> None:
    terminal.sendline("/quit")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 0


def test_charts_and_decisions(opened: Opener, home: Path) -> None:
    terminal = opened()
    terminal.sendline("which buckets are there?")
    terminal.expect("datasets")
    terminal.sendline("plot a histogram of alcohol in wine.csv of datasets")
    terminal.expect("█")
    terminal.sendline("create a bucket called first-try")
    terminal.expect("y approves")
    terminal.sendline("n")
    terminal.expect("rejected")
    terminal.sendline("create a bucket called second-try")
    terminal.expect("y approves")
    terminal.sendline("y")
    terminal.expect("create_bucket \\(")
    terminal.expect("you>")
    terminal.sendline("create a bucket called third-try")
    terminal.expect("y approves")
    terminal.sendline("e")
    terminal.expect("bucket> \\[third-try\\]")
    terminal.sendline("third-try-and-more")
    terminal.expect("create_bucket \\(")
    leave(terminal)
    assert [bucket(home, name) for name in ("first-try", "second-try", "third-try", "third-try-and-more")] == [False, True, False, True]


def test_commands(opened: Opener, request: pytest.FixtureRequest) -> None:
    session = request.node.name
    terminal = opened()
    terminal.sendline("/help")
    terminal.expect("/export .* Markdown")
    terminal.sendline("/tools")
    terminal.expect("delete_bucket \\(destroy\\)")
    terminal.sendline("which buckets are there?")
    terminal.expect("datasets")
    terminal.sendline("/new")
    terminal.expect("Conversation (chat-[0-9a-f]+)\\.")
    terminal.sendline(f"/open {session}")
    terminal.expect(f"Conversation {session}\\.")
    terminal.sendline("/list")
    terminal.expect(f"{session} +\\S+")
    terminal.sendline("/export")
    terminal.expect("which buckets are there")
    terminal.sendline("/open nobody-said-this")
    terminal.expect("no conversation")
    terminal.sendcontrol("c")
    terminal.expect("you>")
    leave(terminal)


def test_a_decision_still_waits_when_its_conversation_is_opened_again(opened: Opener, home: Path, request: pytest.FixtureRequest) -> None:
    terminal = opened()
    terminal.sendline("create a bucket called left-waiting")
    terminal.expect("y approves")
    terminal.sendline("/new")
    terminal.expect("Conversation chat-")
    terminal.sendline(f"/open {request.node.name}")
    terminal.expect("left-waiting.*y approves")
    leave(terminal)
    assert not bucket(home, "left-waiting")
    again = opened()
    again.sendline("y")
    again.expect("create_bucket \\(")
    leave(again)
    assert bucket(home, "left-waiting")


def test_what_was_typed_is_recalled_and_arguments_stay_out_of_the_history(opened: Opener, home: Path) -> None:
    terminal = opened(TERM="xterm")
    terminal.sendline("create a bucket called typed-once")
    terminal.expect("y approves")
    terminal.sendline("e")
    terminal.expect("bucket> ")
    terminal.sendline("-and-changed")
    terminal.expect("create_bucket \\(")
    terminal.expect("you>")
    terminal.send("\x1b[A\x1b[A")
    terminal.expect("called typed-once")
    terminal.sendcontrol("c")
    leave(terminal)
    assert bucket(home, "typed-once-and-changed")
    written = home / "history"
    assert "-and-changed" not in written.read_text()
    assert written.stat().st_mode & 0o077 == 0


def test_names_are_completed(opened: Opener, home: Path) -> None:
    (home / "buckets" / "quokka-holdout").mkdir(parents=True)
    (home / "buckets" / "quokka-holdout" / "kept.txt").write_text("kept")
    terminal = opened(TERM="xterm")
    terminal.send("what is in quok\t")
    terminal.expect("ka-holdout")
    terminal.sendline()
    terminal.expect("kept.txt")
    terminal.expect("you>")
    leave(terminal)


def test_what_is_under_way_can_be_stopped(opened: Opener) -> None:
    asked = Event()

    def thinks(_: dict[str, Any]) -> Late:
        asked.set()
        return Late(600, Says("too late"))

    with scripted_model([thinks, Says("Still here.")]) as model:
        terminal = opened(**of(model))
        terminal.sendline("think for a long time")
        assert asked.wait(60)
        terminal.sendcontrol("c")
        terminal.expect("Stopped\\.")
        terminal.sendline("are you there?")
        terminal.expect("Still here\\.")
        leave(terminal)


@pytest.mark.parametrize("kind", ["xterm", "dumb"])
def test_an_answer_is_shown_as_it_is_written(opened: Opener, kind: str) -> None:
    with scripted_model([Says("The *first* words, and " + "so on, " * 40 + "to the end.")]) as model:
        terminal = opened(TERM=kind, **of(model))
        terminal.sendline("tell me something")
        terminal.expect("to the end\\.")
        terminal.expect("you>")
        leave(terminal)


def test_a_watch_reports_where_it_was_asked(opened: Opener) -> None:
    terminal = opened(SWARM_WATCH_SECONDS="1")
    terminal.sendline("run iris-classification and tell me when it is done")
    terminal.expect("y approves")
    terminal.sendline("y")
    terminal.expect("you>")
    terminal.expect("succeeded")
    leave(terminal)
