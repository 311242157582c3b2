"""Values that a text gives: numbers, names yet to be, paths, times, and the rest that is no name of something existing."""

import json
import re
from typing import Any

from swarm.planner.context import Context
from swarm.planner.language import words
from swarm.planner.linking import file_names, name_like, quoted
from tools.names import matching, normal

NUMBER = r"[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?"
ASSIGNMENT = re.compile(r"([A-Za-z][\w.-]*)\s*=\s*(\"[^\"]*\"|'[^']*'|\[[^\]]*\]|\{[^}]*\}|[^\s,;]+)")
CALLED = re.compile(r"\b(?:called|named|with (?:the )?name|name it|call it|call the \w+|as)\s+[\"'`“]?([A-Za-z0-9][\w.-]*)", re.I)
STATES = {
    "failed": ("failed", "fail", "failing", "broken", "crashed", "died"),
    "running": ("running", "active", "ongoing", "progress"),
    "succeeded": ("succeeded", "successful", "completed", "green", "finished"),
    "pending": ("pending", "waiting", "queued"),
    "canceled": ("canceled", "cancelled", "terminated", "stopped"),
    "skipped": ("skipped",),
}
SHORT = {"lr": "learning rate", "bs": "batch size", "n_est": "n estimators"}


def arguments(context: Context, args: dict[str, Any]) -> dict[str, Any] | None:
    """`name=value` pairs, and the pipeline's own parameters where a value stands beside their name."""
    found: dict[str, Any] = {}
    pipeline = next((e for e in context.entries("pipeline") if e.name == args.get("pipeline")), None)
    parameters = list(pipeline.facts.get("parameters", {})) if pipeline else []
    for name, value in ASSIGNMENT.findall(context.text):
        spoken = SHORT.get(name.lower(), name)
        known = matching(spoken, parameters)
        found[known[0] if len(known) == 1 else name] = literal(value)
    for parameter in parameters:
        if parameter not in found:
            value = _beside(normal(parameter), context.text)
            if value is not None:
                found[parameter] = literal(value)
    return found or None


def _beside(name: str, text: str) -> str | None:
    """The value that a text gives beside a parameter's name."""
    spoken = r"[\s_-]+".join(re.escape(w) for w in name.split())
    link = r"\s*(?:=|:|\bof\b|\bto\b|\bat\b|\bis\b|\bas\b|\bshould be\b|\bset to\b)?\s*"
    after = re.search(rf"(?<![\w-]){spoken}(?![\w-]){link}({NUMBER}|true|false|yes|no|\"[^\"]*\"|'[^']*')(?![\w])", text, re.I)
    if after:
        return after.group(1)
    worded = re.search(
        rf"(?<![\w-]){spoken}(?![\w-])\s*(?:=|:|\bof\b|\bto\b|\bis\b|\bas\b|\bshould be\b|\bset to\b)\s*([A-Za-z][\w.-]*)", text, re.I
    )
    if worded:
        return worded.group(1)
    before = re.search(rf"(?<![\w.-])({NUMBER})\s+{spoken}(?![\w-])", text, re.I)
    return before.group(1) if before else None


def literal(text: str) -> Any:
    """A value as typed: numbers, truth values, lists and quoted text become what they say."""
    text = text.strip().rstrip(".") if not re.fullmatch(NUMBER, text.strip()) else text.strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        return text[1:-1]
    lowered = text.lower()
    if lowered in ("true", "yes"):
        return True
    if lowered in ("false", "no"):
        return False
    try:
        return json.loads(text)
    except ValueError:
        return text


def new_name(context: Context, args: dict[str, Any]) -> str | None:
    """A name for something new: after "called", quoted, or looking like a name."""
    called = CALLED.search(context.text)
    if called:
        return called.group(1).rstrip(".")
    if "pipeline" in args:
        return None
    free = [n for n in [*quoted(context.text), *name_like(context.text)] if n not in args.values()]
    if free:
        return free[0]
    after = re.search(r"\b(?:bucket|experiment)\s+([A-Za-z0-9][\w.-]+)", context.text, re.I)
    return after.group(1).rstrip(".") if after else None


