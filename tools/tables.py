"""Tables that stay within a page for the model, however much there is to tell; front-ends draw the whole from the artifact."""

from collections.abc import Iterable, Sequence
from typing import Any

from tools.markdown import count, table

ROOM = 1900
"""Characters of a table, so that an answer with a sentence or two around it keeps to about 600 tokens."""


def fitted(columns: Sequence[str], rows: Iterable[Sequence[Any]], room: int = ROOM) -> str:
    """A Markdown table of the first rows that fit, at least one, and how many more there are."""
    every = list(rows)
    left = room - len(table(columns, []))
    shown = 0
    for row in every:
        left -= len(table([], [row]).rpartition("\n")[2]) + 1
        if left < 0 and shown:
            break
        shown += 1
    more = f"\n\n… and {count(len(every) - shown, 'more row')}, not shown here." if shown < len(every) else ""
    return table(columns, every[:shown]) + more


def shortened(text: str, width: int) -> str:
    """A text cut to a width, with a sign that it goes on."""
    return text if len(text) <= width else text[: width - 1] + "…"
