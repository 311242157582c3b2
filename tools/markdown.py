"""Short Markdown for models and people."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from tools.result import Artifact


def cell(value: Any, width: int = 100) -> str:
    """One table cell: numbers short, text on one line and escaped."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.6g}"
    text = " ".join(str(value).split()).replace("|", "\\|")
    return text if len(text) <= width else text[: width - 1] + "…"


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A Markdown table."""
    lines = [f"| {' | '.join(columns)} |", f"|{'---|' * len(columns)}"]
    lines += [f"| {' | '.join(cell(value) for value in row)} |" for row in rows]
    return "\n".join(lines)


def table_artifact(title: str, columns: Sequence[str], rows: Sequence[Sequence[Any]], total: int | None = None) -> Artifact:
    """The same table as data for the front-ends."""
    data: dict[str, Any] = {"columns": list(columns), "rows": [list(row) for row in rows]}
    if total is not None and total > len(rows):
        data["total"] = total
    return Artifact(kind="table", title=title, data=data)


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
    if seconds < 60:
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