def path(context: Context, args: dict[str, Any]) -> str | None:
    """A local path."""
    given = file_names(context.text)
    return given[0] if given else next(iter(quoted(context.text)), None)


def new_key(context: Context, args: dict[str, Any]) -> str | None:
    """The key an upload is to have, where it is not the file's own name."""
    given = file_names(context.text)
    named = re.search(r"\bas\s+[\"'`]?([\w./-]+\.\w+)", context.text, re.I)
    if named:
        return named.group(1)
    overwrite = re.search(r"\b(?:overwrite|replace)\s+[\"'`]?([\w./-]+\.\w+)", context.text, re.I)
    if overwrite and len(given) > 1:
        return overwrite.group(1)
    return None


def rows(context: Context, args: dict[str, Any]) -> int | None:
    """How many rows to show."""
    match = re.search(
        r"(?:\b(?:first|top|head)\s*-?\s*(?:n\s*)?|-)(\d{1,4})\b|\b(\d{1,4})\s*(?:\w+\s+)?(?:rows?|lines?|records?)\b", context.text, re.I
    )
    return int(match.group(1) or match.group(2)) if match else None


def limit(context: Context, args: dict[str, Any]) -> int | None:
    """How many things to list."""
    match = re.search(r"\b(?:last|latest|newest|first|top)\s+(\d{1,3})\b", context.text, re.I)
    return int(match.group(1)) if match else None


def state(context: Context, args: dict[str, Any]) -> str | None:
    """A state of runs."""
    spoken = set(words(context.text))
    return next((state for state, said in STATES.items() if spoken & set(said)), None)


def prefix(context: Context, args: dict[str, Any]) -> str | None:
    """A folder inside a bucket."""
    match = re.search(r"\b(?:under|below|in(?:side)? (?:the )?folder|prefix)\s+[\"'`]?([\w.-]+(?:/[\w.-]*)*/?)", context.text, re.I)
    return match.group(1) if match and match.group(1) != args.get("bucket") else None


def query(context: Context, args: dict[str, Any]) -> str | None:
    """The text itself, as a question."""
    return context.text.strip() or None


def note(context: Context, args: dict[str, Any]) -> str | None:
    """What is to be remembered: the text without the asking."""
    return _bare(
        r"(?:please\s+)?(?:(?:also\s+)?(?:remember|note|keep in mind|memori[sz]e|don'?t forget)(?:\s+that|\s+this)?\s*[:,]?\s*)?", context
    )


def note_words(context: Context, args: dict[str, Any]) -> str | None:
    """What is to be forgotten: the text without the asking."""
    return _bare(
        r"(?:please\s+)?(?:forget|remove|delete|drop|(?:do not|don'?t) remember)(?:\s+(?:the\s+note|what I said|about|that|on))*\s*",
        context,
    )


def _bare(asking: str, context: Context) -> str | None:
    return re.sub(rf"^\W*{asking}", "", context.text, flags=re.I).strip(" .!?") or None


def pattern(context: Context, args: dict[str, Any]) -> str | None:
    """What files to find are called: a wildcard, a file name, a kind of file, or the words that describe them."""
    wild = re.search(r"[\w./-]*[*?][\w.*?/-]*", context.text)
    if wild:
        return wild.group()
    files = [f for f in file_names(context.text) if f != args.get("bucket")]
    if files:
        return files[0]
    kinds = re.search(r"\b(csv|tsv|parquet|json|jsonl|yaml|pkl|pickle|pdf|png|txt|html)s?\b(?:\s+files?)?", context.text, re.I)
    described = [w for w in words(context.text) if w not in _SEARCH_WORDS and w != (kinds.group(1).lower() if kinds else "")]
    if kinds and not described:
        return f"*.{kinds.group(1).lower()}"
    text = " ".join([*described, *([kinds.group(1).lower()] if kinds else [])])
    return text or None


_SEARCH_WORDS = frozenset(
    """
    a all any anywhere are bucket buckets can data file files find for get holds in is it located locate look me my of our please search
    show storage the there to us what where which with you called named name their
    """.split()
)


