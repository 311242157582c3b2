"""Filling a tool's arguments from a step, each by its kind."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from swarm.planner.language import tokens, words
from swarm.planner.linking import Mention, file_names, mentions, name_like, quoted
from tools.names import matching, normal
from tools.tool import Entry

PRONOUN = re.compile(r"\b(it|its|that|this|them|the (?:run|pipeline|bucket|file|object|job|dataset)|that one|same)\b", re.I)
LATEST = re.compile(r"\b(latest|last|newest|most recent)\b(?!\s+\d)", re.I)
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


@dataclass
class Context:
    """All that a step's arguments can come from."""

    text: str
    found: list[Mention]
    entries: Callable[[str], list[Entry]]
    recent: list[dict[str, Any]] = field(default_factory=list)
    """Things spoken of, the most recent first: `{kind, name, bucket?}`."""

    def mentioned(self, kind: str) -> list[Entry]:
        """The things of a kind that the text names."""
        return list(dict.fromkeys(m.entry for m in self.found if m.entry.kind == kind)) if self.found else []

    def last(self, kind: str) -> dict[str, Any] | None:
        """The thing of a kind spoken of last."""
        return next((thing for thing in self.recent if thing["kind"] == kind), None)


def fill(schema: Mapping[str, Any], kinds: Mapping[str, str], context: Context) -> dict[str, Any]:
    """The arguments that the text gives, by name; what it does not give is left out."""
    args: dict[str, Any] = {}
    for name, spec in schema.get("properties", {}).items():
        filler = _FILLERS.get(kinds.get(name, ""))
        value = filler(context, args) if filler else None
        if value is not None:
            args[name] = value if spec.get("type") != "array" or isinstance(value, list) else [value]
    return args


def _existing(kind: str) -> Callable[[Context, dict[str, Any]], str | None]:
    def find(context: Context, args: dict[str, Any]) -> str | None:
        named = context.mentioned(kind)
        if named:
            return named[0].name
        partial = _partly(kind, context)
        if partial:
            return partial
        unknown = _unknown(kind, context)
        if unknown:
            return unknown
        recent = context.last(kind)
        return str(recent["name"]) if recent and PRONOUN.search(context.text) else None

    return find


def _partly(kind: str, context: Context) -> str | None:
    """A name given in part: "the svm pipeline" where one pipeline has that word."""
    names = [e.name for e in context.entries(kind)]
    free = [t for t in tokens(context.text) if not any(m.start <= t.start < m.end for m in context.found)]
    kind_word = next((i for i, t in enumerate(free) if t.text.rstrip("s") == kind), None)
    near = free[max(0, kind_word - 3) : kind_word + 3] if kind_word is not None else []
    for token in near:
        if len(token.text) >= 3 and token.text.rstrip("s") != kind:
            fits = [n for n in names if token.text in normal(n).split()]
            if len(fits) == 1:
                return fits[0]
    return None


def _unknown(kind: str, context: Context) -> str | None:
    """A name that nothing here has: the tool will answer with the nearest ones."""
    spans = [(m.start, m.end) for m in context.found]
    without = "".join(" " if any(a <= i < b for a, b in spans) else c for i, c in enumerate(context.text))
    without = CALLED.sub(" ", ASSIGNMENT.sub(" ", without))
    candidates = [q for q in quoted(without) if " " not in q] + name_like(re.sub(r"\S*[./]\S*", " ", without))
    pattern = re.compile(rf"\b(?:{kind})\s+([A-Za-z][\w-]{{2,}})|\b(?:the|a)\s+([A-Za-z][\w-]{{2,}})\s+{kind}\b", re.I)
    by_noun = [a or b for a, b in pattern.findall(without)]
    plain = {"the", "and", "with", "from", "called", "named", "again", "that", "first", "last", "latest", "new", "its", "into"}
    return next((c for c in [*candidates, *by_noun] if c.lower() not in plain and not _known_elsewhere(c, kind, context)), None)


def _known_elsewhere(name: str, kind: str, context: Context) -> bool:
    return any(
        normal(name) == normal(e.name)
        for other in ("pipeline", "run", "bucket", "experiment")
        if other != kind
        for e in context.entries(other)
    )


def _run(context: Context, args: dict[str, Any]) -> str | None:
    named = context.mentioned("run")
    if named:
        return named[0].name
    pipelines = context.mentioned("pipeline")
    if pipelines:
        of_pipeline = [e for e in context.entries("run") if e.facts.get("pipeline") == pipelines[0].name]
        if of_pipeline:
            return of_pipeline[0].name
    if LATEST.search(context.text):
        return "latest"
    found = _existing("run")(context, args)
    if found is not None:
        return found
    recent = context.last("run")
    return str(recent["name"]) if recent else None


