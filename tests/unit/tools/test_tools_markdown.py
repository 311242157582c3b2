"""Tables that no cell can break, and figures as people say them."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools import charts
from tools.markdown import cell, count, duration, fenced, size, table, table_artifact, when

values = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=300), st.binary(), st.lists(st.integers()), st.datetimes()
)


def columns_of(line: str) -> int:
    """Cells of a table row, read as GitHub's Markdown does: a backslash escapes what follows it."""
    return len(re.findall(r"(?:\\.|[^\\|])*\|", line)) - 1


@given(rows=st.lists(st.lists(values, min_size=3, max_size=3), max_size=4), header=st.lists(st.text(max_size=20), min_size=3, max_size=3))
def test_no_content_breaks_a_table(rows: list[list[Any]], header: list[str]) -> None:
    lines = table(header, rows).split("\n")
    assert len(lines) == len(rows) + 2
    assert {columns_of(line) for line in lines} == {3}
    assert not re.search(r"[\x00-\x1f\x7f-\x9f]", "".join(lines))
    "\n".join(lines).encode()


@given(rows=st.lists(st.lists(values, min_size=2, max_size=2), max_size=4))
def test_the_artifact_of_any_table_is_json(rows: list[list[Any]]) -> None:
    artifact = table_artifact("t", ["a", "b"], rows)
    json.dumps(artifact.model_dump(mode="json"), allow_nan=False).encode()


def test_numbers_stay_numbers_for_the_front_ends() -> None:
    data = table_artifact("t", ["a"], [[1], [0.5], [True], [None], [float("nan")], [b"\xff"]], total=9).data
    assert data == {"columns": ["a"], "rows": [[1], [0.5], [True], [None], [None], ["b'\\xff'"]], "total": 9}


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, ""),
        (True, "yes"),
        (0.123456789, "0.123457"),
        (1e20, "1e+20"),
        ("a\nb\tc", "a b c"),
        ("a|b", r"a\|b"),
        (r"a\|b", r"a\\\|b"),
        ({"a": [1]}, '{"a": [1]}'),
        ("red \x1b[31malert", "red [31malert"),
        ("x" * 200, "x" * 99 + "…"),
        ("`" + "k" * 300 + "`", "`" + "k" * 300 + "`"),
    ],
)
def test_cells(value: Any, shown: str) -> None:
    assert cell(value) == shown


@given(text=st.text(max_size=200))
def test_nothing_inside_ends_a_block_of_code(text: str) -> None:
    lines = fenced(text).split("\n")
    assert lines[0] == lines[-1]
    assert not any(lines[0] in line for line in lines[1:-1])


@pytest.mark.parametrize(("seconds", "said"), [(None, ""), (0.84, "0.8 s"), (59.7, "1 min 0 s"), (200, "3 min 20 s"), (7500, "2 h 5 min")])
def test_duration(seconds: float | None, said: str) -> None:
    assert duration(seconds) == said


@pytest.mark.parametrize(
    ("number", "said"), [(0, "0 B"), (1023, "1023 B"), (1536, "1.5 KiB"), (5 * 1024**4, "5.0 TiB"), (2**60, "1048576.0 TiB")]
)
def test_size(number: int, said: str) -> None:
    assert size(number) == said


def test_counts_and_times() -> None:
    assert (count(1, "run"), count(1234, "run"), count(2, "entry", "entries")) == ("1 run", "1,234 runs", "2 entries")
    now = datetime(2026, 1, 2, 12, tzinfo=UTC)
    assert [when(now - timedelta(**ago), now) for ago in ({"seconds": 5}, {"minutes": 5}, {"hours": 5})] == [
        "5 s ago",
        "5 min ago",
        "5 h ago",
    ]
    assert when(now - timedelta(days=2), now) == "2025-12-31 12:00 UTC"
    assert when(now + timedelta(hours=1), now) == "2026-01-02 13:00 UTC"


def test_charts_are_figures_that_plotly_accepts() -> None:
    import plotly.io

    drawn = [
        charts.bars("Metrics", ["accuracy", "f1"], [0.97, 0.9]),
        charts.confusion_matrix("Confusion", ["no", "yes"], [[50, 2], [3, 45]]),
        charts.roc_curve("ROC", [0.0, 0.1, 1.0], [0.0, 0.9, 1.0]),
    ]
    for artifact in drawn:
        figure = plotly.io.from_json(json.dumps(artifact.data))
        assert figure.layout.title.text == artifact.title
