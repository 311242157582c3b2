import json

import pytest

from swarm.reply import Finished, Reply, Step, StepFinished, StepStarted
from tools import charts
from tools.markdown import table
from tools.result import Artifact
from ui.turn import Turn
from ui.web.messages import messages


def answered(answer: str, *artifacts: Artifact) -> list[str]:
    """The kinds of what the chat shows after the answer."""
    turn = Turn("show it")
    turn.apply(Finished(reply=Reply(session="s", answer=answer, status="done", artifacts=list(artifacts))))
    return [type(m.content).__name__ for m in messages(turn)][2:]


def data(rows: int, columns: int = 2) -> Artifact:
    names = [f"c{n}" for n in range(columns)]
    return Artifact(kind="table", title="t", data={"columns": names, "rows": [[n] * columns for n in range(rows)]})


def told(rows: int, columns: int = 2) -> str:
    return "Here:\n\n" + table([f"c{n}" for n in range(columns)], [["a|b"] * columns for _ in range(rows)]) + "\n\nThat is all."


@pytest.mark.parametrize(
    ("answer", "shown"),
    [("No table here.", ["HTML"]), (told(3), []), (told(2), ["HTML"]), (told(3, columns=1), ["HTML"]), (told(1) + "\n\n" + told(3), [])],
)
def test_a_table_is_not_shown_twice(answer: str, shown: list[str]) -> None:
    assert answered(answer, data(3)) == shown


def test_charts_are_plots_with_their_data_and_the_page_s_looks() -> None:
    turn = Turn("metrics")
    chart = charts.bars("Metrics", ["accuracy"], [0.97])
    turn.apply(Finished(reply=Reply(session="s", answer="Good.", status="done", artifacts=[chart])))
    plot = messages(turn)[-1].content
    figure = json.loads(plot.value["plot"])
    assert figure["data"][0]["y"] == [0.97]
    assert figure["layout"]["title"]["text"] == "Metrics"
    assert figure["layout"]["paper_bgcolor"] == "rgba(0,0,0,0)"


def test_every_kind_of_artifact_has_a_drawing() -> None:
    kinds = ("table", "image", "html", "file", "run", "diff")
    assert answered("Look.", *(Artifact(kind=kind, title="t", data={}) for kind in kinds)) == ["HTML"] * len(kinds)


def test_a_step_is_open_while_it_works_and_folded_after() -> None:
    turn = Turn("x")
    turn.apply(StepStarted(id="1", agent="kfp", tool="get_run", args={"run": "<b>`"}))
    working = messages(turn)[1]
    assert working.metadata["status"] == "pending"
    assert working.metadata["title"] == "kfp · get_run  run=&lt;b>`"
    step = Step(id="1", agent="kfp", tool="get_run", args={"run": "```"}, effect="read", status="error", code="NOT_FOUND", ms=1500)
    turn.apply(StepFinished(id="1", step=step))
    done = messages(turn)[1]
    assert (done.metadata["status"], done.metadata["duration"], done.metadata["log"]) == ("done", 1.5, "failed: NOT_FOUND")
    assert done.content.startswith("````json\n") and "\n````\n" in done.content


def test_a_stopped_turn_leaves_no_step_working() -> None:
    turn = Turn("x")
    turn.apply(StepStarted(id="1", agent="kfp", tool="wait_for_run", args={}))
    turn.end("You stopped this turn.")
    assert messages(turn)[1].metadata["status"] == "done"
    assert "You stopped this turn." in messages(turn)[2].content.value


def test_a_running_turn_shows_that_it_thinks() -> None:
    assert "Thinking" in messages(Turn("x"))[1].content.value