def _object(context: Context, args: dict[str, Any]) -> list[str] | str | None:
    bucket = args.get("bucket")
    keys = [e.name for e in context.mentioned("object") if bucket is None or e.facts.get("bucket") == bucket]
    given = [f for f in file_names(context.text) if f not in (bucket or "")]
    exact = [next((k for k in keys if k == f or k.endswith(f"/{f}")), f) for f in given]
    chosen = list(dict.fromkeys(exact)) or list(dict.fromkeys(keys))
    if not chosen:
        recent = context.last("object")
        return str(recent["name"]) if recent and PRONOUN.search(context.text) else None
    return chosen if len(chosen) > 1 else chosen[0]


def _bucket(context: Context, args: dict[str, Any]) -> str | None:
    found = _existing("bucket")(context, args)
    if found is not None:
        return found
    address = re.search(r"\b(?:minio|s3)://([\w.-]+)", context.text)
    if address:
        return address.group(1)
    given = file_names(context.text)
    holders = {e.facts.get("bucket") for e in context.entries("object") for f in given if e.name == f or e.name.endswith(f"/{f}")}
    if len(holders) == 1:
        return str(holders.pop())
    recent = context.last("bucket")
    return str(recent["name"]) if recent and not holders else None


def _arguments(context: Context, args: dict[str, Any]) -> dict[str, Any] | None:
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


def _new_name(context: Context, args: dict[str, Any]) -> str | None:
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


def _path(context: Context, args: dict[str, Any]) -> str | None:
    given = file_names(context.text)
    return given[0] if given else next(iter(quoted(context.text)), None)


def _new_key(context: Context, args: dict[str, Any]) -> str | None:
    given = file_names(context.text)
    named = re.search(r"\bas\s+[\"'`]?([\w./-]+\.\w+)", context.text, re.I)
    if named:
        return named.group(1)
    overwrite = re.search(r"\b(?:overwrite|replace)\s+[\"'`]?([\w./-]+\.\w+)", context.text, re.I)
    if overwrite and len(given) > 1:
        return overwrite.group(1)
    return None


def _rows(context: Context, args: dict[str, Any]) -> int | None:
    match = re.search(
        r"(?:\b(?:first|top|head)\s*-?\s*(?:n\s*)?|-)(\d{1,4})\b|\b(\d{1,4})\s*(?:\w+\s+)?(?:rows?|lines?|records?)\b", context.text, re.I
    )
    return int(match.group(1) or match.group(2)) if match else None


def _limit(context: Context, args: dict[str, Any]) -> int | None:
    match = re.search(r"\b(?:last|latest|newest|first|top)\s+(\d{1,3})\b", context.text, re.I)
    return int(match.group(1)) if match else None


def _state(context: Context, args: dict[str, Any]) -> str | None:
    spoken = set(words(context.text))
    return next((state for state, said in STATES.items() if spoken & set(said)), None)


def _prefix(context: Context, args: dict[str, Any]) -> str | None:
    match = re.search(r"\b(?:under|below|in(?:side)? (?:the )?folder|prefix)\s+[\"'`]?([\w.-]+(?:/[\w.-]*)*/?)", context.text, re.I)
    return match.group(1) if match and match.group(1) != args.get("bucket") else None


def _query(context: Context, args: dict[str, Any]) -> str | None:
    return context.text.strip() or None


def _contains(context: Context, args: dict[str, Any]) -> str | None:
    match = re.search(r"\b(?:containing|contain|with)\s+[\"'`]?([\w-]+)[\"'`]?\s+in (?:the|their) name", context.text, re.I)
    return match.group(1) if match else None


_FILLERS: Mapping[str, Callable[[Context, dict[str, Any]], Any]] = {
    "pipeline": _existing("pipeline"),
    "experiment": _existing("experiment"),
    "run": _run,
    "bucket": _bucket,
    "object": _object,
    "arguments": _arguments,
    "new_name": _new_name,
    "new_key": _new_key,
    "path": _path,
    "rows": _rows,
    "limit": _limit,
    "state": _state,
    "prefix": _prefix,
    "query": _query,
    "filter": _contains,
}


def link(text: str, kinds: Sequence[str], entries: Callable[[str], list[Entry]]) -> list[Mention]:
    """The things of these kinds that a text mentions."""
    return mentions(text, [e for kind in kinds for e in entries(kind)])
