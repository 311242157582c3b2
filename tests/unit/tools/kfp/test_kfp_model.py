"""Views of the API's answers: parameters and steps of specifications compiled by kfp itself, steps of a run in order."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Optional

import pytest
import yaml
from kfp import compiler, dsl

from tools.kfp.model import Parameter, Run, Task, Version, parameters_of, steps_of

START = datetime(2026, 1, 1, tzinfo=UTC)


@dsl.component(base_image="python:3.12")
def load(path: str) -> str:
    return path


@dsl.component(base_image="python:3.12")
def train(data: str, depth: int) -> float:
    return float(depth)


@dsl.component(base_image="python:3.12")
def publish(score: float) -> None:
    pass


@dsl.pipeline(name="everything", description="All kinds of inputs.")
def everything(
    path: str,
    depth: int = 3,
    rate: float = 0.5,
    shuffle: bool = True,
    layers: list[int] = [64, 32],  # noqa: B006 - how pipeline authors write defaults
    options: dict[str, Any] = {"a": 1},  # noqa: B006
    note: Optional[str] = None,  # noqa: UP045 - kfp does not read `str | None`
) -> None:
    """All kinds of inputs.

    Args:
        depth: How deep the tree may grow.
    """
    loaded = load(path=path)
    trained = train(data=loaded.output, depth=depth)
    with dsl.If(trained.output > rate):
        publish(score=trained.output)
    publish(score=rate).after(trained)


@pytest.fixture(scope="module")
def ir(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    package = tmp_path_factory.mktemp("package") / "everything.yaml"
    compiler.Compiler().compile(everything, str(package))
    compiled: dict[str, Any] = next(yaml.safe_load_all(Path(package).read_text()))
    return compiled


def test_parameters_of_a_compiled_pipeline(ir: dict[str, Any]) -> None:
    parameters = {p.name: p for p in parameters_of(ir)}
    assert {name: (p.type, p.required, p.default) for name, p in parameters.items()} == {
        "path": ("str", True, None),
        "depth": ("int", False, 3),
        "rate": ("float", False, 0.5),
        "shuffle": ("bool", False, True),
        "layers": ("list", False, [64, 32]),
        "options": ("dict", False, {"a": 1}),
        "note": ("str", False, None),
    }
    assert type(parameters["depth"].default) is int
    assert parameters["depth"].description == "How deep the tree may grow."


def test_steps_come_after_those_they_need(ir: dict[str, Any]) -> None:
    steps = steps_of(ir)
    assert [name for name, _ in steps][:2] == ["load", "train"]
    seen: set[str] = set()
    for name, needs in steps:
        assert set(needs) <= seen
        seen.add(name)
    assert seen == set(ir["root"]["dag"]["tasks"])
    assert dict(steps)["train"] == ["load"]


def test_a_version_with_a_platform_part_is_read_alike(ir: dict[str, Any]) -> None:
    plain = Version("v", "p", "one", None, ir)
    wrapped = Version("v", "p", "one", None, {"pipeline_spec": ir, "platform_spec": {}})
    assert plain.parameters == wrapped.parameters
    assert plain.ir is wrapped.ir


def test_specifications_that_say_nothing() -> None:
    assert parameters_of({}) == []
    assert steps_of({}) == []
    assert parameters_of({"root": {"inputDefinitions": {"parameters": {"s": {"parameterType": "TASK_FINAL_STATUS"}}}}}) == [
        Parameter("s", "str", True)
    ]


def test_steps_that_wait_for_each_other_end() -> None:
    tasks = {"a": {"dependentTasks": ["b"]}, "b": {"dependentTasks": ["a"]}, "c": {}}
    assert steps_of({"root": {"dag": {"tasks": tasks}}}) == [("c", [])]


def task(name: str, state: str, after: float | None, parent: str | None = "root") -> Task:
    started = None if after is None else START + timedelta(seconds=after)
    return Task(name, name, state, started, started and started + timedelta(seconds=2), parent=parent)


def run(*tasks: Task, state: str = "running") -> Run:
    return Run("id", "r", state, START, None, "p", "e", tasks=tasks)


def test_steps_are_in_order_of_start_without_the_root() -> None:
    view = run(task("late", "pending", None), task("root", "running", 0, None), task("second", "running", 5), task("first", "succeeded", 1))
    assert [t.name for t in view.steps] == ["first", "second", "late"]
    assert [t.seconds for t in view.steps] == [2, 2, None]


def test_a_server_that_tells_no_parents_has_steps_too() -> None:
    assert [t.name for t in run(task("b", "running", 2, None), task("a", "running", 1, None)).steps] == ["a", "b"]


def test_the_step_that_failed_itself_is_told_from_the_loop_around_it() -> None:
    view = run(
        task("root", "failed", 0, None), task("loop", "failed", 1), task("item", "failed", 2, "loop"), task("good", "succeeded", 1, "loop")
    )
    assert [t.name for t in view.failed_steps] == ["item"]


def test_how_long_a_run_took() -> None:
    ended = Run("id", "r", "succeeded", START, START + timedelta(seconds=9), "p", "e")
    assert (ended.done, ended.seconds) == (True, 9)
    assert not run().done
    assert (run().seconds or 0) > 9
    assert Run("id", "r", "pending", None, None, "p", "e").seconds is None
