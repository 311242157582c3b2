"""Short Markdown for models and people."""

import json
import math
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from tools.result import Artifact

UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
"""What terminals obey and what no encoding can write; tab and line feed are left."""
LONGEST = 1100
"""Characters of a name in backticks, and of one text in a table that a front-end draws."""


def cell(value: Any, width: int = 100) -> str:
    """One table cell: numbers short, text on one line and escaped. A name in backticks is not cut: half of it is no name."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.6g}"
    text = re.sub(r"(\\*)\|", r"\1\1\\|", " ".join(_written(value).split()))
    return _shortened(text, LONGEST if text[:1] == text[-1:] == "`" else width)


def fenced(text: str) -> str:
    """Text as a block of code whose end nothing inside can fake."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{_written(text)}\n{fence}"


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A Markdown table."""
    lines = [f"| {' | '.join(cell(column) for column in columns)} |", f"|{'---|' * len(columns)}"]
    lines += [f"| {' | '.join(cell(value) for value in row)} |" for row in rows]
    return "\n".join(lines)


def table_artifact(title: str, columns: Sequence[str], rows: Sequence[Sequence[Any]], total: int | None = None) -> Artifact:
    """The same table as data for the front-ends."""
    data: dict[str, Any] = {"columns": list(columns), "rows": [[_drawable(value) for value in row] for row in rows]}
    if total is not None and total > len(rows):
        data["total"] = total
    return Artifact(kind="table", title=title, data=data)


def _drawable(value: Any) -> Any:
    """A value that JSON can hold: numbers stay numbers, what is not finite is missing, all others are text of bounded length."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return _shortened(_written(value), LONGEST)


def _written(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, dict | list) else str(value)
    return UNPRINTABLE.sub(" ", text)


def _shortened(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


def count(number: int, noun: str, plural: str | None = None) -> str:
    """`1 run`, `3 runs`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def size(number: int) -> str:
    """Bytes for people, in powers of 1024."""
    amount = float(number)
    for unit in ("B", "KiB", "MiB", "GiB", "TiB"):
        if amount < 1024 or unit == "TiB":
            return f"{int(amount)} B" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1024
    raise AssertionError("unreachable")


def duration(seconds: float | None) -> str:
    """`0.8 s`, `12 s`, `3 min 20 s`, `2 h 5 min`."""
    if seconds is None:
        return ""
    if seconds < 10:
        return f"{seconds:.1f} s"
    if round(seconds) < 60:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


def when(time: datetime | None, now: datetime | None = None) -> str:
    """A time as people say it: `12 s ago`, `5 min ago`, `2026-11-21 09:30 UTC`."""
    if time is None:
        return ""
    seconds = ((now or datetime.now(UTC)) - time).total_seconds()
    if 0 <= seconds < 60:
        return f"{seconds:.0f} s ago"
    if 0 <= seconds < 3600:
        return f"{seconds / 60:.0f} min ago"
    if 0 <= seconds < 86400:
        return f"{seconds / 3600:.0f} h ago"
    return f"{time:%Y-%m-%d %H:%M} UTC"
