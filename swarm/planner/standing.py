"""Which of several: the best, the worst, the one with the highest score."""

import re

from tools.kfp.directions import direction

METRIC = (
    r"(?:(?:val|test|train|validation|training)[_ ])?(?:accuracy|f1(?:[_ -]score)?|precision|recall|sensitivity|specificity|dice|auroc"
    r"|auprc|roc[_ ]auc|auc|rmse|mse|mae|mape|r2|loss|log[_ ]?loss|perplexity|iou|map|bleu|silhouette|error rate)\b"
)
"""The usual metrics, as people write them."""
_END = r"best|better|top|strongest|worst|worse|weakest"
_RUN = r"runs?|jobs?|models?|trainings?|executions?"
_AMONG = r"of (?:them|those|these|the (?:two|three|lot))"
_BY = rf"(?:by|on|in terms of|regarding|according to|judging by|for|in)\s+(?:its\s+|their\s+|the\s+)?(?P<metric>{METRIC})"
_STANDING = re.compile(
    rf"\b(?P<which>{_END})(?:[ -](?:performing|scoring|ranked))?\s+(?:\w+\s+)?(?:ones?|{_AMONG}|{_RUN})\b",
    re.I,
)
"""The best or worst of several: "the better one", "the best run"."""
_TAKEN = re.compile(
    rf"^\W*(?:(?:and|then|please|now)\s+)*(?:take|pick|choose|select|use|keep|go (?:with|for)|continue with)\s+(?:the\s+)?"
    rf"(?:{_END})(?:\s+(?:ones?|{_RUN}|{_AMONG}))?\W*$",
    re.I,
)
_PICKED = re.compile(
    rf"\bthe\s+(?P<which>{_END})(?:[ -](?:performing|scoring))?(?P<of>(?:\s+[\w.-]+){{0,3}}?)\s+(?:ones?|{_RUN}|{_AMONG})\s+{_BY}",
    re.I,
)
_HAVING = re.compile(
    rf"\bthe\s+(?:(?P<of>[\w.-]+)\s+)?(?:one|run|model|job)\s+(?:with|that has|having)"
    rf"\s+the\s+(?P<which>best|worst|highest|lowest|smallest|largest)\s+(?P<metric>{METRIC})",
    re.I,
)
_WINNER = re.compile(
    r"\b(?:the\s+(?P<end>winner|champion|loser)|whichever(?:\s+(?:one|run|of\s+(?:them|the\s+two)))?\s+"
    r"(?:is|was|did|does|performs?|performed|scores?|scored|turns?\s+out|comes?\s+out)\s+(?P<which>better|best|worse|worst))\b(?P<s>'s)?",
    re.I,
)
_WHICH = re.compile(r"^\W*(?:which|what|who)\b", re.I)


def standing(text: str) -> str:
    """`best` or `worst`, where a text speaks of one of several by how good it is; else nothing."""
    found = _STANDING.search(text)
    return _end(found.group("which")) if found else ""


def plain(text: str) -> str:
    """ "The winner's log", "the log of whichever is better": with "the best run"."""

    def told(m: re.Match[str]) -> str:
        end = "worst" if (m.group("end") or m.group("which")).lower() in ("loser", "worse", "worst") else "best"
        return f"the {end} run{m.group('s') or ''}"

    return _WINNER.sub(told, text)


def taken(text: str) -> bool:
    """Whether a text only says which of several the next steps are about: "take the best one"."""
    return _TAKEN.search(text) is not None


def picked(step: str) -> list[str]:
    """ "Show the logs of the best run by f1" as two steps: the comparison that tells which it is, then the rest."""
    found = _PICKED.search(step) or _HAVING.search(step)
    if found is None:
        return []
    which, metric = found.group("which").lower(), found.group("metric")
    if which in ("highest", "largest", "lowest", "smallest"):
        high = which in ("highest", "largest")
        which = "best" if high == (direction(metric) != "lower") else "worst"
    of = (found.group("of") or "").strip()
    compared = f"compare the {of} runs on {metric}" if of else f"compare the runs on {metric}"
    rest = f"{step[: found.start()]}the {_end(which)} run{step[found.end() :]}"
    return [compared] if _WHICH.match(step) else [compared, rest]


def _end(which: str) -> str:
    return "worst" if which.lower().startswith("w") else "best"
