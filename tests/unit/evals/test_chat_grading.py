"""The grader: a perfect conversation passes, and whatever is taken from it or put wrong in it makes it fail."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.chat.cases import CLARIFY, FOLLOW_UP, Case, Expected, known_tools, load_cases
from evals.chat.grading import grade
from evals.chat.matching import Names, mismatch
from evals.errors import EvalError
from swarm.reply import Reply, Step
from tools.result import Effect

WORLDS = Path(__file__).parents[3] / "evals" / "worlds"
CASES = [case for world in "abc" for case in load_cases(WORLDS / world / "cases.jsonl")]
DOING = [case for case in CASES if case.expect]
TOOLS = known_tools()
NAMES = Names(newest_run="newest")
each_case = pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])


def step(tool: str, args: dict[str, Any], status: str = "ok", effect: Effect = "read") -> Step:
    return Step.model_validate({"id": "1", "agent": "a", "tool": tool, "args": args, "effect": effect, "status": status, "ms": 1})


def perfect(case: Case) -> list[Reply]:
    """Replies that do and say what the case wants."""
    steps = [step(e.tool, {k: "newest" if v == "latest" else v for k, v in e.args.items()}) for e in case.expect]
    answer = f"Done: {', '.join(case.answer_has)}." if case.kind != CLARIFY else "Which one?"
    before = [Reply(session="s", answer="Well.", status="done") for _ in case.turns[1:]]
    return [*before, Reply(session="s", answer=answer, status="done", steps=steps)]


def reasons(case: Case, replies: list[Reply]) -> list[str]:
    return grade(case, replies, TOOLS, NAMES).reasons


@each_case
def test_a_perfect_conversation_passes(case: Case) -> None:
    assert reasons(case, perfect(case)) == []


@each_case
def test_each_thing_put_wrong_fails(case: Case) -> None:
    for number, expected in enumerate(case.expect):
        without = perfect(case)
        del without[-1].steps[number]
        assert reasons(case, without), "a call is missing"
        failed = perfect(case)
        failed[-1].steps[number] = failed[-1].steps[number].model_copy(update={"status": "error"})
        assert reasons(case, failed), "a call did not work"
        for name in expected.args:
            other = perfect(case)
            other[-1].steps[number].args[name] = ["something else"]
            assert reasons(case, other), f"{name} is another"
            other[-1].steps[number].args.pop(name)
            assert reasons(case, other), f"{name} is missing"
    for tool in case.forbid:
        forbidden = perfect(case)
        forbidden[0].steps.insert(0, step(tool, {}, "error"))
        assert reasons(case, forbidden), f"{tool} was called"
    for word in case.answer_has:
        silent = perfect(case)
        silent[-1].answer = silent[-1].answer.replace(word, "")
        assert reasons(case, silent), f"{word} is not said"
    mute = perfect(case)
    mute[-1].answer = "I did it." if case.kind == CLARIFY else " "
    assert reasons(case, mute), "nothing was said, or nothing asked"


@pytest.mark.parametrize("case", [c for c in DOING if c.kind == FOLLOW_UP], ids=lambda c: c.id)
def test_a_follow_up_counts_the_last_turn_only(case: Case) -> None:
    early = perfect(case)
    early[0].steps, early[-1].steps = early[-1].steps, []
    assert reasons(case, early)


def test_other_kinds_count_all_turns() -> None:
    case = Case(id="x", kind="multi", turns=["a", "b"], expect=[Expected(tool="list_runs")])
    said = [Reply(session="s", answer="a", status="done", steps=[step("list_runs", {})]), Reply(session="s", answer="b", status="done")]
    assert reasons(case, said) == []


def test_one_call_is_not_counted_twice() -> None:
    case = Case(id="x", kind="multi", turns=["a"], expect=[Expected(tool="list_runs"), Expected(tool="list_runs")])
    once = [Reply(session="s", answer="a", status="done", steps=[step("list_runs", {})])]
    assert reasons(case, once)


def test_a_list_that_should_show_an_effect_comes_after_it() -> None:
    expect = [Expected(tool="delete_schedule", args={"schedule": "x"}), Expected(tool="list_schedules")]
    case = Case(id="x", kind="multi", turns=["a"], expect=expect)
    deleted, listed = step("delete_schedule", {"schedule": "x"}, effect="destroy"), step("list_schedules", {})
    assert reasons(case, [Reply(session="s", answer="a", status="done", steps=[deleted, listed])]) == []
    assert reasons(case, [Reply(session="s", answer="a", status="done", steps=[listed, deleted])])


@pytest.mark.parametrize(
    ("tool", "given", "wanted"),
    [
        ("run_pipeline", {"arguments": {"C": 10.0, "penalty": "l2"}}, {"arguments": {"C": 10}}),
        ("compare_runs", {"runs": ["b", "a"]}, {"runs": ["a", "b"]}),
        ("delete_objects", {"keys": ["y", "x"]}, {"keys": ["x", "y"]}),
        ("get_run", {"run": "newest"}, {"run": "latest"}),
        ("schedule_pipeline", {"cron": "30 9 * * MON"}, {"cron": "30 9 * * 1"}),
        ("schedule_pipeline", {"cron": "0 0 1 JAN 7"}, {"cron": "0 0 1 1 0"}),
        ("expire_objects", {"prefix": "tmp"}, {"prefix": "tmp/"}),
        ("upload_pipeline", {"path": "/home/me/pipelines/a.yaml"}, {"path": "pipelines/a.yaml"}),
        ("get_pipeline", {"pipeline": "Demand_Forecast"}, {"pipeline": "demand-forecast"}),
        ("list_runs", {"state": "failed", "limit": 10}, {}),
    ],
)
def test_arguments_that_are_the_same(tool: str, given: dict[str, Any], wanted: dict[str, Any]) -> None:
    assert mismatch(given, wanted, TOOLS.get(tool), NAMES) is None


@pytest.mark.parametrize(
    ("tool", "given", "wanted"),
    [
        ("run_pipeline", {"arguments": {"C": "10"}}, {"arguments": {"C": 10}}),
        ("run_pipeline", {"arguments": {"flag": 1}}, {"arguments": {"flag": True}}),
        ("compare_runs", {"runs": ["a"]}, {"runs": ["a", "b"]}),
        ("compare_runs", {"runs": ["a", "a"]}, {"runs": ["a", "b"]}),
        ("get_run", {"run": "older"}, {"run": "latest"}),
        ("schedule_pipeline", {"cron": "30 9 * * 2"}, {"cron": "30 9 * * 1"}),
        ("expire_objects", {"prefix": "temp"}, {"prefix": "tmp/"}),
        ("upload_pipeline", {"path": "other/a.yaml"}, {"path": "pipelines/a.yaml"}),
        ("get_object_info", {"key": "A.csv"}, {"key": "a.csv"}),
        ("set_versioning", {"enabled": False}, {"enabled": True}),
    ],
)
def test_arguments_that_are_not(tool: str, given: dict[str, Any], wanted: dict[str, Any]) -> None:
    assert mismatch(given, wanted, TOOLS.get(tool), NAMES) is not None


@given(st.dictionaries(st.text(min_size=1), st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()))
def test_values_equal_themselves_and_nothing_of_another_type(values: dict[str, Any]) -> None:
    assert mismatch({"arguments": values}, {"arguments": values}, None, NAMES) is None
    as_text = {name: str(value) for name, value in values.items() if not isinstance(value, str)}
    assert not as_text or mismatch({"arguments": as_text}, {"arguments": {n: values[n] for n in as_text}}, None, NAMES)


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ("", "no cases"),
        ("{", "line 1"),
        ('{"id": "a", "kind": "single", "turns": []}', "turns"),
        ('{"id": "a", "kind": "single", "turns": [" "]}', "a turn is empty"),
        ('{"id": "a", "kind": "single", "turns": ["x"]}\n{"id": "a", "kind": "single", "turns": ["x"]}', "there is a case 'a' already"),
        ('{"id": "a", "kind": "single", "turns": ["x"], "expect": [{"args": {}}]}', "expect.0.tool"),
    ],
)
def test_a_bad_file_is_refused_in_words(tmp_path: Path, lines: str, reason: str) -> None:
    file = tmp_path / "cases.jsonl"
    file.write_text(lines)
    with pytest.raises(EvalError, match=reason):
        load_cases(file)


def test_a_missing_file_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(EvalError, match="cannot be read"):
        load_cases(tmp_path / "nothing.jsonl")
