"""Parts of a run that a text speaks of: steps, artifacts, metrics."""

import re

from swarm.planner.context import Args, Context
from swarm.planner.language import STOP
from swarm.planner.linking import name_like, quoted
from swarm.planner.references import PRONOUN
from swarm.planner.standing import METRIC
from tools.names import normal

_NO_STEP = frozenset(
    "the a an failing failed which this that each its first last of in was me wrong every any "
    "next one whole full latest training run show print logs log and what to did "
    "logged printed wrote died broke said error complete console output recent entire corresponding relevant".split()
)
_POINTED = re.compile(r"\b(?:that|this|the|the same|said) (?:step|task)\b", re.I)


def step(name: str, context: Context, args: Args) -> str | None:
    """A step: the name beside the word "step"; or one that looks like a name and belongs to no run or pipeline."""
    for pattern_ in (
        r"\b(?:step|task|component)(?:\s+|\s*[=:]\s*)[\"'`]?([\w-]+)",
        r"\b([\w-]+)[\"'`]?\s+(?:step|task|component)s?\b",
        r"\b([\w]+[-_][\w-]+)[\"'`]?\s+logs?\b",
        r"\bthe\s+(\w{4,})\s+logs?\b",
    ):
        for match in re.finditer(pattern_, context.text, re.I):
            if match.group(1).lower() not in _NO_STEP | STOP and context.free(match.start(1), match.end(1)):
                return match.group(1)
    if _POINTED.search(context.text):
        focus = context.memory.focus("step")
        return focus.name if focus else None
    named = {m.entry.name for m in context.found}
    free = [n for n in name_like(context.text) if n not in named and n not in args.values() and is_free(n, context)]
    return free[0] if free else None


def is_free(name: str, context: Context) -> bool:
    """Whether a name in the text is none of the things found there."""
    at = context.text.find(name)
    return context.free(at, at + len(name))


_SHOWN = re.compile(
    r"\b(?:show|open|display|view|see|get|print|render|draw|pull up|bring up|give|look at"
    r"|want|need)(?:\s+(?:me|us|up|at))?\s+(?:the\s+|its\s+|a\s+|that\s+|an\s+)?"
    r"([A-Za-z][\w -]{1,40}?)(?:\s+(?:artifacts?|artefacts?|one|please|plot"
    r"|file))?\s*(?:\b(?:of|from|for|that|made|produced|in|by|please)\b|[.,?!]|$)",
    re.I,
)


_ARTIFACTS = re.compile(
    r"\b(confusion[\s_-]matrix|roc(?:[\s_-]curve)?|(?:html[\s_-])?report|summary"
    r"|feature[\s_-]importances?|model[\s_-]card|model|metrics|predictions|dataset|forecast[\s_-]plot)\b",
    re.I,
)


_DRAWN = re.compile(
    r"(?:^\W*|\b(?:the|its|their|an?|that|show|see|open|view|display|me)\s+)"
    r"((?:(?!(?:the|its|their|an?|that|show|me|see|open|view|display|of|confusion)\b)[a-z][\w-]*\s+){1,2}"
    r"(?:plot|curve|chart|graph|report|table|histogram|image|heatmap|card))\b",
    re.I,
)
"""An artifact by what it is, with the words that say which: "the residual plot"."""


def artifact(name: str, context: Context, args: Args) -> str | None:
    """An artifact of a run."""
    names = [q for q in quoted(context.text) if q not in args.values()]
    if names:
        return names[0]
    joined = [n for n in name_like(context.text) if n not in args.values() and is_free(n, context)]
    if joined:
        return joined[0]
    beside = re.search(r"\bartifact\s+(?:called\s+|named\s+)?[\"'`]?([\w-]+)|\b([\w-]+)[\"'`]?\s+artifact\b", context.text, re.I)
    if beside and next(g for g in beside.groups() if g).lower() not in ("the", "of", "from", "an", "this", "that"):
        return next(g for g in beside.groups() if g)
    drawn = _DRAWN.search(context.text)
    if drawn and context.free(*drawn.span(1)):
        return "_".join(normal(drawn.group(1)).split())
    for match in sorted(_ARTIFACTS.finditer(context.text), key=lambda m: m.group(1).lower() in ("metrics", "model")):
        if context.free(match.start(), match.end()):
            return "_".join(normal(match.group(1)).split())
    shown = _SHOWN.search(context.text)
    told = shown is not None and context.free(*shown.span(1)) and not PRONOUN.fullmatch(shown.group(1).strip())
    return "_".join(normal(shown.group(1)).split()) if shown and told else None


_METRIC = re.compile(rf"\b{METRIC}", re.I)


def metric(name: str, context: Context, args: Args) -> str | None:
    """One metric."""
    found = metrics(context, args)
    if found:
        return found[0]
    beside = re.search(
        r"\b(?:plot|chart|draw|graph|visuali[sz]e|trend of|curve of|graph of|chart of"
        r"|how did)\s+(?:the\s+|a\s+|me\s+)*(?:graph of\s+|chart of\s+)?([\w-]+)",
        context.text,
        re.I,
    )
    return (
        beside.group(1) if beside and beside.group(1).lower() not in ("runs", "all", "it", "of", "their", "its", "them", "this") else None
    )


def metrics(context: Context, args: Args) -> list[str] | None:
    """All metrics spoken of."""
    text = context.without()
    found = ["_".join(m.group(0).lower().replace("-", " ").split()).replace("f1_score", "f1") for m in _METRIC.finditer(text)]
    if re.search(r"(?:\b|_)r[013-9]\b", context.text, re.I):
        found = [name for name in found if name != "r2"]  # a series of runs
    return list(dict.fromkeys(found)) or None
