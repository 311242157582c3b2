"""Times that a text speaks of: when something is to repeat, and how long something is to last."""

import re
from dataclasses import dataclass

from swarm.planner import numerals
from swarm.planner.language import tokens

_CRON = re.compile(r"(?<![\w*])((?:[\d*?][\d*?,/-]*[ \t]+){2,3}[\d*?][\d*?,/-]*[ \t]+[\w*?,/-]+(?:[ \t]+[\w*?,/-]+)?)(?![\w*])")
_DAYS = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:days?)?s?"
_TRIGGER = re.compile(
    rf"^(?:every|each|everyday|daily|weekly|monthly|hourly|nightly|weekdays?"
    rf"|weekends?|workdays?|twice|once|per|{_DAYS}|mornings|evenings|nights)$"
)
_PART = re.compile(
    rf"^(?:at|on|in|of|the|and|to|past|half|quarter|other|from|between|o|clock|noon"
    rf"|midday|midnight|a|an|am|pm|day|days|week|weeks|month|months"
    rf"|hour|hours|h|minute|minutes|min|mins|morning|mornings|evening|evenings"
    rf"|afternoon|night|nights|business|working|first|second|third|last"
    rf"|times?|a|m|p|few|\d+(?:am|pm|h|st|nd|rd|th)?|{'|'.join(numerals.WORDS)}|{_DAYS}|utc)$"
)
_EDGE = frozenset("at on in of the and to from a an between per past".split())
_ONCE = re.compile(r"\b(?:once|twice)\b(?!\s+(?:a|an|per|every|each)\b)", re.I)
_FEW = {"a": 1, "an": 1, "one": 1, "few": 3}
_DURATION = re.compile(
    rf"\b(\d+(?:\.\d+)?|half\s+an?|{'|'.join(_FEW)})(?:\s+(?:of|more|full))?(?:(?<=\d)|[\s-]+)\s*(minutes?|mins?|hours?"
    rf"|hrs?|days?|weeks?|months?|quarters?|years?|yrs?|(?<=\d)[hdw]|(?<=\d )[hd])\b",
    re.I,
)
_PARTS = re.compile(
    r"\b(?:(?P<three>three quarters of an hour)|(?P<one>(?:a )?quarter (?:of an )?hour)|(?P<half>an hour and a half|one and a half hours?)"
    rf"|(?P<and>{numerals.NUMERAL}) and a half hours?)\b",
    re.I,
)
"""Parts of hours."""
_NAMED = {
    "fortnight": 14 * 1440,
    "overnight": 720,
    "tomorrow": 1440,
    "hourly": 60,
    "day": 1440,
    "hour": 60,
    "week": 10080,
    "month": 43200,
    "year": 525600,
}
_UNITS = {"mi": 1, "h": 60, "hr": 60, "d": 1440, "w": 10080, "mo": 43200, "q": 129600, "y": 525600}


@dataclass(frozen=True)
class Span:
    """A stretch of a text and what it says."""

    start: int
    end: int
    value: str


_MON_TO_FRI = re.compile(r"\(\s*mon?(?:day)?s?\s*(?:-|–|to)\s*fri?(?:day)?s?\s*\)", re.I)


def repeated(text: str) -> Span | None:
    """When something is to happen again and again, as written: a cron expression or words such as "every Monday at 9:30"."""
    text = _MON_TO_FRI.sub(lambda m: " " * len(m.group()), text)
    written = _CRON.search(text)
    if written and re.search(r"[*]", written.group()):
        return Span(written.start(), written.end(), written.group(1))
    best: tuple[int, int] | None = None
    spoken = tokens(text)
    triggers = [i for i, t in enumerate(spoken) if _TRIGGER.match(t.text) and not _ONCE.match(text, t.start)]
    for i in triggers:
        first = last = i
        while last + 1 < len(spoken) and _fits(text, spoken[last].end, spoken[last + 1].start, spoken[last + 1].text):
            last += 1
        while first > 0 and _fits(text, spoken[first - 1].end, spoken[first].start, spoken[first - 1].text):
            first -= 1
        while last > i and spoken[last].text in _EDGE:
            last -= 1
        while last > i and spoken[last].text == "one" and spoken[last - 1].text not in ("at", "past", "to", "before"):
            last -= 1  # "the hourly one"
        while first < i and spoken[first].text in _EDGE - {"at"}:
            first += 1
        if best is None or last - first > best[1] - best[0]:
            best = (first, last)
    if best is None or (best[0] == best[1] and spoken[best[0]].text in ("every", "each", "once", "twice", "per")):
        return None
    start, end = spoken[best[0]].start, spoken[best[1]].end
    if best[0] == best[1] and re.search(r"\b(?:the|my|our|that|this|a)\s+$", text[:start], re.I):
        return None  # "the nightly run" says which, not when
    return Span(start, end, _in_digits(text[start:end]))


def _fits(text: str, start: int, end: int, word: str) -> bool:
    """Whether a neighbouring word belongs to the time: a word of times, with nothing but space, a comma or a colon between."""
    return bool((_PART.match(word) or _TRIGGER.match(word)) and re.fullmatch(r"[\s:.,'’()–-]*", text[start:end]))


def _in_digits(text: str) -> str:
    """Number words as digits, "half past 7" as 7:30."""
    joined = " ".join(numerals.in_digits(re.sub(r"\bone\b", "1", text, flags=re.I)).split())
    joined = re.sub(r"\bhalf past (\d+)", r"\1:30", joined, flags=re.I)
    joined = re.sub(r"\b(?:a )?quarter past (\d+)", r"\1:15", joined, flags=re.I)
    joined = re.sub(r"\b(?:a )?quarter to (\d+)", lambda m: f"{(int(m.group(1)) - 1) % 24}:45", joined, flags=re.I)
    joined = re.sub(r"\b(5|10|20|25)(?: minutes?)? past (\d+)", lambda m: f"{m.group(2)}:{int(m.group(1)):02}", joined, flags=re.I)
    return re.sub(r",", " ", joined)


def duration(text: str) -> tuple[float, Span] | None:
    """How long, in minutes, and where it says so."""
    part = _PARTS.search(text)
    if part:
        found = next((name, value) for name, value in part.groupdict().items() if value)
        minutes = {"three": 45.0, "one": 15.0, "half": 90.0, "and": 0.0}[found[0]] or (numerals.number(found[1]) + 0.5) * 60
        return minutes, Span(part.start(), part.end(), part.group())
    match = _DURATION.search(numerals.in_digits(text))
    if match is None:
        named = re.search(r"\b(fortnight|overnight|until tomorrow)\b", text, re.I)
        if named is None:
            return None
        return float(_NAMED[named.group(1).lower().removeprefix("until ")]), Span(named.start(), named.end(), named.group())
    amount = match.group(1).lower()
    number = 0.5 if amount.startswith("half") else float(_FEW.get(amount, 0) or amount)
    unit = match.group(2).lower()
    minutes = next(n for key, n in sorted(_UNITS.items(), key=lambda item: -len(item[0])) if unit.startswith(key))
    return number * minutes, Span(match.start(), match.end(), text[match.start() : match.end()])
