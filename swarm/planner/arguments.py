"""Filling a tool's arguments from a step, each by its kind."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from swarm.planner import values
from swarm.planner.context import Args, Context, Unclear
from swarm.planner.language import STOP, tokens
from swarm.planner.linking import NAME_LIKE, Mention, file_names, name_like, quoted
from swarm.planner.parameters import settings
from swarm.planner.references import LATEST, NOUNS, PREVIOUS, PRONOUN, before, referred, speaks_of, states
from tools.names import normal

_INTO = re.compile(
    r"\b(?:to|into|onto|in to|over to|towards|with|under|as)\s+(?:the\s+|my\s+"
    r"|our\s+|a\s+)?(?:new\s+|other\s+)?(?:bucket\s+)?[\"'`]?$",
    re.I,
)
_OUT_OF = re.compile(r"\b(?:from|out of|in|inside|of|off|within|on)\s+(?:the\s+|my\s+|our\s+)?(?:bucket\s+)?[\"'`]?$", re.I)
_ADDRESS = re.compile(r"\b(?:minio|s3)://([\w.-]+)/?([\w./@+=-]*)")
_ALL = re.compile(r"\b(?:both|all|them|these|those|they|each)\b", re.I)
_PAIR = re.compile(
    r"\b(?:last|latest|newest|recent)\s+(two|three|four|five|couple|\d)\b|\b(two"
    r"|three|\d)\s+(?:\w+\s+)?(?:latest|newest|most recent|last)\b",
    re.I,
)
_NUMBERS = {"two": 2, "couple": 2, "three": 3, "four": 4, "five": 5}


def fill(schema: Mapping[str, Any], context: Context) -> tuple[Args, dict[str, Unclear]]:
    """The arguments that the text gives, by name, and those that it leaves open; what it does not give is left out."""
    args: Args = {}
    unclear: dict[str, Unclear] = {}
    for name, spec in schema.get("properties", {}).items():
        value = _value(name, spec, context, args)
        if isinstance(value, Unclear):
            unclear[name] = value
        elif value is not None:
            args[name] = [value] if spec.get("type") == "array" and not isinstance(value, list) else value
    return args, unclear


def _value(name: str, spec: Mapping[str, Any], context: Context, args: Args) -> Any:
    kind = context.kinds.get(name, "")
    if spec.get("type") == "array" and kind in _LISTS:
        return _LISTS[kind](context, args)
    if kind in _FILLERS:
        return _FILLERS[kind](name, context, args)
    if (kind and kind in NOUNS) or context.entries(kind):
        return _existing(kind, name, context, args)
    if "enum" in spec:
        said = {t.text for t in tokens(context.text)}
        return next((choice for choice in spec["enum"] if str(choice).lower() in said), None)
    return None


def _existing(kind: str, name: str, context: Context, args: Args) -> str | Unclear | None:
    """The thing of a kind that the text means: named, pointed at, named in part, or in focus."""
    named = _named(kind, context)
    if named:
        return named[0] if len(named) == 1 else _one_of(named)
    pointed = referred(kind, context.text, context.memory, context.entries)
    if pointed:
        return pointed[0] if len(pointed) == 1 else Unclear(pointed)
    partly = _partly(kind, context)
    if len(partly) == 1:
        return partly[0]
    unknown = _unknown(kind, context, only_beside=name not in context.required or bool({"step", "artifact"} & set(context.kinds.values())))
    if unknown:
        return unknown
    if name not in context.required and not speaks_of(kind, context.text) and not re.search(r"\b(?:there|its?)\b", context.text, re.I):
        return None
    if partly:
        among = [t.name for t in context.memory.several(kind) if t.name in partly]
        return among[0] if len(among) == 1 else Unclear(partly)
    return _focused(kind, context)


def _named(kind: str, context: Context) -> list[str]:
    """The names of a kind in the text; the things that share one stretch of it are one choice."""
    return list(dict.fromkeys(m.entry.name for m in context.mentioned(kind)))


def _one_of(named: list[str]) -> str:
    """Of several things named in full, the first is meant; the others belong elsewhere."""
    return named[0]


def _focused(kind: str, context: Context) -> str | Unclear | None:
    """The thing of a kind in focus, if the text points at it; where nothing is destroyed, also without pointing."""
    thing = context.memory.focus(kind)
    pointing = PRONOUN.search(context.text) is not None
    if thing is not None and (pointing or not context.destroys or context.memory.focus(kind, now=True) is not None):
        return thing.name
    several = context.memory.listed(kind)
    if len(several) > 1 and pointing:
        return Unclear([t.name for t in several])
    known = [e.name for e in context.entries(kind)]
    if len(known) == 1 and not context.destroys and speaks_of(kind, context.text):
        return known[0]
    return None


def _telling(kind: str, context: Context) -> tuple[list[str], bool]:
    """The words that could be part of a name of a kind, and whether any of them says something by itself."""
    noun = re.compile(rf"^(?:{NOUNS.get(kind, re.escape(kind) + 's?')})$")
    spoken = tokens(context.text)
    free = [t for t in spoken if context.free(t.start, t.end) and t.text not in STOP and not noun.match(t.text)]
    text = re.sub(r"\b\w+\s*=\s*\S+", lambda m: " " * len(m.group()), context.text)
    free = [t for t in free if text[t.start : t.end].strip() and (len(t.text) > 1 or t.text.isdigit())]
    joined = [m.span() for m in NAME_LIKE.finditer(context.text)]
    words = [t.text for t in free if not any(a <= t.start < b for a, b in joined)]
    own = [w for w in words if w not in context.common and not w.isdigit()]
    beside = [b.text for a, b in zip([None, *spoken], spoken, strict=False) if noun.match(b.text) and a is not None and a.text in words]
    strong = bool(own) or bool(beside) or (any(w.isdigit() for w in words) and kind == "run")
    return words, strong


def _partly(kind: str, context: Context) -> list[str]:
    """Names given in part: "the svm pipeline", "the churn one"; first among the things spoken of last."""
    words, strong = _telling(kind, context)
    if not words or not strong:
        return []
    own = [w for w in words if w not in context.common]
    near = _beside_noun(kind, context)
    telling = [w for w in words if w in own or w in near]
    several = [t.name for t in context.memory.several(kind)]
    if several and re.search(r"\bones?\b", context.text, re.I):
        among = context.linker.partly(kind, words, several)
        if among and len(among) < len(several):
            return among
        related = _related(kind, words, several, context)
        if related:
            return related
    found = context.linker.partly(kind, telling)
    if len(found) > 1:
        found = [n for n in context.linker.partly(kind, words) if n in found] or found
    return found


def _related(kind: str, words: Sequence[str], among: Sequence[str], context: Context) -> list[str]:
    """The things whose pipeline is called so, or whose name abbreviates a word: `img` for image."""
    stems = {w for w in words if len(w) > 2}
    facts = {e.name: normal(str(e.facts.get("pipeline", ""))).split() for e in context.entries(kind) if e.name in among}
    by_fact = [name for name in among if stems & set(facts.get(name, []))]
    if by_fact:
        return by_fact
    return [n for n in among if any(_abbreviates(part, word) for part in normal(n).split() for word in stems)]


def _abbreviates(short: str, word: str) -> bool:
    """Whether a short form is made of letters of the word in order, beginning alike."""
    letters = iter(word)
    return 2 <= len(short) < len(word) and short[0] == word[0] and all(letter in letters for letter in short)


def _beside_noun(kind: str, context: Context) -> set[str]:
    """Words that stand right before or behind the noun of a kind: "the report bucket", "run 3"."""
    noun = NOUNS.get(kind, re.escape(kind) + "s?")
    found: set[str] = set()
    for match in re.finditer(rf"((?:[\w.-]+\s+){{0,2}})\b(?:{noun})\b(?:\s+([\w.-]+))?", context.text, re.I):
        found |= {t.text for t in tokens(match.group(1) + " " + (match.group(2) or ""))}
    return found - STOP


def _unknown(kind: str, context: Context, only_beside: bool = False) -> str | None:
    """A name that nothing here has: the tool will answer with the nearest ones."""
    text = values.without_values(context.text)
    text = "".join(c if context.free(i, i + 1) else " " for i, c in enumerate(text)) if len(text) == len(context.text) else text
    free = [q for q in quoted(text) if " " not in q.strip() and "/" not in q] + name_like(re.sub(r"\S*[./]\S*", " ", text))
    candidates = [] if only_beside else free
    noun = NOUNS.get(kind, re.escape(kind) + "s?")
    for a, b in re.findall(
        rf"\b(?:{noun})\s+(?:called\s+|named\s+)?([A-Za-z][\w-]*[\d_-][\w-]*)"
        rf"|\bthe\s+([A-Za-z][\w-]*[\d_-][\w-]*)\s+(?:{noun})\b",
        text,
        re.I,
    ):
        candidates.append(a or b)
    if len(kind) and not candidates and kind in ("pipeline", "bucket", "run", "experiment"):
        plain = re.search(rf"\b(?:{noun})\s+(?:called\s+|named\s+)?([a-z]{{4,}})\b", text, re.I)
        if plain and plain.group(1).lower() not in context.common and plain.group(1).lower() not in STOP:
            candidates.append(plain.group(1))
    return candidates[0] if candidates else None


def _run(name: str, context: Context, args: Args) -> str | Unclear | None:
    named = _named("run", context)
    if named:
        return named[0]
    runs = context.entries("run")
    pointed = referred("run", context.text, context.memory, context.entries)
    if len(pointed) == 1:
        return pointed[0]
    pipelines = _named("pipeline", context) or ([] if _partly("run", context) else _partly("pipeline", context))
    of_pipeline = [e.name for e in runs if e.facts.get("pipeline") in pipelines]
    if of_pipeline:
        wanted = states(context.text)
        fits = [e.name for e in runs if e.name in of_pipeline and e.facts.get("state") in wanted] or of_pipeline
        return fits[0] if not context.destroys or len(fits) == 1 or LATEST.search(context.text) else Unclear(fits)
    if pointed:
        return Unclear(pointed)
    if PREVIOUS.search(context.text) and not LATEST.search(context.text):
        focus = context.memory.focus("run")
        earlier = before(focus.name, runs) if focus else None
        if earlier:
            return earlier
    if LATEST.search(context.text) and re.search(r"\b(?:runs?|jobs?|one|execution|training)\b", context.text, re.I):
        return "latest"
    return _existing("run", name, context, args)


def _pipeline(name: str, context: Context, args: Args) -> str | Unclear | None:
    """A pipeline, or that of the run which is to be repeated."""
    found = _named("pipeline", context)
    if found:
        return found[0]
    runs = _named("run", context)
    facts = {e.name: e.facts for e in context.entries("run")}
    if runs:
        return str(facts[runs[0]].get("pipeline")) if facts.get(runs[0], {}).get("pipeline") else None
    partly = _existing("pipeline", name, context, args)
    focus = context.memory.focus("run")
    required = "run" not in context.kinds.values() and "cron" not in context.kinds.values()
    if focus and required and (partly is None or isinstance(partly, Unclear)) and facts.get(focus.name, {}).get("pipeline"):
        return str(facts[focus.name]["pipeline"])
    if partly is None:
        return _by_settings(context)
    return partly


def _by_settings(context: Context) -> str | Unclear | None:
    """The pipeline that has the parameters which the text sets."""
    fits = []
    for entry in context.entries("pipeline"):
        given = settings(context.text, entry.facts.get("parameters", {}))
        if given and all(s.name in entry.facts["parameters"] for s in given):
            fits.append(entry.name)
    if not fits:
        return None
    return Unclear(fits)


def _optional_pipeline(name: str, context: Context, args: Args) -> str | Unclear | None:
    return _pipeline(name, context, args)


def _arguments(name: str, context: Context, args: Args) -> Args | None:
    """The values given for the pipeline's parameters."""
    pipeline = args.get("pipeline")
    if pipeline is None and "run" in args:
        pipeline = next((e.facts.get("pipeline") for e in context.entries("run") if e.name == args["run"]), None)
    entry = next((e for e in context.entries("pipeline") if e.name == pipeline), None)
    spans = [(m.start, m.end) for m in context.found]
    found = settings(context.text, entry.facts.get("parameters", {}) if entry else {})
    return {s.name: s.value for s in found if not any(a <= s.start and s.end <= b for a, b in spans)} or None


