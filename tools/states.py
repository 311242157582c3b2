"""The words in which people speak of the states of runs."""

import re
from collections.abc import Mapping

STATES: Mapping[str, tuple[str, ...]] = {
    "failed": (
        "failed",
        "fail",
        "fails",
        "failing",
        "failure",
        "failures",
        "broken",
        "broke",
        "break",
        "crash",
        "crashes",
        "crashed",
        "bombed",
        "wrong",
        "crashing",
        "died",
        "dead",
        "errored",
        "red",
        "unsuccessful",
    ),
    "running": ("running", "active", "ongoing", "progress", "underway", "live", "being", "executing"),
    "succeeded": ("succeeded", "successful", "successfully", "completed", "green", "finished", "passed", "ok", "good"),
    "pending": ("pending", "waiting", "queued"),
    "canceled": ("canceled", "cancelled", "terminated", "stopped", "aborted", "killed"),
    "skipped": ("skipped",),
}


_UNDONE = re.compile(r"\bnot (?:\w+ )?(?:succe\w+|finish\w*|complete\w*|pass\w*|work\w*|make it|ok|green)\b")


def states(text: str) -> list[str]:
    """The states of runs that a text speaks of."""
    said = set(re.findall(r"[a-z]+", _UNDONE.sub("failed", text.lower())))
    return [state for state, words in STATES.items() if said & set(words)]
