"""Runs and pipelines, as a text means them, and the values for their parameters."""

import re
from collections.abc import Sequence

from swarm.planner.context import Args, Context, Unclear
from swarm.planner.language import STOP, tokens
from swarm.planner.lexicon import phrased
from swarm.planner.linking import squashed
from swarm.planner.numerals import in_digits
from swarm.planner.parameters import NUMBER, literal, settings
from swarm.planner.references import ALL, LATEST, PREVIOUS, before, referred
from swarm.planner.things import existing, named_in, partly_named
from swarm.planner.wording import AGAIN, ELLIPSIS
from tools.states import states
from tools.tool import Entry

_PAIR = re.compile(r"\b(?:last|latest|newest|recent)\s+(\d)\b|\b(\d)\s+(?:\w+\s+)?(?:latest|newest|most recent|last)\b", re.I)
_FIRST_OF = re.compile(r"\bfirst\s+(\d)\b", re.I)
_THE_RUNS = re.compile(r"\b(?:the|these|those|all|of)\s+(?:[\w-]+\s+){0,3}(?:runs|jobs|trainings|models)\b", re.I)
_SERIES = re.compile(
    r"\b(?:the|all|both|my|our)\s+(?:(?:two|three|four|\d)\s+)?([\w.-]*[\w.])[-_]?\s+(?:runs|jobs|trainings|models)\b", re.I
)
"""Runs by what their names begin with: "the two curve_v3 runs"."""
_OF_SERIES = re.compile(r"\b(?:of|from|in) (?:the )?([\w.-]*[\w.])[-_]?\s+(?:series|family|runs)\b", re.I)
_INSTEAD = re.compile(rf"\b(?:with|at|for|but|to|using)\s+({NUMBER})\W*$", re.I)
MOST = 8
"""Runs that are compared where none is named."""


def run(name: str, context: Context, args: Args) -> str | Unclear | None:
    """The run that the text means: named, pointed at, the newest of a pipeline, the one before, the latest."""
    named = named_in("run", context)
    if named:
        return named[0]
    runs = context.entries("run")
    pointed = referred("run", context.text, context.memory, context.entries)
    if len(pointed) == 1:
        return pointed[0]
    ending = [] if "arguments" in context.kinds.values() else _ending(context, [])
    if len(ending) == 1:
        return ending[0]
    pipelines = named_in("pipeline", context) or ([] if partly_named("run", context) else partly_named("pipeline", context))
    of_pipeline = [e.name for e in runs if e.facts.get("pipeline") in pipelines]
    if of_pipeline:
        wanted = states(phrased(context.text))
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
    return existing("run", name, context, args)


def pipeline(name: str, context: Context, args: Args) -> str | Unclear | None:
    """A pipeline, or that of the run which is to be repeated."""
    found = named_in("pipeline", context)
    if found:
        return found[0]
    runs = named_in("run", context)
    facts = {e.name: e.facts for e in context.entries("run")}
    if runs:
        return str(facts[runs[0]].get("pipeline")) if facts.get(runs[0], {}).get("pipeline") else None
    partly = existing("pipeline", name, context, args)
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
        if given and all(s.name in entry.facts.get("parameters", {}) for s in given):
            fits.append(entry.name)
    if not fits:
        return None
    return fits[0] if len(fits) == 1 and not context.destroys else Unclear(fits)


def arguments(name: str, context: Context, args: Args) -> Args | None:
    """The values given for the pipeline's parameters."""
    pipeline = args.get("pipeline")
    if pipeline is None and "run" in args:
        pipeline = next((e.facts.get("pipeline") for e in context.entries("run") if e.name == args["run"]), None)
    entry = next((e for e in context.entries("pipeline") if e.name == pipeline), None)
    spans = [(m.start, m.end) for m in context.found]
    found = settings(context.text, entry.facts.get("parameters", {}) if entry else {})
    given = {s.name: s.value for s in found if not any(a <= s.start and s.end <= b for a, b in spans)}
    return given or _changed(context, args) or None


def _changed(context: Context, args: Args) -> Args:
    """The arguments of the call before with another number for the only one they have: "and the same with 90"."""
    said = _INSTEAD.search(context.text)
    last = next((call.args for call in reversed(context.memory.calls) if call.ok and isinstance(call.args.get("arguments"), dict)), None)
    if said is None or last is None or not (ELLIPSIS.search(context.text) or AGAIN.search(context.text)):
        return {}
    before: Args = last["arguments"]
    numbers = [name for name, value in before.items() if isinstance(value, int | float) and not isinstance(value, bool)]
    same = args.get("pipeline") in (None, last.get("pipeline")) and len(numbers) == 1
    return {**before, numbers[0]: literal(said.group(1))} if same else {}