def minutes(context: Context, args: dict[str, Any]) -> int | None:
    """A length of time, in minutes."""
    match = re.search(r"\b(\d+|an?|one|two|half an)\s*(minutes?|mins?|hours?|h|days?|weeks?)\b", context.text, re.I)
    if not match:
        return None
    spoken = {"a": 1.0, "an": 1.0, "one": 1.0, "two": 2.0, "half an": 0.5}
    number = spoken.get(match.group(1).lower()) or float(match.group(1))
    unit = match.group(2).lower()[0]
    return round(number * {"m": 1, "h": 60, "d": 1440, "w": 10080}[unit])


def days(context: Context, args: dict[str, Any]) -> int | None:
    """A length of time, in days."""
    match = re.search(r"\b(\d+|a|one|two)\s*(days?|weeks?|months?|years?)\b", context.text, re.I)
    if not match:
        return None
    number = {"a": 1, "one": 1, "two": 2}.get(match.group(1).lower()) or int(match.group(1))
    return number * {"d": 1, "w": 7, "m": 30, "y": 365}[match.group(2).lower()[0]]


def switch(context: Context, args: dict[str, Any]) -> bool:
    """Whether something is to be on."""
    return re.search(r"\b(?:off|disable|suspend|stop|without|no)\b", context.text, re.I) is None


def tags(context: Context, args: dict[str, Any]) -> dict[str, str] | None:
    """`name=value` pairs."""
    found = {name: value.strip("\"'") for name, value in ASSIGNMENT.findall(context.text)}
    return found or None


def column(context: Context, args: dict[str, Any]) -> str | None:
    """The next column spoken of: after "of", "plot", "histogram of", "and", "vs"."""
    taken = {str(v) for v in args.values()}
    found = re.findall(
        r"\b(?:plot|draw|chart|of|and|vs\.?|versus|against|column)\s+(?:the\s+)?([A-Za-z_]\w*)\b(?!\.\w)", context.text, re.I
    )
    plain = {"the", "a", "histogram", "scatter", "line", "bar", "column", "plot", "chart"}
    return next((f for f in found if f.lower() not in plain and f not in taken), None)


def contains(context: Context, args: dict[str, Any]) -> str | None:
    """A part of names."""
    match = re.search(r"\b(?:containing|contain|with)\s+[\"'`]?([\w-]+)[\"'`]?\s+in (?:the|their) name", context.text, re.I)
    return match.group(1) if match else None


def section(context: Context, args: dict[str, Any]) -> str | None:
    """A section of a document: what stands between the word and "of" or "in"."""
    match = re.search(
        r"\b(?:section|chapter)s?\s+(?:on\s+|about\s+|called\s+)?[\"“'`]?(.+?)[\"”'`]?\s+(?:of|in|from)\b", context.text, re.I
    )
    return match.group(1) if match else None


def step(context: Context, args: dict[str, Any]) -> str | None:
    """A step: the name beside the word "step"; or one that looks like a name and belongs to no run or pipeline."""
    beside = re.search(r"\b(?:step|task)\s+[\"'`]?([\w-]+)|\b([\w-]+)[\"'`]?\s+(?:step|task|log)s?\b", context.text, re.I)
    if beside:
        name = beside.group(1) or beside.group(2)
        if name.lower() not in (
            "the",
            "a",
            "failing",
            "failed",
            "which",
            "this",
            "that",
            "each",
            "its",
            "first",
            "last",
            "of",
            "in",
            "was",
            "me",
        ):
            return name
    named = {m.entry.name for m in context.found}
    free = [n for n in name_like(context.text) if n not in named and n not in args.values()]
    return free[0] if free else None


_ARTIFACTS = re.compile(
    r"\b(confusion[\s_-]matrix|roc(?:[\s_-]curve)?|(?:html[\s_-])?report|summary|model|metrics|predictions|dataset)\b", re.I
)


def artifact(context: Context, args: dict[str, Any]) -> str | None:
    """An artifact of a run."""
    quoted_names = [q for q in quoted(context.text) if q not in args.values()]
    if quoted_names:
        return quoted_names[0]
    beside = re.search(
        r"\bartifact\s+[\"'`]?([\w-]+)|\b([\w-]+)[\"'`]?\s+artifact\b|\b(?:open|show)\s+(?:the\s+)?([\w-]+)\s+one\b", context.text, re.I
    )
    if beside:
        return next(g for g in beside.groups() if g)
    spans = [(m.start, m.end) for m in context.found]
    for match in sorted(_ARTIFACTS.finditer(context.text), key=lambda m: m.group(1).lower() == "metrics"):
        if not any(a <= match.start() < b for a, b in spans):
            return "_".join(match.group(1).lower().replace("-", " ").split())
    named = {m.entry.name for m in context.found}
    return next((n for n in name_like(context.text) if n not in named and "_" in n), None)


