"""Values that a text gives: names yet to be, paths, numbers, switches, and the rest that is no name of something existing."""

import re
from collections.abc import Callable, Mapping

from swarm.planner import timing
from swarm.planner.authoring import pipeline_steps
from swarm.planner.context import Args, Context
from swarm.planner.language import STOP, stem, words
from swarm.planner.lexicon import phrased
from swarm.planner.linking import file_names
from swarm.planner.naming import new_key, new_name, path
from swarm.planner.numerals import in_digits
from swarm.planner.references import DOCUMENTS
from swarm.planner.runparts import artifact, metric, step
from swarm.planner.shape import ASSIGNMENT
from tools.states import states

_FORMATS = r"csv|tsv|parquet|jsonl|json|yaml|yml|pkl|pickle|pdf|png|jpe?g|txt|html|md|zip|joblib|onnx|npy|xlsx"


def rows(name: str, context: Context, args: Args) -> int | None:
    """How many rows to show."""
    text = in_digits(context.text)
    match = re.search(
        r"\b(?:first|top|head|initial|beginning)\s*-?\s*(?:n\s*)?(\d{1,4})\b|\s-n?\s?(\d{1,4})\b"
        r"|\b(\d{1,4})\s*(?:\w+\s+)?(?:rows?|lines?|records?|entries|samples)\b",
        text,
        re.I,
    )
    return next(int(g) for g in match.groups() if g) if match else None


_THE_LAST = re.compile(r"\b(?:which|what) (?:run|job|training|one|execution)\b[^,;.]*\b(?:last|latest|most recently|lastly)\W*$", re.I)


def limit(name: str, context: Context, args: Args) -> int | None:
    """How many things to list: one where a single run is asked for, "which run failed last"."""
    if _THE_LAST.search(context.text):
        return 1
    match = re.search(
        r"\b(?:last|latest|newest|first|top|recent)\s+(\d{1,3})\b"
        r"|\b(\d{1,3})\s+(?:most recent|latest|newest|last)\b",
        in_digits(context.text),
        re.I,
    )
    return next(int(g) for g in match.groups() if g) if match else None


def state(name: str, context: Context, args: Args) -> str | None:
    """A state of runs."""
    return next(iter(states(phrased(context.without()))), None)


def prefix(name: str, context: Context, args: Args) -> str | None:
    """A folder inside a bucket: something that ends in "/", or what stands behind "under" or "folder"."""
    behind = next((m for m in context.mentioned("bucket") if context.text[m.end : m.end + 1] == "/"), None)
    inside = re.match(r"/([\w./-]+)", context.text[behind.end :]) if behind else None
    if inside:
        return inside.group(1).rstrip(".")
    folder = re.search(r"(?<![\w/.:-])((?:[\w.-]+/)+)(?![\w*])", context.without("bucket"))
    if folder:
        return folder.group(1)
    named = re.search(
        r"\b(?:under|below|beneath|(?:in(?:side)? )?(?:the )?(?:folder|directory|prefix)(?: (?:is )?(?:called|named))?"
        r"|starting with|start with|beginning with)\s+[\"'`]?([\w.-]+(?:/[\w.-]*)*/?)",
        context.text,
        re.I,
    )
    before = re.search(r"\b(?:the\s+)?[\"'`]?([\w.-]+(?:/[\w.-]+)*/?)[\"'`]?\s+(?:folder|directory|prefix)\b", context.text, re.I)
    found = [
        m.group(1)
        for m in (named, before)
        if m and context.free(*m.span(1)) and m.group(1).lower() not in STOP | {"with", "called", "named", "whose", "which", "what"}
    ]
    return next((one for one in found if one != args.get("bucket")), None)


_FRAME = re.compile(
    rf"^\W*(?:please\s+)?(?:what\s+)?(?:do|does|did)\s+(?:the |our |my )?{DOCUMENTS}\s+(?:say|tell|mention|state|know|cover)"
    r"(?: (?:anything|something|us|me))?(?:\s+(?:about|on|of))?\s+"
    rf"|^\W*(?:please\s+)?(?:look|search|check|consult)\s+(?:up\s+)?(?:in |through |into )?(?:the |our |my )?{DOCUMENTS}"
    r"\s+(?:for|about|on)\s+"
    rf"|,?\s*\b(?:according to|as per|based on|in|from)\s+(?:the |our |my )?{DOCUMENTS}\b,?"
    rf"|,?\s*\b(?:and )?(?:please )?(?:check|see|consult)\s+(?:the |our |my )?{DOCUMENTS}\W*$",
    re.I,
)
"""What only says that the documentation is to be asked."""


def query(name: str, context: Context, args: Args) -> str | None:
    """The text itself, as a question, without that the documentation is asked."""
    return _FRAME.sub(" ", context.text).strip(" ,") or context.text.strip() or None


