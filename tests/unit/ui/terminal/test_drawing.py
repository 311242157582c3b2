"""Tables in terminals of any width."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from swarm.reply import Reply
from tools.result import Artifact
from ui.terminal.drawing import ROWS, draw_reply, drawing

WORD = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=12)


def drawn(columns: list[str], rows: list[list[object]], width: int) -> str:
    console = Console(width=width, no_color=True)
    with console.capture() as captured:
        console.print(drawing(Artifact(kind="table", title="t", data={"columns": columns, "rows": rows})))
    return captured.get()


@given(st.lists(WORD, min_size=1, max_size=30), st.data(), st.integers(20, 200))
def test_every_cell_can_be_read_at_every_width(columns: list[str], data: st.DataObject, width: int) -> None:
    row = data.draw(st.lists(WORD, min_size=len(columns), max_size=len(columns)))
    said = drawn(columns, [list(row)], width)
    assert all(word in said for word in columns + row)
    assert max(map(len, said.splitlines())) <= width


def test_of_many_rows_the_first_are_shown_and_the_rest_counted() -> None:
    said = drawn(["n"], [[f"row-{n}"] for n in range(ROWS + 5)], 80)
    assert f"row-{ROWS - 1}" in said
    assert f"row-{ROWS}" not in said
    assert "5 more rows" in said


@pytest.mark.parametrize("rows", [[], [[]], [["only"]], [[None, 1.23456789, "x" * 100]]])
def test_rows_that_do_not_fit_their_columns(rows: list[list[object]]) -> None:
    assert "abc" in drawn(["abc", "b", "c"], rows, 40)


@pytest.mark.parametrize(
    ("answer", "times"), [("It succeeded.\n\n| step | state | took |\n|-|-|-|\n| load | succeeded | 2 s |\n", 1), ("Started.", 1)]
)
def test_the_steps_of_a_run_are_shown_once(answer: str, times: int) -> None:
    data = {"run_id": "1", "name": "r", "state": "succeeded", "steps": [{"name": "load", "state": "succeeded", "seconds": 2}]}
    console = Console(record=True, width=80)
    draw_reply(console, Reply(answer=answer, session="s", status="done", artifacts=[Artifact(kind="run", title="r", data=data)]))
    assert console.export_text().count("load") == times
