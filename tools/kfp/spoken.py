"""Schedules in everyday words, as cron expressions. What cron cannot say, or is not understood, is refused rather than guessed."""

import re

DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_DAY = r"(sun|mon|tue|wed|thu|fri|sat)(?:days?|s?days?|nesdays?|rsdays?|urdays?|s)?\b"
_SPAN = re.compile(rf"\b{_DAY}\s*(?:to|through|till|until|-|–)\s*{_DAY}")
_INTERVAL = re.compile(r"\bevery\s+(?:(\d+)\s*)?(minute|min|hour|h)s?\b")
_HALF_HOUR = re.compile(r"\b(?:every|each)\s+(?:half(?:\s+an?)?|half-an?-)[\s-]*hour\b")
_TIME = re.compile(r"\b(\d{1,2})(?:[:.h](\d{2})\b|h\b)?\s*(am\b|pm\b|a\.m\.|p\.m\.|o'?clock\b)?")
_ORDINAL = re.compile(r"\b(\d{1,2})(?:st|nd|rd|th)\b")
_DAY_NUMBER = re.compile(r"\bday (?:no\.? |number )?(\d{1,2})\b(?![:.]\d)")
_HALVES = {"noon": (12, 0), "midday": (12, 0), "midnight": (0, 0), "morning": (8, 0), "evening": (18, 0), "night": (2, 0)}
_NTH = r"(?:first|second|third|fourth|1st|2nd|3rd|4th)"
_BEYOND = re.compile(
    rf"\b(?:(?:every|each)\s+(?:(?:other|{_NTH})\s+(?!of\b)\w+|\d+\s*(?:day|week|month|year)\w*)|{_NTH}\s+{_DAY}|bi-?weekly|fortnight\w*|quarter\w*"
    r"|year\w*|annual\w*|last|except|but|not|twice|thrice|times|between|starting|from|until|till|after|before)\b"
)
_EXAMPLES = "say for example `0 2 * * *`, `every day at 2:00`, `every Monday at 9:30` or `every 6 hours`"


def expression(text: str) -> str:
    """A five-field cron expression for words such as "every Monday at 9:30", "weekdays at 6pm" or "every 15 minutes".

    Raises:
        ValueError: with the reason and examples.
    """
    words = _HALF_HOUR.sub("every 30 minutes", " ".join(text.lower().split()))
    words = _DAY_NUMBER.sub(r"\1th", words)
    spans = _span_days(words)
    words = _SPAN.sub(" ", words)
    if beyond := _BEYOND.search(words):
        raise ValueError(f"“{beyond.group()}” is more than I can turn into cron; {_EXAMPLES}")
    weekdays = _weekdays(words, spans)
    if interval := _INTERVAL.search(words):
        number, unit = int(interval.group(1) or 1), interval.group(2)[0]
        return f"{_every(number, unit, words.replace(interval.group(), ' '))} * * {weekdays or '*'}"
    if re.search(r"\bhourly\b", words):
        return f"{_every(1, 'h', words)} * * {weekdays or '*'}"
    days = ",".join(dict.fromkeys(_ORDINAL.findall(words))) or ("1" if re.search(r"\bfirst (?:day )?of\b", words) else "")
    clock = _clock(_ORDINAL.sub(" ", words))
    if weekdays and not days:
        return f"{clock} * * {weekdays}"
    if days and not weekdays:
        return f"{clock} {days} * *"
    for pattern, rest in _REPEATED.items():
        if re.search(pattern, words):
            return f"{clock} {rest}"
    raise ValueError(_EXAMPLES)


_REPEATED = {
    r"\b(?:monthly|(?:every|each|once a) month)\b": "1 * *",
    r"\b(?:weekly|(?:every|each|once a) week)\b": "* * 1",
    r"\b(?:daily|nightly|everyday|(?:every|each|once a) (?:day|night|morning|evening|noon|midnight|midday))\b": "* * *",
}


def _span_days(words: str) -> set[int]:
    """The weekdays from one to another, such as `mon-fri`."""
    found: set[int] = set()
    for span in _SPAN.finditer(words):
        first, last = DAYS.index(span.group(1)), DAYS.index(span.group(2))
        found.update(n % 7 for n in range(first, last + (1 if last >= first else 8)))
    return found


def _weekdays(words: str, spans: set[int]) -> str:
    """The weekdays spoken of as a cron field; empty without any."""
    if re.search(r"\b(?:weekdays?|working days?|workdays?|business days?)\b", words):
        return "1-5"
    if re.search(r"\bweekends?\b", words):
        return "0,6"
    return ",".join(str(n) for n in sorted(spans | {DAYS.index(day) for day in re.findall(rf"\b{_DAY}", words)}))


def _every(number: int, unit: str, rest: str) -> str:
    """Minute and hour fields of an interval; only such as divide the hour or the day evenly, which is all that cron can keep."""
    if re.search(r"\d", rest):
        raise ValueError("an interval with a time of day needs a cron expression, such as `30 */6 * * *`")
    whole, noun = (60, "minutes") if unit == "m" else (24, "hours")
    if number < 1 or number > whole or whole % number:
        even = ", ".join(str(n) for n in range(2, whole) if whole % n == 0)
        raise ValueError(f"cron cannot keep every {number} {noun}; it can every {even} {noun}")
    if unit == "m":
        return {1: "* *", 60: "0 *"}.get(number, f"*/{number} *")
    return {1: "0 *", 24: "0 0"}.get(number, f"0 */{number}")


def _clock(words: str) -> str:
    """Minute and hour fields for the times spoken of; midnight without any."""
    times = [_time(match, words) for match in _TIME.finditer(words)]
    if not times:
        times = [clock for word, clock in _HALVES.items() if re.search(rf"\b{word}(?:ly|s)?\b", words)][:1] or [(0, 0)]
    if len({minute for _, minute in times}) > 1:
        raise ValueError("times with different minutes need a schedule each")
    return f"{times[0][1]} {','.join(str(hour) for hour in sorted({hour for hour, _ in times}))}"


def _time(match: re.Match[str], words: str) -> tuple[int, int]:
    """One time of day as hour and minute."""
    hour, minute = int(match.group(1)), int(match.group(2) or 0)
    half = (match.group(3) or "").replace(".", "")
    if minute > 59 or hour > 23 or (half in ("am", "pm") and not 1 <= hour <= 12):
        raise ValueError(f"`{match.group().strip()}` is no time of day")
    if half in ("am", "pm"):
        return hour % 12 + (12 if half == "pm" else 0), minute
    late = hour < 12 and re.search(r"\b(?:afternoon|evening)\b", words)
    return hour + 12 if late else hour, minute
