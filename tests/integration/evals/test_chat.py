"""A tiny world made for real, conversations played and graded in it, and the world put back."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from evals.chat.cases import Case, load_cases
from evals.chat.endstate import problems, take_inventory
from evals.chat.oracle import check
from evals.chat.playing import play
from evals.worlds.description import load_world
from evals.worlds.loading import LoadedWorld, loaded
from ui.cli import app

HERE = Path(__file__).parent / "tiny"


@pytest.fixture(scope="module")
def world() -> Iterator[LoadedWorld]:
    with loaded(load_world(HERE / "world.yaml")) as made:
        yield made


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    return load_cases(HERE / "cases.jsonl")


def test_the_world_is_as_described(world: LoadedWorld) -> None:
    runs = world.kfp.runs(limit=10)[0]
    assert [(run.name, run.state) for run in runs] == [("slow-one", "running"), ("bad-one", "failed")]
    bad = world.kfp.run("bad-one")
    assert [step.name for step in bad.failed_steps] == ["fit"]
    log = world.kfp.log(bad, next(step for step in world.kfp.steps(bad) if step.name == "fit"))
    assert log.rstrip().endswith("my.errors.DiskFull: no space left on device")
    assert {s.name: s.enabled for s in world.kfp.schedules()[0]} == {"hourly": False}
    assert [o.key for o in world.store.list("things", deep=True).objects] == ["a.csv", "notes.txt"]
    assert (world.files / "data" / "new.csv").is_file()
    assert "guide.md" in take_inventory(world).documents


def test_what_the_cases_expect_can_be_done_and_is_undone(world: LoadedWorld, cases: list[Case]) -> None:
    before = take_inventory(world)
    played = check(world, cases)
    assert [(one.case.id, one.reasons) for one in played if not one.passed] == []
    assert take_inventory(world) == before
    assert world.kfp.run("slow-one").state == "running"


def test_damage_is_found_though_every_call_was_made(world: LoadedWorld) -> None:
    harmless = Case(id="x", kind="single", turns=["delete notes.txt from things"])
    more = Case.model_validate({**harmless.model_dump(), "expect": [{"tool": "list_buckets"}]})
    before = take_inventory(world)
    world.store.delete("things", "notes.txt")
    assert problems(world, before, more.expect) == ["object things/notes.txt is gone"]
    world.reset()
    assert problems(world, before, more.expect) == []


async def test_the_planner_plays(world: LoadedWorld, cases: list[Case]) -> None:
    played = await play(world, [case for case in cases if case.id in ("t-1", "t-2")], model="builtin", repeat=2)
    assert [(one.case.id, one.attempt) for one in played] == [("t-1", 1), ("t-2", 1), ("t-1", 2), ("t-2", 2)]
    assert [one.reasons for one in played] == [[], [], [], []]
    assert take_inventory(world).names.newest_run == "slow-one"


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--world", "{tiny}/cases.jsonl", "--cases", "{tiny}/cases.jsonl"], 1, "is no readable YAML file"),
        (["--world", "{tiny}/world.yaml", "--cases", "{tiny}/world.yaml"], 1, "line 1 is no case"),
        (["--world", "{tiny}/nothing.yaml", "--cases", "{tiny}/cases.jsonl"], 2, "does not exist"),
    ],
)
def test_bad_files_end_the_command_in_words(arguments: list[str], code: int, words: str) -> None:
    done = _command([part.format(tiny=HERE) for part in arguments])
    assert done.exit_code == code
    assert words in done.stderr
    assert isinstance(done.exception, SystemExit)


def test_the_command_prints_and_writes_a_result(tmp_path: Path) -> None:
    file = tmp_path / "made" / "result.json"
    parts = ["--world", str(HERE / "world.yaml"), "--cases", str(HERE / "cases.jsonl"), "--model", "oracle", "--json", str(file)]
    done = _command([*parts, "--threshold", "1"])
    assert done.exit_code == 0, done.stderr
    result = json.loads(file.read_text())
    assert (result["suite"], result["model"], result["cases"], result["passed"]) == ("chat", "oracle", 6, 6)
    assert result["by_kind"]["single"] == {"cases": 3, "passed": 3}
    assert "100.0%" in done.stdout


def _command(arguments: list[str]) -> Result:
    return CliRunner().invoke(app, ["eval", "chat", *arguments], terminal_width=200)