_METRIC = re.compile(
    r"\b((?:val|test|train)[_ ])?(accuracy|f1(?:[_ ]score)?|precision|recall|roc[_ ]auc|auc"
    r"|rmse|mse|mae|mape|r2|loss|log[_ ]loss|perplexity)\b",
    re.I,
)


def metric(context: Context, args: dict[str, Any]) -> str | None:
    """One metric."""
    known = _METRIC.search(context.text)
    if known:
        return "_".join((known.group(0)).lower().split())
    beside = re.search(r"\b(?:plot|chart|draw|graph)\s+(?:the\s+)?([\w-]+)", context.text, re.I)
    return beside.group(1) if beside else None


def metrics(context: Context, args: dict[str, Any]) -> list[str] | None:
    """All metrics spoken of."""
    found = ["_".join(m.group(0).lower().split()) for m in _METRIC.finditer(context.text)]
    return list(dict.fromkeys(found)) or None


_COMPONENTS = {
    "load": r"\b(?:loads?|reads?|from|for)\b",
    "validate": r"\b(?:validat|check)\w*",
    "split": r"\bsplit\w*",
    "train": r"\b(?:train|fit)\w*",
    "evaluate": r"\b(?:evaluat|measur|test)\w*",
    "register": r"\bregist\w*",
    "report": r"\breport\w*",
}
_ESTIMATOR = re.compile(r"\b((?:[A-Z][a-z0-9]*){2,}|SVC|SVR|Ridge|Lasso)\b")
_TARGET = re.compile(
    r"\b(?:predicts?|target(?: column)?|label(?: column)?)\s+(?:is\s+|the\s+|=\s*)?[\"'`]?(\w+)|\bon\s+[\"'`]?(\w+)[\"'`]?\s*(?:$|[,.])",
    re.I,
)
_SOURCE = re.compile(r"\b(?:minio|s3)://[^\s,;]+")


def pipeline_steps(context: Context, args: dict[str, Any]) -> list[dict[str, Any]] | None:
    """The steps of a pipeline to be written: what is spoken of, and what that needs before it."""
    source = _SOURCE.search(context.text)
    target = _TARGET.search(context.text)
    if source is None or target is None:
        return None
    estimator = _ESTIMATOR.search(context.text)
    spoken = {name for name, pattern in _COMPONENTS.items() if re.search(pattern, context.text, re.I)}
    wanted = spoken | {"load"} | ({"split", "train", "evaluate"} if spoken & {"train", "evaluate", "register", "report"} else set())
    options: dict[str, dict[str, Any]] = {
        "load": {"source": source.group().rstrip(".")},
        "split": {"target": target.group(1) or target.group(2)},
        "train": {"estimator": estimator.group(1)} if estimator else {},
        "register": {"model_name": str(args.get("name", "model"))},
    }
    return [{"component": name, "options": options.get(name, {})} for name in _COMPONENTS if name in wanted]


_CRON = re.compile(r"(?<!\S)((?:[\d*?]\S*\s+){4,5}[\w*?,/-]+)")
_WHEN = re.compile(
    r"\b(?:every|each|daily|weekly|monthly|hourly|nightly|on (?:mon|tue|wed|thu|fri|sat|sun)\w*"
    r"|weekdays?|weekends?|once a (?:day|week|month))\b.*",
    re.I,
)


def cron(context: Context, args: dict[str, Any]) -> str | None:
    """When something is to run, as written: a cron expression or words."""
    written = _CRON.search(context.text)
    if written:
        return written.group(1)
    spoken = _WHEN.search(context.text)
    if not spoken:
        return None
    clock = re.search(r"\bat \d[\d:.]*\s*(?:am|pm)?", context.text[: spoken.start()], re.I)
    return spoken.group(0) + (f" {clock.group(0)}" if clock else "")
