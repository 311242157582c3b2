"""What people read: the answer to what was asked comes first, and the results of several steps are one text."""

from typing import Any

import pytest
from langchain_core.messages import ToolMessage

from swarm.planner.answers import compose
from swarm.planner.quoting import quoted
from swarm.records import tool_message
from swarm.reply import Step
from tools.markdown import table
from tools.result import Artifact, ErrorCode, Source, Subject, ToolError, ToolResult


def told(tool: str, result: ToolResult, effect: Any = "read", given: tuple[str, ...] = ()) -> ToolMessage:
    step = Step(id="1", agent="a", tool=tool, args={}, effect=effect, status=result.status, code=result.code, ms=1)
    return tool_message("call_0_x", result, step, list(given))


def run(state: str, text: str = "", **seconds: float) -> ToolResult:
    steps = [{"name": name, "state": state, "seconds": taken} for name, taken in seconds.items()]
    card = Artifact(kind="run", title="falcon", data={"run_id": "1", "name": "falcon", "pipeline": "amber", "state": state, "steps": steps})
    content = text or f"Run `falcon` of pipeline `amber` {state} in 3 s.\n\n| step | state |\n|---|---|\n| x | {state} |"
    return ToolResult(content=content, artifacts=[card], subjects=[Subject(kind="run", name="falcon")])


BUCKET = ToolResult(content=f"Bucket `lagoon` holds 4 objects.\n\n{table(['', 'lagoon'], [('size', '7 KiB'), ('keeps versions', 'no')])}")
SCHEDULES = ToolResult(
    content="There are 2 schedules.\n\n"
    + table(["schedule", "state", "next"], [("`nightly`", "paused", ""), ("`weekly`", "on", "Monday 9:30")])
)
PARAMETERS = ToolResult(content="It takes 2 parameters.\n\n" + table(["parameter", "default"], [("depth", "2"), ("rate", "0.1")]))


@pytest.mark.parametrize(
    ("question", "result", "first"),
    [
        ("did falcon succeed?", run("succeeded"), "Yes."),
        ("so is it done?", run("failed"), "Yes."),
        ("is it done", run("running"), "Not yet."),
        ("did it work?", run("failed"), "No."),
        ("is it still going?", run("running"), "Yes."),
        ("has it crashed?", run("succeeded"), "No."),
        ("did it fail or succeed?", run("failed"), "Run `falcon`"),
        ("show falcon", run("failed"), "Run `falcon`"),
        ("which step took longest?", run("succeeded", train=4.0, load=1.0), "Step `train` took longest: 4 s."),
        ("which steps failed", run("failed", train=4.0), "Failed: `train`."),
        ("does lagoon exist?", BUCKET, "Yes."),
        ("is versioning on for lagoon?", BUCKET, "Keeps versions: no."),
        ("how big is lagoon?", BUCKET, "Size: 7 KiB."),
        ("is nightly paused?", SCHEDULES, "Yes."),
        ("is weekly paused?", SCHEDULES, "No."),
        ("when does weekly run next?", SCHEDULES, "`weekly`, next: Monday 9:30."),
        ("is there a schedule called monthly?", SCHEDULES, "No, none of them is called `monthly`."),
        ("is there one named weekly?", SCHEDULES, "Yes."),
        ("any schedules?", ToolResult.no_data("There are no schedules."), "No. There are no schedules."),
        ("does harbor exist?", ToolResult.failed(ToolError(ErrorCode.NOT_FOUND, "there is no bucket `harbor`.")), "No. There is no"),
    ],
)
def test_what_was_asked_comes_first(question: str, result: ToolResult, first: str) -> None:
    answer = compose([(question, told("look", result))])
    assert answer.startswith(first)
    assert result.content.split("\n\n")[-1].removeprefix("NOT_FOUND: there") in answer


def test_a_value_is_found_by_row_and_column() -> None:
    assert compose([("what is the default of depth?", told("look", PARAMETERS))]).startswith("Depth: 2.")


def test_steps_of_one_run_are_one_text() -> None:
    started = ToolResult(
        content="Started run `falcon` of pipeline `amber` with C=10. State: pending.", subjects=[Subject(kind="run", name="falcon")]
    )
    measured = ToolResult(content="Run `falcon`: accuracy 0.9.", subjects=[Subject(kind="run", name="falcon")])
    answer = compose(
        [
            ("run amber with C=10", told("start", started, "write")),
            ("wait for it", told("wait", run("succeeded"))),
            ("tell me the accuracy", told("measure", measured)),
        ]
    )
    assert answer == "Started run `falcon` of pipeline `amber` with C=10. It succeeded in 3 s. Result: accuracy 0.9."


def test_what_was_asked_for_twice_stays_whole() -> None:
    """Only what this turn itself started is shortened."""
    answer = compose(
        [("show falcon", told("look", run("failed"))), ("and its logs", told("logs", run("failed", "Step `x` printed nothing.")))]
    )
    assert "| x | failed |" in answer
    assert "Step `x` printed nothing." in answer


def test_a_passage_that_does_not_say_what_it_is_about_is_quoted_under_its_heading() -> None:
    told_apart = Source(n=1, title="Nets", section="Can one net do?", uri="a", text="One net is enough for a short dive, not for a survey.")
    defines = Source(
        n=2, title="Nets", section="What is mesh grading?", uri="b", text="Several nets of finer and finer openings, one after the other."
    )
    search = told("search_docs", ToolResult(content="found", sources=[told_apart, defines]))
    assert quoted("whats mesh grading in a survey", search).startswith("**What is mesh grading?** Several nets")
    assert not quoted("openings of several nets", search).startswith("**")


def test_what_comes_nearest_is_quoted_and_said_to_be_no_more() -> None:
    near = Source(n=1, title="Nets", section="Which knot holds a net?", uri="a", text="The sheet bend holds a net of thin line.")
    far = Source(n=2, title="Boats", section="Which knot holds a boat?", uri="b", text="A boat is held by a bowline, a net is not.")
    answer = quoted(
        "which knot for a net", told("search_docs", ToolResult(content="The documents may not answer this.", sources=[near, far]))
    )
    assert answer.startswith("The documents do not seem to tell. What comes nearest:")
    assert "The sheet bend holds a net of thin line. [1]" in answer


def test_words_that_any_question_has_do_not_choose_what_is_quoted() -> None:
    text = "## What is a winch good for?\n\nIt hauls in the nets, load by load.\n\n## What is a buoy good for?\n\nIt marks a place at sea."
    search = told("search_docs", ToolResult(content="found", sources=[Source(n=1, title="Gear", section="", uri="a", text=text)]))
    assert "hauls" in quoted("what is a winch good for", search) and "marks" not in quoted("what is a winch good for", search)
