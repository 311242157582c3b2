"""Things that exist, as a text means them: named, pointed at, named in part, or in focus."""

import re
from collections.abc import Sequence

from swarm.planner import naming
from swarm.planner.context import Args, Context, Unclear
from swarm.planner.language import STOP, tokens
from swarm.planner.linking import NAME_LIKE, name_like, quoted, squashed
from swarm.planner.references import NOUNS, referred, speaks_of
from tools.names import normal

_ADJECTIVES = frozenset(
    "old older oldest new big small large whole other last first latest recent temporary broken failed wrong current bad good unused same "
    "entire old-fashioned obsolete stale duplicate extra second third".split()
)
"""Words that describe a thing but do not name it: nothing is removed because its name has one of them."""


def existing(kind: str, name: str, context: Context, args: Args) -> str | Unclear | None:
    """The thing of a kind that the text means: named, pointed at, named in part, or in focus."""
    named = named_in(kind, context)
    if named:
        return named[0] if len(named) == 1 else _one_of(named)
    pointed = referred(kind, context.text, context.memory, context.entries)
    if pointed:
        return pointed[0] if len(pointed) == 1 else Unclear(pointed)
    partly = partly_named(kind, context)
    if len(partly) == 1:
        return partly[0]
    unknown = unknown_name(
        kind, context, only_beside=name not in context.required or bool({"step", "artifact"} & set(context.kinds.values()))
    )
    alike = [e.name for e in context.entries(kind) if unknown and squashed(unknown) in squashed(e.name)]
    if len(alike) > 1:
        return Unclear(alike)
    if unknown and not all(squashed(unknown) in squashed(one) for one in partly or ("",)):
        return unknown
    if name not in context.required and not speaks_of(kind, context.text) and not re.search(r"\b(?:there|its?)\b", context.text, re.I):
        return None
    if partly:
        among = [t.name for t in context.memory.several(kind) if t.name in partly]
        return among[0] if len(among) == 1 else Unclear(partly)
    return focused(kind, context)


def named_in(kind: str, context: Context) -> list[str]:
    """The names of a kind in the text; the things that share one stretch of it are one choice."""
    return list(dict.fromkeys(m.entry.name for m in context.mentioned(kind)))


def _one_of(named: list[str]) -> str:
    """Of several things named in full, the first is meant; the others belong elsewhere."""
    return named[0]


def focused(kind: str, context: Context) -> str | Unclear | None:
    """The thing of a kind in focus, if the text points at it; where nothing is destroyed, also without pointing."""
    thing = context.memory.focus(kind)
    pointing = context.pointing
    if thing is not None and (pointing or not context.destroys or context.memory.focus(kind, now=True) is not None):
        return thing.name
    several = context.memory.listed(kind)
    if len(several) > 1 and pointing:
        return Unclear([t.name for t in several])
    known = [e.name for e in context.entries(kind)]
    if len(known) == 1 and not context.destroys and speaks_of(kind, context.text):
        return known[0]
    return None


def telling_words(kind: str, context: Context) -> tuple[list[str], bool]:
    """The words that could be part of a name of a kind, and whether any of them says something by itself."""
    noun = re.compile(rf"^(?:{NOUNS.get(kind, re.escape(kind) + 's?')})$")
    spoken = tokens(context.text)
    free = [t for t in spoken if context.free(t.start, t.end) and t.text not in STOP and not noun.match(t.text)]
    text = re.sub(r"\b\w+\s*=\s*\S+|(?<!\S)-\w+", lambda m: " " * len(m.group()), context.text)
    free = [t for t in free if text[t.start : t.end].strip() and (len(t.text) > 1 or t.text.isdigit())]
    joined = [m.span() for m in NAME_LIKE.finditer(context.text)]
    words = [t.text for t in free if not any(a <= t.start < b for a, b in joined)]
    own = [w for w in words if w not in context.common and not w.isdigit()]
    beside = [b.text for a, b in zip([None, *spoken], spoken, strict=False) if noun.match(b.text) and a is not None and a.text in words]
    ones = re.search(r"\b(?:the|that|this)\s+(\w+)\s+ones?\b", context.text, re.I)
    singled = ones is not None and ones.group(1).lower() in words
    strong = singled or bool(own) or bool(beside) or (any(w.isdigit() for w in words) and kind == "run")
    return words, strong


