"""Cron expressions: five fields as people write them, six as Kubeflow Pipelines keeps them, and everyday words for both."""

import re
from datetime import UTC, datetime, timedelta

from tools.result import ErrorCode, ToolError

_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_TIME = re.compile(r"\b(?:at\s+)?(\d{1,2})(?:[:.h](\d{2}))?\s*(am|pm|a\.m\.|p\.m\.|o'?clock|h)?(?=\W|$)", re.I)
_WORDS = {"noon": (12, 0), "midday": (12, 0), "midnight": (0, 0), "morning": (8, 0), "evening": (18, 0), "night": (2, 0)}
_FIELD = re.compile(r"[\d*?,/A-Za-z#-]+")
HORIZON = timedelta(days=366 * 5)
"""How far ahead a schedule is looked for before it counts as never firing."""


def parse(text: str) -> str:
    """A five-field cron expression from one of five or six fields, or from words such as "every Monday at 9:30".

    Raises:
        ToolError: INVALID_ARGUMENT when it is neither, or never fires.
    """
    fields = text.strip().strip("\"'`").split()
    if len(fields) in (5, 6) and all(_FIELD.fullmatch(f) for f in fields) and re.match(r"[\d*?]", fields[0]):
        expression = " ".join(fields[1:] if len(fields) == 6 and fields[0] == "0" else fields).replace("?", "*")
        if len(expression.split()) == 6:
            raise _unusable(text, "seconds other than 0 are not supported")
    else:
        expression = _spoken(text.lower())
    if next_time(expression) is None:
        raise _unusable(text, "it never fires")
    return expression


def six_fields(expression: str) -> str:
    """The form that Kubeflow Pipelines takes: seconds first."""
    return f"0 {expression}"


def next_time(expression: str, after: datetime | None = None) -> datetime | None:
    """The next time a five-field expression fires, in UTC; None when it does not within five years."""
    from apscheduler.triggers.cron import CronTrigger

    start = after or datetime.now(UTC)
    try:
        trigger = CronTrigger.from_crontab(_named_days(expression), timezone=UTC)
    except ValueError as error:
        raise _unusable(expression, str(error)) from error
    found: datetime | None = trigger.get_next_fire_time(None, start)
    return found if found is not None and found - start < HORIZON else None


def _named_days(expression: str) -> str:
    """Cron counts days from Sunday = 0, the scheduling library from Monday: names are safe in both."""
    *rest, days = expression.split()
    return " ".join([*rest, re.sub(r"(?<![/\d])\d(?!\d)", lambda m: _DAYS[int(m.group()) % 7] if int(m.group()) <= 7 else m.group(), days)])


def _spoken(text: str) -> str:
    interval = re.search(r"\bevery\s+(?:(\d+)\s+)?(minute|hour)s?\b", text)
    if interval:
        number = int(interval.group(1) or 1)
        if interval.group(2) == "minute":
            return f"*/{number} * * * *" if number > 1 else "* * * * *"
        return f"0 */{number} * * *" if number > 1 else "0 * * * *"
    if "hourly" in text:
        return "0 * * * *"
    days = [
        i
        for i, day in enumerate(_DAYS)
        if re.search(rf"\b{day}(?:s|day|days|nesday|nesdays|rsday|rsdays|urday|urdays|sday|sdays)?\b", text)
    ]
    monthly = re.search(r"\b(?:monthly|every month|each month)\b", text)
    on_day = re.search(r"\b(?:on (?:the )?|the )(\d{1,2})(?:st|nd|rd|th)\b|\b(first) (?:day )?of\b", text)
    hour, minute = _clock(re.sub(r"\b\d{1,2}(?:st|nd|rd|th)\b", " ", text))
    if re.search(r"\b(?:weekdays?|working days?|workdays?|business days?)\b", text):
        return f"{minute} {hour} * * 1-5"
    if re.search(r"\bweekends?\b", text):
        return f"{minute} {hour} * * 0,6"
    if days:
        return f"{minute} {hour} * * {','.join(map(str, days))}"
    if monthly or on_day:
        return f"{minute} {hour} {on_day.group(1) or 1 if on_day else 1} * *"
    if re.search(r"\bweekly|every week|once a week\b", text):
        return f"{minute} {hour} * * 1"
    if re.search(
        r"\b(?:daily|nightly|every ?day|each day|once a day|every (?:night|morning|evening)|each (?:night|morning|evening))\b", text
    ):
        return f"{minute} {hour} * * *"
    raise _unusable(text, "say for example `0 2 * * *`, `every day at 2:00`, `every Monday at 9:30` or `every 6 hours`")


def _clock(text: str) -> tuple[int, int]:
    """Hour and minute spoken of; 0:00 without any, 2:00 for "nightly"."""
    for match in _TIME.finditer(text):
        hour, minute, half = int(match.group(1)), int(match.group(2) or 0), (match.group(3) or "").replace(".", "").lower()
        if (half == "pm" and hour < 12) or (not half and hour < 12 and re.search(r"\b(?:in the )?(?:afternoon|evening)\b", text)):
            hour += 12
        if half == "am" and hour == 12:
            hour = 0
        if hour < 24 and minute < 60:
            return hour, minute
    for word, clock in _WORDS.items():
        if re.search(rf"\b{word}(?:ly)?\b", text):
            return clock
    return 0, 0


def _unusable(text: str, why: str) -> ToolError:
    return ToolError(ErrorCode.INVALID_ARGUMENT, f"`{text[:80]}` is no usable schedule: {why}.")
