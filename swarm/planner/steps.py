"""Splitting a request into its steps."""

import re
from collections.abc import Set

from swarm.planner.language import words

_BOUNDARY = re.compile(
    r"\s*(?:[;\n]+|(?<=[\w)\"'`])[.!?]+(?=\s|$)|,?\s+(?:and then|then|after that|afterwards|finally)\b,?|,?\s+and\s+|,\s+)\s*", re.I
)
_ALWAYS = re.compile(r"[;\n.!?]|\bthen\b|after that|afterwards|finally", re.I)
_LEADING = frozenset(["please", "pls", "also", "just", "now", "can", "could", "would", "you", "kindly", "then"])


def split(text: str, verbs: Set[str]) -> list[str]:
    """The steps of a request in order.

    Strong marks (full stop, semicolon, "then") always separate; a comma or "and" only where a request begins behind it, which a verb
    of `verbs` (stems of words that requests begin with) tells.
    """
    steps: list[str] = []
    start = 0
    for match in _BOUNDARY.finditer(text):
        rest = text[match.end() :]
        if not rest.strip() or not text[start : match.start()].strip():
            continue
        if _ALWAYS.search(match.group()) or begins(rest, verbs):
            steps.append(text[start : match.start()].strip())
            start = match.end()
    steps.append(text[start:].strip(" \t\n;,"))
    return [step for step in steps if words(step)]


def begins(text: str, verbs: Set[str]) -> bool:
    """Whether a text begins like a request."""
    for word in words(text)[:4]:
        if word in verbs:
            return True
        if word not in _LEADING:
            return False
    return False
