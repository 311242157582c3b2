"""When a trigger fires: cron expressions and fixed intervals, in UTC, as Kubeflow's scheduler reads them."""

from bisect import bisect_left
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from apscheduler.triggers.combining import OrTrigger
from apscheduler.triggers.cron import CronTrigger

from standalone.server.models import CronSchedule, PeriodicSchedule, Trigger

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_INSTANT = timedelta(microseconds=1)


class _Field(NamedTuple):
    name: str
    low: int
    high: int
    words: tuple[str, ...] = ()


_FIELDS = (
    _Field("second", 0, 59),
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day", 1, 31),
    _Field("month", 1, 12, _MONTHS),
    _Field("day_of_week", 0, 6, _WEEKDAYS),
)


def check_trigger(trigger: Trigger) -> None:
    """Refuse a trigger that is not exactly one valid schedule, or that would never fire.

    Raises:
        ValueError: with the reason.
    """
    if (trigger.cron_schedule is None) == (trigger.periodic_schedule is None):
        raise ValueError("The trigger needs either cron_schedule or periodic_schedule.")
    if first_fire(trigger, datetime.now(UTC)) is None:
        raise ValueError("The trigger would never fire: its end_time has passed, or its days do not exist.")


def first_fire(trigger: Trigger, created: datetime) -> datetime | None:
    """The first time: counted from the start time, without one from the creation."""
    return next_fire(trigger, _schedule(trigger).start_time or created)


def next_fire(trigger: Trigger, after: datetime) -> datetime | None:
    """The first time later than `after`, itself a time at which it fired; None after the end.

    Raises:
        ValueError: the cron expression is wrong.
    """
    if trigger.periodic_schedule:
        fire: datetime | None = _later(after, trigger.periodic_schedule.interval_second)
    else:
        fire = _cron(trigger.cron_schedule.cron if trigger.cron_schedule else "").get_next_fire_time(None, after + _INSTANT)
    end = _schedule(trigger).end_time
    if fire is None or (end and fire > end):
        return None
    return fire


def latest_fire(trigger: Trigger, due: datetime, now: datetime) -> datetime:
    """The last time not later than `now`, given that `due` is one such time: what remains without catch-up."""
    if trigger.periodic_schedule:
        interval = trigger.periodic_schedule.interval_second
        return due + timedelta(seconds=(now - due).total_seconds() // interval * interval)
    # A cron fires on whole seconds, so the latest time is the first second after which nothing is due until now.
    seconds = range(int((now - due).total_seconds()) + 1)
    return due + timedelta(seconds=bisect_left(seconds, True, key=lambda second: _none_due(trigger, due + timedelta(seconds=second), now)))


def _none_due(trigger: Trigger, after: datetime, now: datetime) -> bool:
    fire = next_fire(trigger, after)
    return fire is None or fire > now


def _schedule(trigger: Trigger) -> CronSchedule | PeriodicSchedule:
    schedule = trigger.cron_schedule or trigger.periodic_schedule
    if schedule is None:
        raise ValueError("The trigger is empty.")
    return schedule


def _later(moment: datetime, seconds: int) -> datetime | None:
    try:
        return moment + timedelta(seconds=seconds)
    except OverflowError:
        return None


@lru_cache
def _cron(text: str) -> CronTrigger | OrTrigger:
    """The expression as a trigger.

    When day of month and day of week are both restricted, one of them is enough, as in every cron.
    """
    parts = text.split()
    if len(parts) == 5:
        parts = ["0", *parts]
    if len(parts) != 6:
        raise ValueError(f"Cron expression {text!r} must have 6 fields (second minute hour day month weekday) or 5 (without second).")
    fields = {field.name: _expand(field, part, text) for field, part in zip(_FIELDS, parts, strict=True)}
    if parts[3][0] in "*?" or parts[5][0] in "*?":
        return CronTrigger(timezone=UTC, **fields)
    return OrTrigger([CronTrigger(timezone=UTC, **(fields | {"day": "*"})), CronTrigger(timezone=UTC, **(fields | {"day_of_week": "*"}))])


def _expand(field: _Field, part: str, text: str) -> str:
    """One field as the list of its values; weekdays by name, since the numbers of cron begin with Sunday."""
    values: set[int] = set()
    try:
        for item in part.lower().split(","):
            span, _, step = item.partition("/")
            first, dash, last = span.partition("-")
            if first in ("*", "?") and not dash:
                low, high = field.low, field.high
            else:
                low = _number(field, first)
                high = _number(field, last) if dash else (field.high if step else low)
            if low > high or (step and int(step) < 1):
                raise ValueError
            values.update(range(low, high + 1, int(step or 1)))
    except ValueError as error:
        raise ValueError(
            f"Cron expression {text!r}: {part!r} is not valid for {field.name} ({field.low}-{field.high}, *, lists, ranges, steps)."
        ) from error
    return ",".join(_WEEKDAYS[value] if field.words is _WEEKDAYS else str(value) for value in sorted(values))


def _number(field: _Field, word: str) -> int:
    if word in field.words:
        return field.words.index(word) + field.low
    value = int(word)
    if field.words is _WEEKDAYS and value == 7:
        return 0
    if not field.low <= value <= field.high:
        raise ValueError
    return value