def text(name: str, context: Context, args: Args) -> str | None:
    """What stands in quotes, or else the text itself."""
    found = re.search(r"[\"“”'`]([^\"“”'`]+)[\"“”'`]", context.text)
    return found.group(1) if found else query(name, context, args)


def note(name: str, context: Context, args: Args) -> str | None:
    """What is to be remembered: the text without the asking."""
    return _bare(
        r"(?:[\w' ]{3,30},\s+(?=(?:please\s+)?(?:also\s+)?(?:remember|note|keep in mind|memori[sz]e)\b))?"
        r"(?:please\s+)?(?:(?:also\s+)?(?:remember|note|keep in mind|memori[sz]e|do not forget)(?:\s+that|\s+this)?\s*[:,]?\s*)?",
        context,
    )


def note_words(name: str, context: Context, args: Args) -> str | None:
    """What is to be forgotten: the text without the asking."""
    return _bare(
        r"(?:please\s+)?(?:forget|remove|delete|drop|do not remember)(?:\s+(?:the\s+note|what I said|about|that|on))*\s*",
        context,
    )


def _bare(asking: str, context: Context) -> str | None:
    return re.sub(rf"^\W*{asking}", "", context.text, flags=re.I).strip(" .!?") or None


def pattern(name: str, context: Context, args: Args) -> str | None:
    """What files to find are called: a wildcard, a file name, a kind of file, or the words that describe them."""
    masked = context.without("bucket")
    wild = re.search(r"[\w./-]*[*?][\w.*?/-]*[\w*]|[\w./-]+\*", masked)
    if wild and "*" in wild.group():
        return wild.group().lstrip("/")
    files = file_names(masked)
    if files:
        return files[0].lstrip("/")
    named = re.search(
        r"\b(?:containing|contains?|with|called|named|matching"
        r"|like)\s+(?:the word\s+)?[\"'`]([\w .-]+)[\"'`]",
        context.text,
        re.I,
    )
    if named:
        return named.group(1)
    kinds = re.search(rf"(?<![\w-])\.?({_FORMATS})s?\b(?:\s+files?)?", masked, re.I)
    form = kinds.group(1).lower().replace("pickle", "pkl") if kinds else ""
    described = [w for w in words(masked) if w not in _SEARCH_WORDS and w not in (form, form + "s", "pickle", "pickles")]
    if form and not described:
        return f"*.{form}"
    described = [w for w in described if not any(stem(v) == stem(w) and (len(v), v) < (len(w), w) for v in described)]
    existing = [w for w in described if context.linker.in_names("object", w)]
    return " ".join([*(existing or described), *([form] if form else [])]) or None


_SEARCH_WORDS = frozenset(
    """
    a all any anything anywhere are bucket buckets can data do does file files find for get has have holds i in is it its located
    locate look me my of on object objects or our please search show somewhere storage the there to us we what where
    which with you called named name their and list every everywhere across inside hold keep stored store by contain
    contains containing whose that hunt track out up exist exists lie lies lying
    no matter regardless whichever sitting lying path paths something think was maybe sit sits live lives reside resides kept
    need want could would may might
    should will shall can both me ending ends
    """.split()
)


def minutes(name: str, context: Context, args: Args) -> int | None:
    """A length of time, in minutes."""
    found = timing.duration(context.text)
    return round(found[0]) if found else None


def days(name: str, context: Context, args: Args) -> int | None:
    """A length of time, in days."""
    found = timing.duration(context.text)
    return max(1, round(found[0] / 1440)) if found and found[0] >= 720 else None


_OFF = re.compile(r"\b(?:off|disabled?|suspend|stop|without|no|deactivate|halt|not)\b", re.I)
_KEPT = re.compile(
    r"\b(?:no|not|never)\b[^,.;]{0,60}\b(?:lost|lose|overwritten|overwrite|gone)\b"
    r"|^.*[,.;]\s+(?:(?:please|so|now)\s+)*(?=(?:enable|activate)\b|(?:turn|switch)\b[^,.;]*\bon\b)",
    re.I,
)
"""What is not to be lost, and what is told ahead of "turn it on"."""


def switch(name: str, context: Context, args: Args) -> bool:
    """Whether something is to be on."""
    about = [clause for clause in re.split(r"[,.;]\s", context.text) if re.search(r"\bversion", clause, re.I)]
    said = context.text if len(about) != 1 or _OFF.search(context.text[context.text.find(about[0]) :]) else about[0]
    return _OFF.search(_KEPT.sub(" ", said)) is None


