"""Buckets and objects, as a text means them."""

import re
from collections.abc import Sequence
from pathlib import PurePath

from rapidfuzz.distance import DamerauLevenshtein

from swarm.planner import naming
from swarm.planner.context import Args, Context, Unclear
from swarm.planner.language import tokens
from swarm.planner.linking import Mention, file_names
from swarm.planner.references import ALL, EVERYTHING, referred
from swarm.planner.shape import WILD
from swarm.planner.things import existing, partly_named, telling_words
from swarm.planner.values import prefix

_INTO = re.compile(
    r"\b(?:to|into|onto|in to|over to|towards|with|under|as)\s+(?:the\s+|my\s+"
    r"|our\s+|a\s+)?(?:new\s+|other\s+)?(?:bucket\s+)?[\"'`]?$",
    re.I,
)


SLIPS = 2
"""Letters by which a file name may be wrong and still be taken for one that exists."""
_OUT_OF = re.compile(r"\b(?:from|out of|in|inside|of|off|within|on)\s+(?:the\s+|my\s+|our\s+)?(?:bucket\s+)?[\"'`]?$", re.I)


_ADDRESS = re.compile(r"\b(?:minio|s3)://([\w.-]+)/?([\w./@+=-]*)")

_EMPTY = re.compile(r"\bempty\s+(?:out\s+)?(?:the\s+|my\s+|our\s+)?(?:bucket\s+)?[\"'`]?\S", re.I)


def bucket(name: str, context: Context, args: Args) -> str | Unclear | None:
    """The bucket a thing is in, or, for a `to_` argument, the one it is to go to."""
    target = name.startswith("to_")
    places = context.mentioned("bucket")
    takes_two = "to_bucket" in context.kinds
    if takes_two:
        into = [m for m in places if _INTO.search(context.text[: m.start])]
        rest = [m for m in places if m not in into]
        holders = _holders(context)
        if not into and len(rest) == 1 and len(holders) == 1 and rest[0].entry.name not in holders:
            into, rest = rest, []  # "a copy of x in y", where x lies elsewhere
        there = [m for m in rest if m.entry.name in holders]
        if not into and len(holders) == 1 and there and len({m.entry.name for m in rest}) == 2:
            into, rest = [m for m in rest if m not in there], there  # "x belongs in b, not in a", where it lies in a
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
        if re.search(
            r"\b(?:there|(?:into|to|in) it|inside\W*$|inside(?=\s+and\b)|that bucket|the new (?:bucket|one))\b", context.text, re.I
        ):
            focus = context.memory.focus("bucket")
            return focus.name if focus else None
        pointed = referred("bucket", context.text, context.memory, context.entries)
        if pointed:
            return pointed[0] if len(pointed) == 1 else Unclear(pointed)
        new = context.memory.made("bucket")
        return (
            _unknown_place(context, args)
            or (new if new != args.get("bucket") else None)
            or (args.get("bucket") if "to_key" in context.kinds and naming.new_key("to_key", context, args) else None)
        )
    if "object" not in context.kinds.values():
        return existing("bucket", name, context, args)
    holders = _holders(context)
    if len(holders) == 1:
        return holders[0]
    if not holders:
        focus = context.memory.focus("object")
        if focus and focus.bucket and (context.pointing or context.memory.focus("object", now=True)):
            return focus.bucket
        if takes_two:
            return (
                Unclear([e.name for e in context.entries("bucket")])
                if not partly_named("object", context)
                else _holder_of(partly_named("object", context), context)
            )
    found = existing("bucket", name, context, args)
    if found is None and len(holders) > 1:
        return Unclear(holders)
    if found is None or isinstance(found, Unclear):
        return _holder_of(partly_named("object", context), context) or found
    return found


def _unknown_place(context: Context, args: Args) -> str | None:
    found = re.search(r"\b(?:to|into)\s+(?:the\s+)?(?:bucket\s+)?[\"'`]?([a-z0-9][a-z0-9-]*-[a-z0-9-]+)(?![\w./])", context.text, re.I)
    return found.group(1) if found and found.group(1) != args.get("bucket") else None


def _holders(context: Context) -> list[str]:
    """The buckets that have the objects which the text names."""
    return list(dict.fromkeys(str(m.entry.facts.get("bucket")) for m in context.mentioned("object")))


def _holder_of(keys: Sequence[str], context: Context) -> str | None:
    buckets = {str(e.facts.get("bucket")) for e in context.entries("object") if e.name in keys}
    return buckets.pop() if len(buckets) == 1 else None


def object_key(name: str, context: Context, args: Args) -> str | Unclear | None:
    """The object that the text means."""
    found = _objects(context, args, several=False)
    return found[0] if isinstance(found, list) else found


def object_list(context: Context, args: Args) -> list[str] | Unclear | None:
    """All objects that the text means."""
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
            narrowed = list(context.linker.partly("object", telling_words("object", context)[0], keys))
            if len(narrowed) != 1:
                return Unclear(narrowed or keys)
            keys = narrowed
        if context.destroys and not exact and _of_another_kind(same[0], keys[0], context.text):
            return Unclear(keys)
        chosen += exact[:1] or keys[:1]
    given = [f for f in file_names(context.text) if f != bucket and not _part_of(f, context) and "://" not in f]
    if several and not chosen and not given and bucket is not None:
        all_of = _all_of(context)
        return [all_of] if all_of else _objects_meant(context, args, several)
    if given and not chosen and context.destroys:
        near = [k for k in context.linker.partly("object", [t.text for t in tokens(PurePath(given[0]).stem)]) if _in(k, bucket, context)]
        slips = [k for k in near if DamerauLevenshtein.distance(PurePath(k).name.lower(), PurePath(given[0]).name.lower()) <= SLIPS]
        if near and len(slips) != 1:
            return Unclear(near)
        chosen, given = slips, given[1:] if slips else given
    if not (chosen and context.destroys and context.text.endswith("`")):  # else it was asked which one is meant
        chosen += [f for f in given if f not in chosen and f not in args.values()]
    if chosen:
        return list(dict.fromkeys(chosen))
    return _objects_meant(context, args, several)


def _of_another_kind(mention: Mention, key: str, text: str) -> bool:
    """Whether a file name of which a part was understood as an object ends otherwise than that: `wine.csv`, `wine.parquet`."""
    given = next((f for f in file_names(text) if mention.start < (at := text.find(f)) + len(f) and at < mention.end), "")
    said, meant = PurePath(given).suffix.lower(), PurePath(key).suffix.lower()
    return bool(said) and DamerauLevenshtein.distance(said, meant) > 1


def _all_of(context: Context) -> str | None:
    """A wildcard, a folder, or everything there is, as the tools take it."""
    wild = WILD.search(context.text)
    if wild:
        return wild.group().strip("\"'`")
    folder = prefix("prefix", context, {})
    everything = EVERYTHING.search(context.text) or _EMPTY.search(context.text)
    if folder and (everything or folder.endswith("/") or re.search(r"\b(?:folder|directory|prefix)\b", context.text, re.I)):
        return f"{folder.rstrip('/')}/"
    return "*" if everything else None


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
    if several and ALL.search(context.text) and len(listed) > 1:
        return [t.name for t in listed]
    inside = {e.name for e in context.entries("object") if args.get("bucket") in (None, e.facts.get("bucket"))}
    partly = list(dict.fromkeys(k for k in partly_named("object", context) if k in inside))
    if len(partly) == 1:
        return partly
    focus = context.memory.focus("object")
    if focus and (context.pointing or context.memory.focus("object", now=True)):
        return [focus.name]
    return Unclear(partly) if partly else None