def _bucket(name: str, context: Context, args: Args) -> str | Unclear | None:
    """The bucket a thing is in, or, for a `to_` argument, the one it is to go to."""
    target = name.startswith("to_")
    places = context.mentioned("bucket")
    takes_two = "to_bucket" in context.kinds
    if takes_two:
        into = [m for m in places if _INTO.search(context.text[: m.start])]
        rest = [m for m in places if m not in into]
        places = (
            into or ([rest[-1]] if target and len(rest) > 1 else [])
            if target
            else [m for m in rest if m.entry.name != args.get("to_bucket")]
        )
    if places:
        return places[0].entry.name
    address = list(_ADDRESS.finditer(context.text))
    if address and (not takes_two or len(address) > 1 or target == bool(_INTO.search(context.text[: address[0].start()]))):
        return address[-1 if target else 0].group(1)
    if target:
        if re.search(r"\b(?:there|(?:into|to|in) it|that bucket|the new (?:bucket|one))\b", context.text, re.I):
            focus = context.memory.focus("bucket")
            return focus.name if focus else None
        pointed = referred("bucket", context.text, context.memory, context.entries)
        if pointed:
            return pointed[0] if len(pointed) == 1 else Unclear(pointed)
        return _unknown_place(context, args) or (
            args.get("bucket") if "to_key" in context.kinds and values.new_key("to_key", context, args) else None
        )
    if "object" not in context.kinds.values():
        return _existing("bucket", name, context, args)
    holders = _holders(context)
    if len(holders) == 1:
        return holders[0]
    if not holders:
        focus = context.memory.focus("object")
        if focus and focus.bucket and (PRONOUN.search(context.text) or context.memory.focus("object", now=True)):
            return focus.bucket
        if takes_two:
            return (
                Unclear([e.name for e in context.entries("bucket")])
                if not _partly("object", context)
                else _holder_of(_partly("object", context), context)
            )
    found = _existing("bucket", name, context, args)
    if found is None and len(holders) > 1:
        return Unclear(holders)
    if found is None or isinstance(found, Unclear):
        return _holder_of(_partly("object", context), context) or found
    return found


