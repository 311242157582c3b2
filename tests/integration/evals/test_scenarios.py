"""Scenarios that come along are sound; a language model is judged by what it leaves, recorded, and replayed without it."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from evals.comparison import compared, load_result
from evals.errors import EvalError
from evals.recording import fingerprint, taped
from evals.scenarios.library import FOLDER, SELF_TEST, load_scenarios, world_file
from evals.scenarios.suite import evaluate
from evals.worlds.description import load_world
from tests.scripted_model import Calls, Says, Script, scripted_model
from ui.cli import app

TINY = Path(__file__).parent / "tiny"


@pytest.fixture
def tasks(tmp_path: Path) -> Path:
    file = tmp_path / "tasks.yaml"
    file.write_text((TINY / "scenarios.yaml").read_text().replace("{world}", str(TINY / "world.yaml")))
    return file


def wait(request: dict[str, Any]) -> Calls:
    """Wait for the run whose generated name the tool has just told."""
    name = re.search(r"`(small-fit-[\d-]+)`", request["messages"][-1]["content"])
    assert name, request["messages"][-1]["content"]
    return Calls([("wait_for_run", {"run": name.group(1)})])


def script() -> Script:
    return [
        Calls([("ask_kfp", {"task": "Run small-fit with depth=7 and wait for it."})]),
        Calls([("run_pipeline", {"pipeline": "small-fit", "arguments": {"depth": 7}})]),
        wait,
        Says("It succeeded."),
        Calls([("ask_minio", {"task": "Delete notes.txt from things."})]),
        Calls([("delete_objects", {"bucket": "things", "keys": ["notes.txt"]})]),
        Says("You refused, so it stays."),
    ]


def test_the_scenarios_that_come_along_are_sound() -> None:
    scenarios = load_scenarios(FOLDER)
    assert len(scenarios) >= 40
    assert {"pipelines", "storage", "documentation", "together", "approvals"} == {s.kind for s in scenarios}
    for scenario in scenarios:
        load_world(world_file(scenario.world))
        assert scenario.expect or scenario.holds or scenario.holds_not, f"{scenario.id} can only pass"
        assert all(1 <= turn <= len(scenario.turns) for turn in scenario.refuse)
    assert not any(s.holds or s.refuse for s in load_scenarios(SELF_TEST))


async def test_a_model_is_recorded_and_replayed(tasks: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tape = tmp_path / "tape.jsonl"
    with scripted_model(script()) as model:
        monkeypatch.setenv("OPENAI_BASE_URL", model.url)
        recorded = await evaluate(tasks, model="openai:scripted", record=tape)
        asked = len(model.requests)
    monkeypatch.delenv("OPENAI_BASE_URL")
    replayed = await evaluate(tasks, model="openai:scripted", replay=tape, repeat=2)
    assert recorded["failures"] == replayed["failures"] == []
    assert (recorded["passed"], replayed["passed"], asked) == (2, 4, 7)
    assert replayed["metrics"]["pass_hat_2"] == 1.0
    assert replayed["usage"]["prompt_tokens"] == 2 * recorded["usage"]["prompt_tokens"] == 1400


async def test_what_was_not_recorded_fails_and_no_other_model_steps_in(tasks: Path, tmp_path: Path) -> None:
    tape = tmp_path / "empty.jsonl"
    tape.write_text("")
    result = await evaluate(tasks, model="openai:scripted", replay=tape)
    assert result["passed"] == 0 or all("start-and-wait" in f["id"] for f in result["failures"])
    assert "start-and-wait" in {failure["id"] for failure in result["failures"]}


def test_passing_things_do_not_change_a_fingerprint() -> None:
    def request(text: str) -> dict[str, Any]:
        return {"model": "m", "stream": True, "messages": [{"role": "user", "content": text}]}

    one = fingerprint(request("Run `a-1124-133744123` (12 s ago, 2026-11-24 13:37 UTC) with depth=7"))
    other = fingerprint(request("Run `a-1125-020304567` (3 min ago, 2026-11-25 02:03 UTC) with depth=7"))
    different = fingerprint(request("Run `a-1124-133744123` (12 s ago, 2026-11-24 13:37 UTC) with depth=8"))
    assert one[0] == other[0] != different[0]
    assert "1124-133744123" in one[1]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "no readable YAML"),
        ("- {id: a}", "holds no scenarios"),
        ("[]", "holds no scenarios"),
        ("- {id: a, kind: k, turns: [x], holds: [{tool: list_runs}]}", "nobody can look up"),
        ("- {id: a, kind: k, turns: [x]}\n- {id: a, kind: k, turns: [x]}", "several scenarios 'a'"),
    ],
)
def test_a_bad_file_is_refused_in_words(tmp_path: Path, text: str, reason: str) -> None:
    file = tmp_path / "tasks.yaml"
    file.write_text(text)
    with pytest.raises(EvalError, match=reason):
        load_scenarios(file)


def test_a_file_that_is_no_recording_and_a_world_that_is_none(tmp_path: Path) -> None:
    file = tmp_path / "tape.jsonl"
    file.write_text("no tape")
    with pytest.raises(EvalError, match="no recording"), taped(file, "replay"):
        pass
    with pytest.raises(EvalError, match="there is no world 'z'; there are a, b, c"):
        world_file("z")


def command(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["eval", *arguments], terminal_width=200)


def result_file(path: Path, passed: int, failing: list[str]) -> Path:
    failures = [{"id": name, "why": "<b>no</b>", "turns": ["x"], "steps": [], "answer": ""} for name in failing]
    kinds = {"k": {"cases": 4, "passed": passed}}
    base = {"suite": "s", "model": "m", "cases": 4, "passed": passed, "pass_rate": passed / 4, "by_kind": kinds, "seconds": 1.0}
    path.write_text(json.dumps({**base, "metrics": {"calls_per_case": 2.0}, "failures": failures, "usage": {}}))
    return path


def test_two_results_are_compared(tmp_path: Path) -> None:
    good, bad = result_file(tmp_path / "good.json", 3, ["a"]), result_file(tmp_path / "bad.json", 2, ["a", "b"])
    worse = command("compare", str(good), str(bad))
    assert worse.exit_code == 1
    assert "newly failing: b" in worse.stdout
    assert "-25.0" in worse.stdout
    better = command("compare", str(bad), str(good))
    assert (better.exit_code, "newly passing: b" in better.stdout) == (0, True)
    assert "newly failing: none" in compared(load_result(good), load_result(good))
    (tmp_path / "none.json").write_text("{}")
    assert command("compare", str(good), str(tmp_path / "none.json")).exit_code == 1


def test_a_page_escapes_what_was_said(tmp_path: Path) -> None:
    from evals.page import html

    page = html(load_result(result_file(tmp_path / "r.json", 2, ["a"])))
    assert "&lt;b&gt;no&lt;/b&gt;" in page
    assert "<b>no</b>" not in page
    assert "50.0%" in page
