"""What a preview shows: a sentence, text for the model, things to draw."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tools.markdown import count, fenced, table_artifact
from tools.minio.formats.content import Content
from tools.names import listed
from tools.result import Artifact
from tools.tables import fitted

COLUMNS = 12
"""Columns of a table that a model sees."""
LETTERS = 1800


@dataclass(frozen=True)
class Shown:
    """The beginning of an object."""

    lead: str
    """A sentence that names the object and says what it is."""
    body: str = ""
    artifacts: list[Artifact] = field(default_factory=list)


def table_shown(content: Content, columns: Sequence[str], rows: Sequence[Sequence[Any]], total: int | None = None, note: str = "") -> Shown:
    """The first rows of a table; those columns that a model does not see are named. `note` is a further sentence."""
    of = f" of {total:,}" if total is not None else ""
    hidden = f" Not shown here: {listed(columns[COLUMNS:], limit=10)}." if len(columns) > COLUMNS else ""
    title = content.title.removesuffix(")")
    lead = f"First {count(len(rows), 'row')}{of} of {title}, {count(len(columns), 'column')}).{hidden}{note and ' '}{note}"
    body = fitted(columns[:COLUMNS], [row[:COLUMNS] for row in rows])
    return Shown(lead, body, [table_artifact(content.name, columns, rows, total)])


def text_shown(content: Content, text: str, note: str = "from the beginning") -> Shown:
    """Text from the beginning, in a block that nothing inside can end."""
    cut = text if len(text) <= LETTERS else text[:LETTERS] + "…"
    return Shown(f"{content.title}, {note}:", fenced(cut))
