"""Cron expressions: five fields as people write them, six as Kubeflow Pipelines keeps them, and when they fire."""

import re
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from tools.kfp import spoken
from tools.result import ErrorCode, ToolError

HORIZON = timedelta(days=366 * 9)
"""How far ahead a schedule is looked for before it counts as never firing: the next February 29 can be eight years away."""
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


class _Field(NamedTuple):
    name: str
    low: int
    high: int
    words: tuple[str, ...] = ()


_FIELDS = (
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day of month", 1, 31),
    _Field("month", 1, 12, _MONTHS),
    _Field("weekday", 0, 6, spoken.DAYS),
)


class _Times(NamedTuple):
    """The values of each field. Where days of the month and weekdays are both limited, either is enough, as in every cron."""

    minutes: list[int]
    hours: list[int]
    days: list[int]
    months: list[int]
    weekdays: list[int]
    either: bool

    def on(self, day: datetime) -> bool:
        """Whether it fires on this day."""
        in_month, in_week = day.day in self.days, day.isoweekday() % 7 in self.weekdays
        return day.month in self.months and (in_month or in_week if self.either else in_month and in_week)


def parse(text: str) -> str:
    """A five-field cron expression from one of five or six fields, or from words such as "every Monday at 9:30".

    Raises:
        ToolError: INVALID_ARGUMENT when it is neither, or never fires.
    """
    given = text.strip().strip("\"'`").strip()
    fields = given.split()
    try:
        if len(fields) in (5, 6) and all(re.fullmatch(r"[\d*?][\d*?,/-]*", field) for field in fields[:2]):
            if len(fields) == 6 and fields.pop(0) != "0":
                raise ValueError("seconds other than 0 are not supported; give five fields, minutes first")
            expression = _portable(" ".join(fields).replace("?", "*"))
        else:
            expression = spoken.expression(given)
        if next_time(expression) is None:
            raise ValueError("it never fires, since those months have no such day")
    except ValueError as error:
        raise ToolError(ErrorCode.INVALID_ARGUMENT, f"`{text[:80]}` is no usable schedule: {error}.") from None
    return expression


def six_fields(expression: str) -> str:
    """The form that Kubeflow Pipelines takes: seconds first."""
    return f"0 {expression}"


def next_time(expression: str, after: datetime | None = None) -> datetime | None:
    """The next time a five-field expression fires, in UTC; None when it does not within nine years.

    Raises:
        ValueError: it is no cron expression.
    """
    times = _read(expression)
    start = (after or datetime.now(UTC)).astimezone(UTC).replace(second=0, microsecond=0) + timedelta(minutes=1)
    midnight = start.replace(hour=0, minute=0)
    for number in range(HORIZON.days):
        day = midnight + timedelta(days=number)
        if times.on(day):
            moments = (day.replace(hour=hour, minute=minute) for hour in times.hours for minute in times.minutes)
            found = next((moment for moment in moments if moment >= start), None)
            if found is not None:
                return found
    return None


def _portable(expression: str) -> str:
    """Weekdays as numbers from 0 to 6: not every server knows that Sunday is 7 too, or ends the week."""
    *rest, weekdays = expression.split()
    if re.search(r"[7a-z]", weekdays, re.I):
        weekdays = ",".join(str(day) for day in _expand(_FIELDS[-1], weekdays))
    return " ".join([*rest, weekdays])


def _read(expression: str) -> _Times:
    parts = expression.split()
    if len(parts) != len(_FIELDS):
        raise ValueError("a cron expression has five fields: minute hour day month weekday")
    minutes, hours, days, months, weekdays = (_expand(field, part) for field, part in zip(_FIELDS, parts, strict=True))
    return _Times(minutes, hours, days, months, weekdays, either=not (parts[2].startswith("*") or parts[4].startswith("*")))


def _expand(field: _Field, part: str) -> list[int]:
    """One field as its values in order."""
    values: set[int] = set()
    try:
        for item in part.lower().split(","):
            span, stepped, step = item.partition("/")
            first, dash, last = span.partition("-")
            low = field.low if first == "*" else _value(field, first)
            high = _value(field, last) if dash else field.high if first == "*" or stepped else low
            if last in ("7", "sun") and field.words is spoken.DAYS:
                high = 7  # the week may also end with Sunday
            every = int(step) if stepped else 1
            if low > high or every < 1 or (first == "*" and dash):
                raise ValueError(item)
            values.update(range(low, high + 1, every))
    except ValueError:
        raise ValueError(f"`{part}` is not valid for the {field.name} ({field.low}-{field.high}, *, lists, ranges, steps)") from None
    return sorted({value % 7 for value in values} if field.words is spoken.DAYS else values)


def _value(field: _Field, word: str) -> int:
    if word in field.words:
        return field.words.index(word) + field.low
    value = int(word) if re.fullmatch(r"[0-9]{1,2}", word) else -1
    if field.words is spoken.DAYS and value == 7:
        return 0
    if not field.low <= value <= field.high:
        raise ValueError(word)
    return value