def run_list(context: Context, args: Args) -> list[str] | Unclear | None:
    """Two or more runs: those named, the last few, those spoken of, or the one spoken of and the one before it."""
    named = named_in("run", context)
    if len(named) >= 2:
        return named
    entries = context.entries("run")
    counted = in_digits(context.text)
    first_of = _FIRST_OF.search(counted)
    if first_of and len(context.memory.listed("run")) > 1:
        return [t.name for t in context.memory.listed("run")][: int(first_of.group(1))]
    pair = _PAIR.search(counted)
    if pair:
        pipelines = named_in("pipeline", context) or partly_named("pipeline", context)
        fitting = [e.name for e in entries if not pipelines or e.facts.get("pipeline") in pipelines]
        return fitting[: int(pair.group(1) or pair.group(2))] if len(fitting) >= 2 else None
    short = list(dict.fromkeys([*named, *_ending(context, named)]))
    if len(short) >= 2:
        return short
    pipelines = [] if named else named_in("pipeline", context) or partly_named("pipeline", context)
    if pipelines and _THE_RUNS.search(context.text):
        return None if "pipeline" in args else _worth_comparing([e for e in entries if e.facts.get("pipeline") in pipelines])
    begun = [] if named else _series(context)
    if len(begun) > 1:
        return begun
    listed = [t.name for t in context.memory.listed("run")]
    if (ALL.search(context.text) or _THE_RUNS.search(context.text)) and not named:
        spoken = listed if len(listed) >= 2 else context.memory.gathered("run")
        ended = [n for n in spoken if n not in {e.name for e in entries if e.facts.get("state") in ("running", "pending")}]
        if len(spoken) >= 2:
            return ended[:MOST] if len(ended) >= 2 else spoken[:MOST]
    return _beside(context, named, short)


def _beside(context: Context, named: list[str], short: Sequence[str]) -> list[str] | None:
    """The run that is named or spoken of, and the one that it is compared with."""
    entries = context.entries("run")
    focus = context.memory.focus("run")
    newest = entries[0].name if entries else None
    latest = newest if LATEST.search(re.sub(r"\blast one\b", "", context.text)) else None
    first = named[0] if named else latest or (focus.name if focus else None)
    if first is None:
        return None
    if named and focus and focus.name != named[0]:
        return [focus.name, named[0]]
    if short and short[0] != first:
        return [first, short[0]]
    partly = [n for n in partly_named("run", context) if n != first]
    if len(partly) == 1:
        return [first, partly[0]]
    if PREVIOUS.search(context.text) or re.search(r"\b(?:before|other|last)\b", context.text, re.I):
        earlier = before(first, entries)
        return [first, earlier] if earlier else None
    return named or None


def _worth_comparing(runs: Sequence[Entry]) -> list[str] | None:
    """Those that succeeded, if these are several, else those that ended, else all."""
    among = ({"succeeded"}, {"succeeded", "failed", "canceled"})
    few = ([e.name for e in runs if e.facts.get("state") in states_] for states_ in among)
    return next((names for names in few if len(names) > 1), [e.name for e in runs])[:MOST] or None


def _series(context: Context) -> list[str]:
    """The runs whose names begin as the text says."""
    said = _SERIES.search(context.text)
    lead = squashed(said.group(1)) if said else ""
    return [e.name for e in context.entries("run") if lead and squashed(e.name).startswith(lead)][:MOST]


def _ending(context: Context, named: Sequence[str]) -> list[str]:
    """Runs said by the last part of their names alone, "01 and 02", "v2", "the b one": of those spoken of, else of the series spoken of,
    else, for a number, the only ones that have it."""
    focus = context.memory.focus("run")
    lead = (named or [focus.name if focus else ""])[0]
    among = [t.name for t in context.memory.several("run")]
    among += [e.name for e in context.entries("run") if lead and _parted(e.name)[0] == _parted(lead)[0] and e.name not in among]
    series = _OF_SERIES.search(context.text)
    if series:
        among += [e.name for e in context.entries("run") if squashed(e.name).startswith(squashed(series.group(1))) and e.name not in among]
    found: list[str] = []
    for token in tokens(context.text):
        said = token.text.lstrip("0") or token.text
        article = token.text in STOP and not re.match(
            r"\s+one\b|\W*$|\s*(?:,|and|or|vs|with|against)\s+[a-z\d]{1,2}\b", context.text[token.end :]
        )
        option = re.search(r"(?:^|\s)-$", context.text[: token.start]) is not None
        if not context.free(token.start, token.end) or article or option or not re.fullmatch(r"[a-z]|[a-z]{0,2}\d+", said):
            continue
        fits = [n for n in among if _parted(n)[1] == said]
        if not fits and said.isdigit():
            fits = [n for n in context.linker.partly("run", [said]) if re.search(r"\d+$", n)]
        found += fits if len(fits) == 1 else []
    return list(dict.fromkeys(found))


def _parted(name: str) -> tuple[str, str]:
    """A name without its last part, and that part: a number, a letter, or a letter with a number."""
    found = re.search(r"(?<![a-z])[a-z]?0*(\d+)$|(?<![a-z])([a-z])$|0*(\d+)$", name.lower())
    if found is None:
        return name.lower(), ""
    letter = found.group() if found.group()[0].isalpha() else ""
    return name.lower()[: found.start()], letter or found.group().lstrip("0")
