"""Names yet to be: of new things, local paths, and keys that objects are to have."""

import re

from swarm.planner.context import Args, Context
from swarm.planner.linking import NAME_LIKE, file_names, quoted
from swarm.planner.references import NOUNS
from swarm.planner.shape import ASSIGNMENT

_NAME = r"[\"'`“]?([A-Za-z0-9][\w.-]*)"


_CUE = re.compile(
    r"\b(?:called|named|titled|naming it|name it|call it|name (?:is|should be|shall be|must be"
    r"|will be|of|=|:)|(?:(?<=[(,] )|(?<=[(,]))name(?! (?:the|it|this|that|is)\b)|have (?:the )?name|(?:with|under|by"
    r"|as)(?: the)? name(?: of)?"
    r"|(?:call|name|label|title|known as)(?: the| this| that)? (?:\w+ )?(?:run|pipeline|bucket|experiment|schedule|it"
    r"|job)|known as|(?:give|gets?) (?:[\w-]+ ){1,3}?(?:the|a) name(?: of)?|(?:run|job|it)\s+(?:please\s+)?(?:call|name)\b(?! it\b))"
    rf"(?: (?:to )?be\b)?\s*[:=]?\s*{_NAME}",
    re.I,
)


_AS = re.compile(rf"\bas\s+{_NAME}", re.I)


_NOT_NAMES = frozenset(
    "a an the it is in on for with and or well new my our this that please run "
    "pipeline bucket experiment schedule file soon be before".split()
)


def without_values(text: str) -> str:
    """The text with `name=value` and what is newly named blanked, places kept."""
    for pattern in (ASSIGNMENT, _CUE):
        text = pattern.sub(lambda m: " " * len(m.group()), text)
    return text


def new_name(name: str, context: Context, args: Args) -> str | None:
    """A name for something new: after "called"; or, where it must be given, quoted, looking like a name, or behind the noun."""
    called = [m for m in _CUE.finditer(context.text) if m.group(1).lower() not in _NOT_NAMES]
    if called:
        return called[0].group(1).rstrip(".")
    if "pipeline" in context.kinds.values() or "run" in context.kinds.values():
        as_named = _AS.search(context.text)
        fits = as_named and re.search(r"[-_\d]", as_named.group(1)) and "." not in as_named.group(1)
        return as_named.group(1).rstrip(".") if as_named and fits else None
    if "path" in context.kinds.values():
        as_kind = re.search(rf"\bas\s+(?:an?\s+|the\s+)?(?:new\s+)?(?:{NOUNS['pipeline']})\s+{_NAME}", context.text, re.I)
        if as_kind and as_kind.group(1).lower() not in _NOT_NAMES:
            return as_kind.group(1).rstrip(".")
        as_named = _AS.search(context.text)
        return as_named.group(1).rstrip(".") if as_named and as_named.group(1).lower() not in _NOT_NAMES else None
    free = [n for n in [*quoted(context.text), *(m.group() for m in NAME_LIKE.finditer(context.text))] if n not in args.values()]
    if free:
        return free[0]
    noun = "|".join([NOUNS["bucket"], NOUNS["experiment"], NOUNS["pipeline"]])
    after = re.search(rf"\b(?:{noun})\s*[:,]?\s+{_NAME}", context.text, re.I)
    said = after.group(1).rstrip(".") if after else ""
    return said if (len(said) > 2 or re.search(r"\d", said)) and said.lower() not in _NOT_NAMES else None


def path(name: str, context: Context, args: Args) -> str | None:
    """A local path: a file that is not the target; a quoted text with a dot or slash."""
    takes = set(context.kinds.values())
    address = re.search(r"\b(?:https?|minio|s3)://[^\s\"'`<>]+", context.text, re.I)
    if address and not takes & {"bucket", "object"}:
        return address.group().rstrip(".,;)")
    buckets = {context.text[m.start : m.end] for m in context.mentioned("bucket")}
    given = [f for f in file_names(context.text) if "://" not in f and f not in buckets]
    target = new_key("key", context, args) if "new_key" in context.kinds.values() else None
    places = [f for f in given if f != target and f not in (args.get("key"), args.get("bucket"))]
    if "object" in context.kinds.values():
        local = re.search(r"\b(?:to|into|as|under|at)\s+[\"'`]?((?:~|\.{1,2})?/?[\w./-]*[/.][\w./-]*)", context.text, re.I)
        return local.group(1).rstrip(".") if local and local.group(1) not in (args.get("key"), args.get("bucket")) else None
    if places:
        return places[0]
    folder = re.search(r"(?<![\w/.:-])((?:~|\.{1,2})?/?(?:[\w.-]+/)+)(?![\w*])", context.text)
    if folder and not takes & {"bucket", "object"}:
        return folder.group(1)
    return next((q for q in quoted(context.text) if re.search(r"[./]", q)), None)


def new_key(name: str, context: Context, args: Args) -> str | None:
    """The key that a copy or an upload is to have, where it is not the file's own name."""
    given = file_names(context.text)
    named = re.search(
        r"\b(?:as|called|named|rename(?:d)?(?: \S+)? to"
        r"|name of \S+(?: in \S+)? to|new name|key(?: name)?(?: (?:is|of|should be|shall be))?)\s*[:=]?\s+[\"'`]?([\w./-]+\.\w+)",
        context.text,
        re.I,
    )
    if named and named.group(1) != args.get("key"):
        return named.group(1)
    overwrite = re.search(
        r"\b(?:overwrite|replace|update"
        r"|refresh)\s+(?:the\s+)?(?:file\s+|object\s+)?[\"'`]?([\w./-]+\.\w+)",
        context.text,
        re.I,
    )
    if overwrite and len(given) > 1:
        return overwrite.group(1)
    replaced = re.search(r"([\w./-]+\.\w+)\b[^,;]{0,60}\b(?:replaced|overwritten)\s+(?:by|with)\b", context.text, re.I)
    if replaced and len(given) > 1:
        return replaced.group(1)
    folder = re.search(
        r"\b(?:under|below|to|into|in)\s+(?:the\s+)?(?:folder\s+"
        r"|prefix\s+)?[\"'`]?((?:[\w.-]+/)+)(?![\w])",
        context.text,
        re.I,
    )
    source = str(args.get("path") or args.get("key") or (given[0] if given else ""))
    if folder and source and not source.startswith(folder.group(1)):
        return folder.group(1) + source.rsplit("/", 1)[-1]
    return None
