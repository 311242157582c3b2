"""`swarm chat` in a pseudo-terminal, and where there is none."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pytest

SWARM = str(Path(sys.executable).parent / "swarm")


@pytest.fixture
def terminal(home: Path) -> Iterator["pexpect.spawn[str]"]:
    environment = {**os.environ, "SWARM_HOME": str(home), "TERM": "dumb", "NO_COLOR": "1"}
    spawned = pexpect.spawn(SWARM, ["chat"], env=environment, encoding="utf-8", timeout=60, dimensions=(50, 120), cwd=str(home))
    spawned.expect("you> ")
    yield spawned
    spawned.close(force=True)


def test_a_conversation_with_commands_a_chart_and_decisions(terminal: "pexpect.spawn[str]", home: Path) -> None:
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
    terminal.sendline("/list")
    terminal.expect("default")
    terminal.sendcontrol("c")
    terminal.expect("you> ")
    terminal.sendline("/quit")
    terminal.expect(pexpect.EOF)
    names = {p.name for p in (home / "buckets").iterdir()}
    assert "second-try" in names
    assert "first-try" not in names
