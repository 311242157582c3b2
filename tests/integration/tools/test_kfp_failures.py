"""Runs that fail, each in its own way: the diagnosis names the step and the cause."""

import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.integration.tools import kfp_failures as failures
from tests.integration.tools.kfp_world import World, opened
from tools.result import ErrorCode


@dataclass(frozen=True)
class Failure:
    """A failing run and what its diagnosis must say."""

    pipeline: str
    step: str
    cause: str
    words: str
    arguments: dict[str, Any] = field(default_factory=dict)


def _trouble(kind: str, cause: str, words: str) -> Failure:
    return Failure("trouble", "train", cause, words, {"trouble": kind})


FAILURES = {
    "memory": _trouble("memory", "out of memory", "MemoryError"),
    "memory limit": Failure("hunger", "hungry", "out of memory", "MemoryError"),
    "missing module": _trouble("module", "missing module", "No module named 'surely_no_such_module'"),
    "missing file": _trouble("file", "missing file", "/nowhere/train.csv"),
    "permission": _trouble("permission", "permission", "/usr/model.bin"),
    "missing column": _trouble("column", "missing column", "KeyError: 'prize'"),
    "chained": _trouble("chained", "bad argument", "ValueError: the model wants a column"),
    "bad argument": _trouble("value", "bad argument", "invalid literal for int() with base 10: 'three'"),
    "timeout": _trouble("timeout", "timeout", "timed out"),
    "failed check": _trouble("assertion", "failed check", "too few rows: 100"),
    "refused": _trouble("refused", "connection", "Connection refused"),
    "exit code": _trouble("exit", "exit code", "Failed with exit code 3: the trainer gives up"),
    "crash": _trouble("segfault", "killed", "SIGSEGV"),
    "own exception": _trouble("exception", "user exception", "`DataQualityError: 37 % of the labels are missing`"),
    "packages": Failure("packages", "packed", "package installation", "surely-no-such-package==9.9"),
    "iteration": Failure("search", "for-loop-1/iteration-2/fit", "user exception", "ZeroDivisionError"),
    "nested": Failure("outer", "inner/fit", "user exception", "ZeroDivisionError"),
    "exit handler": Failure("tidy", "clean-up", "disk full", "No space left on device: scratch"),
    "deadline": Failure("late", "sleep", "timeout", "did not end within 1 seconds"),
    "importer": Failure("astray", "importer", "missing file", "minio://data/nothing.csv"),
}


@pytest.fixture(scope="module")
def world(home: Path) -> Iterator[World]:
    with opened(home, failures.PIPELINES) as made:
        yield made


def test_step_and_cause(world: World) -> None:
    """All at once: one test, so that the runs share the machine and none is started twice."""
    for name, failure in FAILURES.items():
        world.start(failure.pipeline, name, **failure.arguments)
    leads: dict[str, str] = {}
    for name, failure in FAILURES.items():
        assert world.finish(name).state == "failed"
        result = world.ask("diagnose_run", run=name)
        leads[name] = result.content.partition(". `")[0]
        assert failure.words in result.content, name
        assert "What to do: " in result.content
        assert "executor_main" not in result.content
        subjects = [(s.kind, s.name) for s in result.subjects]
        assert subjects == [("run", name), ("pipeline", failure.pipeline), ("step", failure.step.rpartition("/")[2])]
    assert leads == {name: f"Run `{name}` failed in step `{f.step}`: {f.cause}" for name, f in FAILURES.items()}


def test_what_ran_before_and_what_did_not(world: World) -> None:
    world.run("trouble", "half way", trouble="file")
    result = world.ask("diagnose_run", run="half way")
    assert "Before it succeeded: `prepare`. Not run: `publish`." in result.content
    assert "It was given rows=100, trouble=file." in result.content
    assert 'File "ephemeral_component.py"' in result.content


def test_other_iterations_that_failed_are_named(world: World) -> None:
    world.run("search", "all depths", depths=[3, 3])
    result = world.ask("diagnose_run", run="all depths")
    assert "Failed too: `for-loop-1/iteration-" in result.content


def test_what_differs_from_the_last_good_run(world: World) -> None:
    world.run("outer", "shallow", depth=2)
    failed = world.run("outer", "deep", depth=3)
    result = world.ask("diagnose_run", run="deep")
    assert "Different from the last good run `shallow`:" in result.content
    assert "| argument depth | 2 | 3 |" in result.content
    (diff,) = [a for a in result.artifacts if a.kind == "diff"]
    assert (diff.data["before"], diff.data["after"]) == ("good run", "this run")
    assert diff.data["changes"] == [{"name": "depth", "before": 2, "after": 3}]
    assert failed.state == "failed"


def test_a_default_that_was_given_in_words_is_no_difference(world: World) -> None:
    """`outer` takes 3 where nothing is given."""
    world.run("outer", "shallow again", depth=2)
    world.run("outer", "default")
    assert "| argument depth | 2 | 3 |" in world.ask("diagnose_run", run="default").content


def test_terminated(world: World) -> None:
    world.start("slow", "stopped by hand")
    world.until("stopped by hand", lambda run: any(t.name == "sleep" and t.state == "running" for t in run.steps))
    assert world.ask("terminate_run", run="stopped by hand").status == "ok"
    assert world.finish("stopped by hand").state == "failed"
    result = world.ask("diagnose_run", run="stopped by hand")
    assert result.content.startswith("Run `stopped by hand` was stopped in step `sleep`: terminated. `terminated")
    assert "“retry stopped by hand”" in result.content
    told = world.ask("get_run", run="the last stopped run").content
    assert told.startswith("Run `stopped by hand` of pipeline `slow` was stopped after ")
    assert "terminated" in told
    assert [s.name for s in world.ask("list_runs", state="canceled").subjects] == ["stopped by hand"]
    failed = world.ask("list_runs", state="failed", limit=100).artifacts[0].data["rows"]
    assert [row[2] for row in failed if row[0] == "stopped by hand"] == ["stopped"]


def test_the_worker_was_killed(world: World) -> None:
    world.start("slow", "orphaned")
    run = world.until("orphaned", lambda run: any(t.name == "sleep" and t.state == "running" for t in run.steps))
    worker = int((world.home / "runs" / run.id / "lock").read_text())
    os.kill(worker, signal.SIGKILL)
    assert world.finish("orphaned").state == "failed"
    result = world.ask("diagnose_run", run="orphaned")
    assert result.content.startswith("Run `orphaned` failed in step `sleep`: killed. `The worker process of this run ended")


def test_a_run_that_has_not_failed(world: World) -> None:
    world.run("outer", "fine", depth=1)
    result = world.ask("diagnose_run", run="fine")
    assert (result.status, result.content) == ("ok", "Run `fine` has not failed: it succeeded.")
    assert world.ask("diagnose_run", run="no such run at all").code is ErrorCode.NOT_FOUND


def test_a_pipeline_tells_what_its_loops_and_inner_pipelines_hold(world: World) -> None:
    assert "Steps: prepare, for-loop-1 [fit]" in world.ask("get_pipeline", pipeline="search").content
    assert "inner [fit] (after prepare)" in world.ask("get_pipeline", pipeline="outer").content
    assert "exit-handler-1 [prepare]" in world.ask("get_pipeline", pipeline="tidy").content
