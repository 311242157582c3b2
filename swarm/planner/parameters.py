"""Parameters of a pipeline in prose: "with a learning rate of 0.05", "C should be 0.5 and penalty l1", "20 epochs", "seasonality off"."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from swarm.planner.language import STOP, Token, stem, tokens
from swarm.planner.lexicon import lexicon
from swarm.planner.linking import squashed
from swarm.planner.numerals import in_digits
from swarm.planner.shape import ASSIGNMENT
from swarm.planner.timing import repeated
from tools.names import normal

NUMBER = r"[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:e[-+]?\d+)?|[-+]?\.\d+"
_ON = frozenset({"true", "yes", "on", "enabled", "enable", "active"})
_OFF = frozenset({"false", "no", "off", "disabled", "disable", "without"})
_LINK = (
    r"\s*(?:=|:|->|→|\b(?:of|to|at|is|as|being|be|equals?|equal to"
    r"|(?:set|lowered|raised|reduced|increased|changed|bumped) to|should be|must be|shall be|will be|goes to|around|now)\b)?\s*"
)
_LINKED = r"\s*(?:=|:|->|→|\b(?:of|to|is|as|being|should be|must be|set to|equals?|equal to)\b)\s*"
_AFTER = re.compile(rf"{_LINK}(?:\ba\s+)?({NUMBER})\s*(%|percent\b|k\b)?(?![\w/])", re.I)
_WORD_AFTER = re.compile(rf"{_LINKED}(\"[^\"]*\"|'[^']*'|`[^`]*`|\[[^\]]*\]|[A-Za-z][\w./:-]*)", re.I)
_BARE_AFTER = re.compile(r"\s+(?:(?:only|just)\s+)?(\"[^\"]*\"|'[^']*'|`[^`]*`|[A-Za-z][\w./:-]*)")
_BEFORE = re.compile(rf"(?<![\w./=-])({NUMBER})\s*(%|percent\b|k\b)?(?:[\s-]+(?:as|for|of)(?:\s+the)?)?[\s-]*$", re.I)
_AS_KIND = re.compile(r"([A-Za-z][\w./:-]*)\s+as\s+(?:the\s+)?$", re.I)
_QUALIFIED = re.compile(r"\b(?:with|using|and|an?|the|for|on)\s+(?:(?:an?|the|our)\s+)?([A-Za-z][\w./:-]*)\s+$", re.I)
"""A word before a parameter as its value: "with a linear kernel", "adam as optimizer"."""
_LEFT_OUT = re.compile(
    r"\s+(?:(?:is|are|being|should be|must be)\s+)?(?:not\s+(?:included|used|applied|considered|taken into account)"
    r"|left out|excluded|ignored)\b",
    re.I,
)
_NOT_A_VALUE = frozenset(
    "and or with in on for the a an to of please then run experiment instead as it "
    "is this that by at from under using but so now again which when "
    "default usual same other old new right best given current standard normal original different better".split()
)
LONGEST = 4


@dataclass(frozen=True)
class Setting:
    """A parameter with its value, and where the text says so."""

    name: str
    value: Any
    start: int
    end: int


@lru_cache(maxsize=20_000)
def meant(spoken: str, parameters: tuple[str, ...]) -> list[str]:
    """The parameters that a spoken name can mean: itself, its initials, the beginnings of its words, or one of its words."""
    wanted = squashed(spoken)
    words = normal(spoken).split()
    if not wanted:
        return []
    exact = [p for p in parameters if squashed(p) == wanted]
    if exact:
        return [p for p in exact if p == spoken] or exact
    parted = {p: normal(p).split() for p in parameters}
    initials = [p for p, parts in parted.items() if len(parts) > 1 and "".join(w[0] for w in parts) == wanted]
    if initials:
        return initials
    stems = {stem(w) for w in words}
    related = [p for p, parts in parted.items() if len(wanted) > 4 and stems == {stem(w) for w in parts}]
    if related:
        return related
    begun = [p for p, parts in parted.items() if len(words) == len(parts) and all(_begun(a, b) for a, b in zip(parts, words, strict=True))]
    if begun and len(wanted) > 1:
        return begun
    return [p for p, parts in parted.items() if len(wanted) > 2 and {stem(w) for w in words} <= {stem(w) for w in parts}]


def _begun(part: str, word: str) -> bool:
    """Whether a word and a part of a name are one, or one the other cut short: `min` of "minimum"."""
    return part.startswith(word) or (len(part) > 2 and word.startswith(part))


def settings(text: str, parameters: Mapping[str, str]) -> list[Setting]:
    """All values that the text gives for these parameters (name -> type), in its order."""
    found: dict[str, Setting] = {}
    if not parameters and "=" not in text:
        return []
    names = tuple(parameters)
    when = repeated(text)
    taken: list[tuple[int, int]] = [(when.start, when.end)] if when else []
    counted = in_digits(text)
    for match in ASSIGNMENT.finditer(text):
        known = meant(match.group(1), names)
        name = known[0] if len(known) == 1 else match.group(1)
        found[name] = _assigned(name, parameters.get(name, ""), match, counted)
        taken.append((found[name].start, found[name].end))
    text = counted
    spoken = tokens(text)
    position = 0
    while position < len(spoken):
        setting = None
        for length in range(min(LONGEST, len(spoken) - position), 0, -1):
            window = spoken[position : position + length]
            if any(a <= window[0].start < b for a, b in taken):
                break
            setting = _given(text, window, names, parameters)
            if setting is not None and setting.name not in found:
                found[setting.name] = setting
                taken.append((setting.start, setting.end))
                position += length - 1
                break
        position += 1
    return sorted(found.values(), key=lambda s: s.start)


def _assigned(name: str, kind: str, match: re.Match[str], counted: str) -> Setting:
    """The setting that `name=value` makes; for a number or a switch in any of the ways in which people say these."""
    number = _AFTER.match(counted, match.end(1)) if kind in ("int", "float") else None
    if number:
        return Setting(name, _number(number.group(1), number.group(2), kind), match.start(), number.end())
    said = match.group(2).lower()
    value = said in _ON if _truth(kind) and said in _ON | _OFF else _typed(match.group(2), kind)
    return Setting(name, value, match.start(), match.end())


def _given(text: str, window: Sequence[Token], names: tuple[str, ...], types: Mapping[str, str]) -> Setting | None:
    """The setting that a few words make, if they name a parameter and a value stands beside them."""
    start, end = window[0].start, window[-1].end
    said = text[start:end]
    before = _BEFORE.search(text[:start])
    within_a_name = (text[start - 1 : start] in ("-", "_", "/", ".") and not before) or re.match(r"[-_/.]\w", text[end:])
    if re.search(r"[,;:.!?()]", said) or window[0].text in STOP or window[-1].text in STOP or within_a_name:
        return None
    known = meant(" ".join(w.text for w in window if w.text not in STOP), names)
    if len(known) != 1:
        return None
    name = known[0]
    exact = squashed(name) == squashed(said)
    if len(said) == 1 and said != name and said.islower():
        return None  # "a" and "c" are words before they are parameters
    kind = types.get(name, "")
    after = _AFTER.match(text, end)
    if after:
        return Setting(name, _number(after.group(1), after.group(2), kind), start, after.end())
    if before:
        return Setting(name, _number(before.group(1), before.group(2), kind), before.start(), end)
    switched = _switched(text, start, end) if _truth(kind) else None
    if switched is not None:
        return Setting(name, switched[0], switched[1], switched[2])
    worded = None
    if _textual(kind):
        qualified = exact and (_AS_KIND.search(text[:start]) or _QUALIFIED.search(text[:start]))
        if qualified and qualified.group(1).lower() not in lexicon().words | _NOT_A_VALUE | STOP:
            return Setting(name, _typed(qualified.group(1), kind), qualified.start(1), end)
        worded = _WORD_AFTER.match(text, end) or (_BARE_AFTER.match(text, end) if exact else None)
    bare = worded is not None and worded.re is _BARE_AFTER and worded.group(1).lower() in lexicon().words
    if worded and worded.group(1).lower() not in _NOT_A_VALUE and not bare and (exact or kind):
        return Setting(name, _typed(worded.group(1), kind), start, worded.end())
    return None


def _textual(kind: str) -> bool:
    """Whether a word can be the value; where the kind is not known, it can."""
    return kind not in ("int", "float") and not _truth(kind)


def _truth(kind: str) -> bool:
    return kind.lower().startswith("bool")


def _switched(text: str, start: int, end: int) -> tuple[bool, int, int] | None:
    """On or off beside a parameter: "seasonality off", "without seasonality", "turn seasonality on"."""
    behind = re.match(
        r"\s*(?:=|:|\bto\b|\bis\b|\bset to\b|\bshould be\b|\bturned\b"
        r"|\bswitched\b)?\s*(true|false|yes|no|on|off|enabled|disabled)\b",
        text[end:],
        re.I,
    )
    left_out = _LEFT_OUT.match(text, end)
    if left_out:
        return False, start, left_out.end()
    if behind:
        return behind.group(1).lower() in _ON, start, end + behind.end()
    ahead = re.search(
        r"\b(without|no|(?:do not|never)(?: use)?|disable|deactivate|skip|turn off|switch off|with|enable"
        r"|activate|turn on|switch on|use)\s+(?:the\s+|any\s+)?$",
        text[:start],
        re.I,
    )
    if ahead:
        on = ahead.group(1).lower() in ("with", "enable", "activate", "turn on", "switch on", "use")
        return on, ahead.start(), end
    return None


def _number(text: str, unit: str | None, kind: str) -> Any:
    if kind == "str":
        return text + (unit or "")
    value = literal(text.replace(",", ""))
    if unit and unit.lower() != "k" and isinstance(value, int | float):
        return value / 100 if not kind.lower().startswith("int") else value
    if unit and isinstance(value, int | float):
        return value * 1000
    return value


def _typed(text: str, kind: str) -> Any:
    """A value as a parameter of this type takes it: text stays as it is written, "1.10" and "no" too."""
    value = literal(text)
    return value if kind != "str" or isinstance(value, str) else text.strip().rstrip(".")


def literal(text: str) -> Any:
    """A value as typed: numbers, truth values, lists and quoted text become what they say."""
    text = text.strip() if re.fullmatch(NUMBER, text.strip()) else text.strip().rstrip(".")
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'`":
        return text[1:-1]
    lowered = text.lower()
    if lowered in ("true", "yes", "false", "no"):
        return lowered in _ON
    try:
        return json.loads(re.sub(r"^([-+]?)\.", r"\g<1>0.", text).lstrip("+"))
    except (ValueError, RecursionError):
        return text
