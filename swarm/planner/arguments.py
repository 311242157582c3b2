"""Filling a tool's arguments from a step, each by its kind."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from swarm.planner import values
from swarm.planner.context import Context
from swarm.planner.language import tokens
from swarm.planner.linking import Mention, file_names, mentions, name_like, quoted
from swarm.planner.values import ASSIGNMENT, CALLED
from tools.names import normal
from tools.tool import Entry

PRONOUN = re.compile(r"\b(it|its|that|this|them|the (?:run|pipeline|bucket|file|object|job|dataset)|that one|same)\b", re.I)
LATEST = re.compile(r"\b(latest|last|newest|most recent)\b(?!\s+\d)", re.I)


def fill(schema: Mapping[str, Any], kinds: Mapping[str, str], context: Context) -> dict[str, Any]:
    """The arguments that the text gives, by name; what it does not give is left out."""
    args: dict[str, Any] = {}
    for name, spec in schema.get("properties", {}).items():
        kind = kinds.get(name, "")
        filler = _LISTS.get(kind) if spec.get("type") == "array" else None
        filler = filler or _FILLERS.get(kind)
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
        if recent and PRONOUN.search(context.text):
            return str(recent["name"])
        return _by_word(kind, context)

    return find


def _by_word(kind: str, context: Context) -> str | None:
    """The one name that has a word of the text: "retrain the churn model" where one pipeline is about churn."""
    spoken = {t.text for t in tokens(context.text) if len(t.text) >= 4 and t.text.rstrip("s") != kind}
    fits = [e.name for e in context.entries(kind) if spoken & set(normal(e.name).split())]
    return fits[0] if len(set(fits)) == 1 else None


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


def _runs(context: Context, args: dict[str, Any]) -> list[str] | None:
    """Two or more runs: those named, or the one spoken of and the one before it."""
    named = [e.name for e in context.mentioned("run")]
    if len(named) >= 2:
        return named
    entries = context.entries("run")
    pair = re.search(r"\b(?:last|latest|newest)\s+(two|three|four|\d)\b", context.text, re.I)
    if pair:
        number = {"two": 2, "three": 3, "four": 4}.get(pair.group(1).lower()) or int(pair.group(1))
        pipelines = {e.name for e in context.mentioned("pipeline")}
        fitting = [e.name for e in entries if not pipelines or e.facts.get("pipeline") in pipelines]
        return fitting[:number] if len(fitting) >= 2 else None
    recent = context.last("run")
    first = named[0] if named else "latest" if LATEST.search(context.text) else str(recent["name"]) if recent else None
    if first is None or not re.search(r"\b(?:previous|before|earlier|last|prior|other)\b", context.text, re.I):
        return named or None
    position = 0 if first == "latest" else next((i for i, e in enumerate(entries) if e.name == first), None)
    if position is None or position >= len(entries):
        return None
    pipeline = entries[position].facts.get("pipeline")
    before = next((e.name for e in entries[position + 1 :] if e.facts.get("pipeline") == pipeline), None)
    return [entries[position].name, before] if before else None


_FILLERS: Mapping[str, Callable[[Context, dict[str, Any]], Any]] = {
    "pipeline": _existing("pipeline"),
    "experiment": _existing("experiment"),
    "document": _existing("document"),
    "section": values.section,
    "run": _run,
    "schedule": _existing("schedule"),
    "step": values.step,
    "artifact": values.artifact,
    "metric": values.metric,
    "cron": values.cron,
    "pipeline_steps": values.pipeline_steps,
    "note": values.note,
    "note_words": values.note_words,
    "pattern": values.pattern,
    "minutes": values.minutes,
    "days": values.days,
    "switch": values.switch,
    "tags": values.tags,
    "column": values.column,
    "bucket": _bucket,
    "object": _object,
    "arguments": values.arguments,
    "new_name": values.new_name,
    "new_key": values.new_key,
    "path": values.path,
    "rows": values.rows,
    "limit": values.limit,
    "state": values.state,
    "prefix": values.prefix,
    "query": values.query,
    "filter": values.contains,
}


_LISTS: Mapping[str, Callable[[Context, dict[str, Any]], Any]] = {"run": _runs, "metric": values.metrics}


def link(text: str, kinds: Sequence[str], entries: Callable[[str], list[Entry]]) -> list[Mention]:
    """The things of these kinds that a text mentions."""
    return mentions(text, [e for kind in kinds for e in entries(kind)])