def tags(name: str, context: Context, args: Args) -> dict[str, str] | None:
    """`name=value` pairs, also written as "name: value"."""
    found = {key: value.strip("\"'`") for key, value in ASSIGNMENT.findall(context.text)}
    if not found:
        pairs = re.findall(r"(?<![\w/])([A-Za-z][\w-]*)\s*:\s*([A-Za-z0-9][\w.-]*)(?!/)", context.text)
        found = {key: value.rstrip(".") for key, value in pairs if key.lower() not in ("minio", "s3", "tags", "tag", "labels")}
    if not found:
        said = re.search(
            r"\b(?:tag|label|mark)\b.*?\b(?:with"
            r"|as)\s+(?:the\s+)?(\w+)\s+(?:set to\s+|is\s+|of\s+|=\s*)?(\w+)\s*$",
            context.text,
            re.I,
        )
        found = {said.group(1): said.group(2)} if said else {}
    return found or None


_AGAINST = re.compile(
    r"\b([A-Za-z_]\w*)\s+(?:against|versus|vs\.?|as a function of|over|(?<!ed )(?:by|per))\s+(?:the\s+)?([A-Za-z_]\w*)\b(?!\.\w)", re.I
)
"""What is drawn upwards, and along what: "price against size"."""


def column(name: str, context: Context, args: Args) -> str | None:
    """The next column spoken of: after "of", "plot", "histogram of", "and"; of "price against size" the second is `x`."""
    drawn = _AGAINST.search(context.text)
    if drawn and name in ("x", "y"):
        return drawn.group(2 if name == "x" else 1)
    taken = {str(v) for v in args.values()}
    found = re.findall(
        r"\b(?:plot|draw|chart|of|and|vs\.?|versus|against|over|by|column|between|histogram"
        r"|for)(?=\s+(?:(?:the|its|their)\s+)?(?:column\s+)?[\"'`]?([A-Za-z_]\w*)\b(?!\.\w))",
        context.without(),
        re.I,
    )
    plain = {
        "the",
        "a",
        "an",
        "histogram",
        "scatter",
        "line",
        "bar",
        "column",
        "plot",
        "chart",
        "show",
        "me",
        "distribution",
        "file",
        "it",
        "of",
        "in",
        "from",
        "its",
        "their",
        "that",
    }
    return next((f for f in found if f.lower() not in plain and f not in taken), None)


def contains(name: str, context: Context, args: Args) -> str | None:
    """A part of names."""
    match = re.search(
        r"\b(?:containing|contain|with|having)\s+[\"'`]?([\w-]+)[\"'`]?\s+in (?:the|their|its) names?"
        r"|\bnames? (?:containing|contains?|with|has|having|starting with)\s+[\"'`]?([\w-]+)",
        context.text,
        re.I,
    )
    if match:
        return next(g for g in match.groups() if g)
    asked = re.search(r"\b(?:which|what|any|an?)\s+(?:of\s+(?:the|our|my)\s+)?(?:pipelines?|workflows?)\b(.*)", context.text, re.I)
    told = [w for w in words(asked.group(1)) if w not in context.common and context.linker.in_names("pipeline", w)] if asked else []
    return told[-1] if told else None


def cron(name: str, context: Context, args: Args) -> str | None:
    """When something is to run, as written: a cron expression or words."""
    found = timing.repeated(context.text)
    return found.value if found else None


def version(name: str, context: Context, args: Args) -> str | None:
    """The id of a version."""
    match = re.search(r"\b(?:version|revision)s?\s+(?:id\s+)?[\"'`#]?([\w-]*\d[\w.-]*|[0-9a-f]{6,})", context.text, re.I)
    if match is None and re.search(r"\b(?:previous|last|earlier|old) version\b|\bversion before\b|\bundo\b", context.text, re.I):
        return "previous"
    return match.group(1).rstrip(".") if match else None


def section(name: str, context: Context, args: Args) -> str | None:
    """The part of a document that is asked for."""
    match = re.search(
        r"\b(?:section|chapter|part)\s+(?:about|on|called|named"
        r"|titled)?\s*[\"'`]?([\w -]{2,60}?)[\"'`]?\s*(?:\b(?:of|in|from)\b|[.?!]|$)",
        context.text,
        re.I,
    )
    return match.group(1) if match else None


Filler = Callable[[str, Context, Args], object]


FILLERS: Mapping[str, Filler] = {
    "step": step,
    "artifact": artifact,
    "metric": metric,
    "cron": cron,
    "pipeline_steps": pipeline_steps,
    "pattern": pattern,
    "minutes": minutes,
    "days": days,
    "switch": switch,
    "tags": tags,
    "column": column,
    "new_name": new_name,
    "new_key": new_key,
    "path": path,
    "rows": rows,
    "limit": limit,
    "state": state,
    "prefix": prefix,
    "query": query,
    "text": text,
    "note": note,
    "note_words": note_words,
    "filter": contains,
    "version": version,
    "section": section,
}