def _unknown_place(context: Context, args: Args) -> str | None:
    found = re.search(r"\b(?:to|into)\s+(?:the\s+)?(?:bucket\s+)?[\"'`]?([a-z0-9][a-z0-9-]*-[a-z0-9-]+)(?![\w./])", context.text, re.I)
    return found.group(1) if found and found.group(1) != args.get("bucket") else None


def _holders(context: Context) -> list[str]:
    """The buckets that have the objects which the text names."""
    return list(dict.fromkeys(str(m.entry.facts.get("bucket")) for m in context.mentioned("object")))


def _holder_of(keys: Sequence[str], context: Context) -> str | None:
    buckets = {str(e.facts.get("bucket")) for e in context.entries("object") if e.name in keys}
    return buckets.pop() if len(buckets) == 1 and len(keys) == 1 else None


def _object(name: str, context: Context, args: Args) -> str | Unclear | None:
    found = _objects(context, args, several=False)
    return found[0] if isinstance(found, list) else found


def _object_list(context: Context, args: Args) -> list[str] | Unclear | None:
    return _objects(context, args, several=True)


def _objects(context: Context, args: Args, several: bool) -> list[str] | Unclear | None:
    """The objects that the text names, in the bucket if that is known; a file name that several have is left open."""
    bucket = args.get("bucket")
    address = _ADDRESS.search(context.text)
    if address and address.group(2):
        return [address.group(2).rstrip(".")]
    by_place: dict[tuple[int, int], list[Mention]] = {}
    for m in context.mentioned("object"):
        if bucket is None or m.entry.facts.get("bucket") == bucket:
            by_place.setdefault((m.start, m.end), []).append(m)
    chosen: list[str] = []
    for same in by_place.values():
        keys = list(dict.fromkeys(m.entry.name for m in same))
        exact = [m.entry.name for m in same if m.exact and context.text[m.start : m.end].lower() == m.entry.name.lower()]
        if len(keys) > 1 and not exact:
            narrowed = list(context.linker.partly("object", _telling("object", context)[0], keys))
            if len(narrowed) != 1:
                return Unclear(narrowed or keys)
            keys = narrowed
        chosen += exact[:1] or keys[:1]
    given = [f for f in file_names(context.text) if f != bucket and not _part_of(f, context) and "://" not in f]
    if given and not chosen and context.destroys:
        near = [k for k in context.linker.partly("object", [t.text for t in tokens(given[0])]) if _in(k, bucket, context)]
        if near:
            return Unclear(near)
    chosen += [f for f in given if f not in chosen and f not in args.values()]
    if chosen:
        return list(dict.fromkeys(chosen))
    return _objects_meant(context, args, several)


