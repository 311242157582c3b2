"""Tables that fit a page."""

from hypothesis import given
from hypothesis import strategies as st

from tools.tables import fitted, shortened

ROWS = st.lists(st.tuples(st.text(max_size=120), st.integers() | st.none()), max_size=60)


@given(ROWS, st.integers(200, 2000))
def test_a_table_fits_and_says_what_it_leaves_out(rows: list[tuple[str, int | None]], room: int) -> None:
    text = fitted(["name", "number"], rows, room)
    table, _, rest = text.partition("\n\n")
    shown = table.count("\n") - 1
    assert len(table) <= room
    assert 0 <= shown <= len(rows)
    assert rest == (f"… and {len(rows) - shown} more row{'s' * (len(rows) - shown > 1)}, not shown here." if shown < len(rows) else "")


def test_a_row_that_does_not_fit_is_shown_all_the_same() -> None:
    assert fitted(["name"], [("x" * 90,), ("y",)], room=30).splitlines()[2:] == [f"| {'x' * 90} |", "", "… and 1 more row, not shown here."]


@given(st.text(max_size=50), st.integers(1, 60))
def test_a_text_is_cut_with_a_sign(text: str, width: int) -> None:
    cut = shortened(text, width)
    assert len(cut) <= width
    assert cut == text or (cut.endswith("…") and text.startswith(cut[:-1]))