def partly_named(kind: str, context: Context) -> list[str]:
    """Names given in part: "the svm pipeline", "the churn one"; first among the things spoken of last."""
    words, strong = telling_words(kind, context)
    if not words or not strong:
        return []
    own = [w for w in words if w not in context.common and not (w.isdigit() and kind != "run")]
    near = beside_noun(kind, context)
    ones = re.search(r"\b(?:the|that|this)\s+(\w+)\s+ones?\b", context.text, re.I)
    near |= {ones.group(1).lower()} if ones else set()
    telling = [w for w in words if (w in own or w in near) and not (context.destroys and w in _ADJECTIVES)]
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
    return _shortened(words, found) or found


def _shortened(words: Sequence[str], among: Sequence[str]) -> list[str]:
    """The only one with a part that a word is cut short to, and the others have not: `en` of English."""
    parts = {name: {*normal(name).split()} for name in among}
    own = {name: {p for p in has if len(p) > 1 and sum(p in other for other in parts.values()) == 1} for name, has in parts.items()}
    fits = [name for name in among if any(w.startswith(p) and len(p) < len(w) for p in own[name] for w in words)]
    return fits if len(fits) == 1 else []


def _related(kind: str, words: Sequence[str], among: Sequence[str], context: Context) -> list[str]:
    """The things whose pipeline is called so, or whose name or experiment abbreviates a word: `img` for image."""
    stems = {w for w in words if len(w) > 2}
    facts = {e.name: normal(str(e.facts.get("pipeline", ""))).split() for e in context.entries(kind) if e.name in among}
    by_fact = [n for n in among if stems & {*facts.get(n, [])} or any(_short(part, word) for part in facts.get(n, []) for word in stems)]
    if by_fact:
        return by_fact
    named = {n: normal(n).split() for n in among}
    held = {e.name: normal(str(e.facts.get("experiment") or "")).split() for e in context.entries(kind) if e.name in among}
    for parts in (named, held):
        fits = [n for n in among if any(_abbreviates(p, word) or p.startswith(word) for p in parts.get(n, []) for word in stems)]
        if fits:
            return fits
    return []


def _short(part: str, word: str) -> bool:
    """Whether a word begins with a part of a name, as `cam` of camera."""
    return len(part) > 2 and word.startswith(part) and part not in STOP


def _abbreviates(short: str, word: str) -> bool:
    """Whether a short form is made of letters of the word in order, beginning alike."""
    letters = iter(word)
    return 2 <= len(short) < len(word) and short[0] == word[0] and all(letter in letters for letter in short)


def beside_noun(kind: str, context: Context) -> set[str]:
    """Words that stand right before or behind the noun of a kind: "the report bucket", "run 3"."""
    noun = NOUNS.get(kind, re.escape(kind) + "s?")
    found: set[str] = set()
    for match in re.finditer(rf"((?:[\w.-]+\s+){{0,2}})\b(?:{noun})\b(?:\s+([\w.-]+))?", context.text, re.I):
        found |= {t.text for t in tokens(match.group(1) + " " + (match.group(2) or ""))}
    return found - STOP


def unknown_name(kind: str, context: Context, only_beside: bool = False) -> str | None:
    """A name that nothing here has: the tool will answer with the nearest ones."""
    text = naming.without_values(context.text)
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
    if not candidates and kind in ("pipeline", "bucket", "run", "experiment"):
        asked = r"(?<!\bwhich )(?<!\bwhat )(?<!\bwhose )(?<!\bany )(?<!\beach )(?<!\bevery )"
        plain = re.search(rf"{asked}\b(?:{noun})\s+(?:called\s+|named\s+)?([a-z]{{4,}})\b", text, re.I)
        if plain and plain.group(1).lower() not in context.common and plain.group(1).lower() not in STOP:
            candidates.append(plain.group(1))
        placed = re.search(rf"\b(?:in|of|from|into|to)\s+(?:the\s+)?(?:{noun})\s+([a-z]{{4,}})\W*$", text, re.I)
        if placed and not candidates:
            candidates.append(placed.group(1))
    if kind == "pipeline" and "experiment" in context.kinds.values():
        inside = re.findall(r"\b(?:in|inside|within|under|into)\s+(?:the\s+)?(?:experiment\s+)?[\"'`]?([\w.-]*\w)", context.text, re.I)
        candidates = [c for c in candidates if c not in inside]
    parameters = {p for e in context.entries("pipeline") for p in e.facts.get("parameters", {})}
    return next((c for c in candidates if c not in parameters), None)