def _in(key: str, bucket: object, context: Context) -> bool:
    return any(e.name == key and bucket in (None, e.facts.get("bucket")) for e in context.entries("object"))


def _part_of(file: str, context: Context) -> bool:
    """Whether a file name is one of the things already found."""
    at = context.text.find(file)
    return any(m.entry.kind == "object" and m.start < at + len(file) and at < m.end for m in context.found)


def _objects_meant(context: Context, args: Args, several: bool) -> list[str] | Unclear | None:
    """The objects that the text points at or names in part."""
    pointed = referred("object", context.text, context.memory, context.entries)
    if pointed:
        return pointed if several or len(pointed) == 1 else Unclear(pointed)
    listed = context.memory.listed("object")
    if several and _ALL.search(context.text) and len(listed) > 1:
        return [t.name for t in listed]
    inside = {e.name for e in context.entries("object") if args.get("bucket") in (None, e.facts.get("bucket"))}
    partly = [k for k in _partly("object", context) if k in inside]
    if len(partly) == 1:
        return partly
    focus = context.memory.focus("object")
    if focus and (PRONOUN.search(context.text) or context.memory.focus("object", now=True)):
        return [focus.name]
    return Unclear(partly) if partly else None


def _runs(context: Context, args: Args) -> list[str] | Unclear | None:
    """Two or more runs: those named, the last few, those spoken of, or the one spoken of and the one before it."""
    named = _named("run", context)
    if len(named) >= 2:
        return named
    entries = context.entries("run")
    pair = _PAIR.search(context.text)
    if pair:
        said = (pair.group(1) or pair.group(2)).lower()
        pipelines = _named("pipeline", context) or _partly("pipeline", context)
        fitting = [e.name for e in entries if not pipelines or e.facts.get("pipeline") in pipelines]
        number = _NUMBERS.get(said) or int(said)
        return fitting[:number] if len(fitting) >= 2 else None
    short = _numbered(context, named)
    if len(short) >= 2:
        return short
    listed = [t.name for t in context.memory.listed("run")]
    if _ALL.search(context.text) and len(listed) >= 2 and not named:
        return listed
    focus = context.memory.focus("run")
    newest = entries[0].name if entries else None
    first = (
        named[0]
        if named
        else newest
        if LATEST.search(re.sub(r"\blast one\b", "", context.text)) and newest
        else focus.name
        if focus
        else None
    )
    if first is None:
        return None
    if named and focus and focus.name != named[0]:
        return [focus.name, named[0]]
    if short and short[0] != first:
        return [first, short[0]]
    partly = [n for n in _partly("run", context) if n != first]
    if len(partly) == 1 and not named:
        return [first, partly[0]]
    if PREVIOUS.search(context.text) or re.search(r"\b(?:before|other|last)\b", context.text, re.I):
        earlier = before(first, entries)
        return [first, earlier] if earlier else None
    return named or None


def _numbered(context: Context, named: Sequence[str]) -> list[str]:
    """Runs said by their number alone, "01 and 02 of that series": of the series spoken of, else the only ones that have it."""
    numbers = [t.text for t in tokens(context.text) if t.text.isdigit() and context.free(t.start, t.end)]
    focus = context.memory.focus("run")
    series = re.sub(r"\d+$", "", (named or [focus.name if focus else ""])[0])
    found = list(named)
    for number in numbers:
        fits = [n for n in context.linker.partly("run", [number]) if re.search(r"\d+$", n)]
        in_series = [n for n in fits if series and n.startswith(series)]
        chosen = in_series or fits
        if len(chosen) == 1:
            found.append(chosen[0])
    return list(dict.fromkeys(found))


Filler = Callable[[str, Context, Args], Any]
_FILLERS: Mapping[str, Filler] = {
    "pipeline": _pipeline,
    "run": _run,
    "bucket": _bucket,
    "object": _object,
    "arguments": _arguments,
    **values.FILLERS,
}
_LISTS: Mapping[str, Callable[[Context, Args], Any]] = {"run": _runs, "metric": values.metrics, "object": _object_list}
