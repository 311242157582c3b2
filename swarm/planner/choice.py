"""The choice of a tool for a step, or of none."""

import math
import re
from collections.abc import Mapping

from swarm.planner import caution
from swarm.planner.conditions import unconditional
from swarm.planner.language import STOP, stem, words
from swarm.planner.lexicon import lexicon
from swarm.planner.pasted import spoken
from swarm.planner.ranking import HOW_TO, QUESTION, TOLD_OF, Candidate, Ranker, completed_first
from swarm.planner.reader import Reader, Understood
from swarm.planner.readings import readings
from swarm.planner.references import NOUNS, PREVIOUS, PRONOUN, Memory, speaks_of
from swarm.planner.relevance import Relevance
from swarm.planner.requests import Requests
from swarm.planner.shape import Shape
from swarm.planner.toolview import ToolView, noun_forms
from swarm.planner.wording import AGAIN, ASIDE, ASKED, DO_THE_SAME, ELLIPSIS, IT, LAST_ONE, NOTED, ONES, WISH

FITS = 0.30
"""Likeness to a tool's examples from which the tool is taken to be meant."""
DESTROYS = 0.42
"""The same where the tool removes or overwrites."""
MADE = 0.75
"""The same where a new thing is made and nothing says of what kind."""
TAKEN = 0.55
"""The same where something is taken in from a file."""
KNOWN = 0.8
"""Likeness from which even what sounds like a general question is what an example asks."""
FOREIGN = 4.0
"""What a tool loses where a step only points, and nothing was spoken of that the tool could take."""
_FROM = re.compile(r"\b(?:from|out of|in|inside|within)\s+(?:the\s+|my\s+|our\s+)?(?:bucket\s+)?[\"'`]?$", re.I)
"""Before a name: what is meant lies in that thing."""
_MAY_WE = re.compile(r"^\W*(?:(?:and|so|ok|hey|hi|hello|please)\W+)*(?:can|could) we\b(?!.*\b(?:if|when|still|ever|also)\b)", re.I)
"""Asks for what "we" can do; with names that exist, a wish."""


class Choice:
    """Chooses among the tools in view."""

    def __init__(
        self,
        tools: Mapping[str, ToolView],
        ranker: Ranker,
        reader: Reader,
        relevance: Relevance,
        requests: Requests,
    ) -> None:
        self._tools = tools
        self._ranker = ranker
        self._reader = reader
        self._relevance = relevance
        self._requests = requests

    def ranked(self, step: Understood, memory: Memory) -> list[Candidate]:
        """The tools for a step, the most likely first; what the step only asks about changes nothing."""
        text = unconditional(caution.allowed_part(step.text), self._reader.link, self._requests.begins_step)
        first = step.shape if text == step.text else self._reader.shaped(text, self._reader.link(text))
        spoken_of = memory.kinds(listed=True)[:1]
        if spoken_of and LAST_ONE.search(text) and spoken_of != ["run"]:
            first = Shape(first.text.replace("{run}", f"{{{spoken_of[0]}}}", 1))
        best: list[Candidate] = []
        top = -math.inf
        core = self._requests.core(first.text)
        for variant, doubt in readings(first, memory, self._reader.catalogue.kinds, self._requests.begins_step, core):
            candidates = _offered(self._ranker.rank(variant), variant, memory)
            if candidates and candidates[0].score - doubt > top:
                best, top = candidates, candidates[0].score - doubt
        wished = _MAY_WE.match(step.text) and any(m.exact for m in step.found) and best[:1] and best[0].tool.effect == "write"
        if caution.only_asks(step.text) and not wished and best and best[0].tool.effect != "read":
            best = [c for c in best if c.tool.effect == "read"]
        places = _places(step)
        best = [c for c in best if c.tool.effect != "destroy" or len(c.tool.needs) != 1 or not c.tool.needs <= places] or best
        if ASKED.search(step.text):
            best = [c for c in best if not c.tool.takes & NOTED]
        return completed_first(best)

    def best(self, step: str, memory: Memory) -> Candidate | None:
        """The tool that fits a step best; None where nothing does."""
        seen = self._reader.understood(step)
        repeated = self.repeated(seen, memory)
        if repeated is not None:
            return repeated
        ranked = self.ranked(seen, memory)
        readers = [c for c in ranked if "query" in c.tool.takes]
        if readers and (self._relevance.consults(seen) or (caution.supposes(seen.text) and self._relevance.of_the_field(seen))):
            return readers[0]
        named = [m for m in seen.found if m.exact or "." in m.entry.name]
        asks = QUESTION.search(seen.text) or re.search(r"\b(?:tell me|explain|describe|what)\b", seen.text, re.I)
        told = TOLD_OF.search(seen.text) is not None and asks is not None
        general = (told or HOW_TO.search(seen.text) is not None) and not named and not (PRONOUN.search(seen.text) and memory.calls)
        if (
            readers
            and general
            and ranked[0].tool is not readers[0].tool
            and (ranked[0].likeness < KNOWN or self._lacks(ranked[0].tool, seen))
        ):
            return readers[0] if self._relevance.of_the_field(seen) or self._relevance.relates(seen) else None
        if not ranked or ranked[0].likeness + (0.15 if ranked[0].complete else 0.0) < (
            DESTROYS if ranked[0].tool.effect == "destroy" and not ranked[0].spoken else FITS
        ):
            wants = (QUESTION.search(seen.text) or HOW_TO.search(seen.text)) is not None and not WISH.search(seen.text)
            return readers[0] if readers and wants and not named and self._relevance.of_the_field(seen) else None
        if _unmeant(ranked[0], seen):
            return None
        if "query" in ranked[0].tool.takes and not self._relevance.of_the_field(seen):
            return None
        ranked = self._again(ranked, seen, memory)
        goes_on = ELLIPSIS.search(seen.text) is not None and bool(memory.calls)
        if ranked[0].tool.effect != "read" and (not spoken(step) or (self._relevance.noise(seen) and not goes_on)):
            return None
        return ranked[0]

    def _lacks(self, tool: ToolView, seen: Understood) -> bool:
        """Whether a tool needs a thing that a step neither names nor points at."""
        return bool(tool.needs & set(NOUNS)) and not seen.found and not PRONOUN.search(seen.text) and "{" not in seen.shape.text

    def repeated(self, seen: Understood, memory: Memory) -> Candidate | None:
        """The last call's tool, for a short "and the churn one?" that names another thing but nothing to do."""
        last = next((c for c in reversed(memory.calls) if c.ok and c.tool in self._tools), None)
        said = [w for w in words(seen.text) if w not in STOP]
        if last is None or not ELLIPSIS.search(seen.text) or len(said) > 6:
            return None
        if self._tools[last.tool].effect == "destroy" and not (DO_THE_SAME.match(seen.text) and any(m.exact for m in seen.found)):
            return None
        tool = self._tools[last.tool]
        if "{setting}" in seen.shape.text and not {"arguments", "tags"} & tool.takes:
            return None
        names = {w for m in seen.found for w in words(m.entry.name)}
        telling = [w for w in said if w not in names and w in self._ranker.vocabulary and w not in ASIDE and not w.isdigit()]
        kinds = {m.entry.kind for m in seen.found}
        if [w for w in telling if not self._reader.linker.is_name_word(w) and not any(re.fullmatch(n, w) for n in NOUNS.values())]:
            return None
        if (
            kinds & tool.takes
            or (not kinds and any(self._reader.linker.is_name_word(w) for w in said if w not in self._reader.common))
            or (PREVIOUS.search(seen.text) and "run" in tool.takes and memory.focus("run") is not None)
            or ("{setting}" in seen.shape.text and "arguments" in tool.takes)
            or ("{number}" in seen.shape.text and isinstance(last.args.get("arguments"), dict))
            or any(set(k) & tool.takes for k in seen.shape.kinds)
        ):
            return Candidate(tool, 1.0, 1.0, 0.0)
        return None

    def _again(self, ranked: list[Candidate], seen: Understood, memory: Memory) -> list[Candidate]:
        """What did not succeed is retried when it is to be done again; what did succeed is done anew where something is changed."""
        starts, retries = ({"pipeline"}, {"run"})
        first = ranked[0].tool
        if first.needs not in (starts, retries) or "arguments" not in first.takes or "cron" in first.takes or not AGAIN.search(seen.text):
            return ranked
        if any(m.entry.kind == "pipeline" for m in seen.found):
            return ranked
        named = next((m.entry.name for m in seen.found if m.entry.kind == "run"), None)
        focus = memory.focus("run")
        name = named or (focus.name if focus else "")
        state = next((e.facts.get("state") for e in self._reader.catalogue.entries("run") if e.name == name), None)
        needs = retries if state in ("failed", "canceled") else starts if state == "succeeded" and "{setting}" in seen.shape.text else None
        if needs is None or first.needs == needs or "retry" in words(seen.text):
            return ranked
        return [c for c in ranked if c.tool.needs == needs and "arguments" in c.tool.takes and "cron" not in c.tool.takes][:1] or ranked


def _places(step: Understood) -> set[str]:
    """The kinds of things that what is meant only lies in: a bucket, in "delete a from b" and in "the csv in there is wrong, delete it"."""
    found = {m.entry.kind for m in step.found}
    places = {m.entry.kind for m in step.found if _FROM.search(step.text[: m.start]) and not _pointed_at(m.entry.kind, step.text[m.end :])}
    unnamed = speaks_of("object", step.text) and not speaks_of("bucket", step.text) and "bucket" not in found
    return places | {"bucket"} if unnamed else places


def _pointed_at(kind: str, text: str) -> bool:
    """Whether a text speaks of "that run" or the like."""
    return re.search(rf"\b(?:this|that|the)\s+(?:{NOUNS.get(kind, kind)})\b", text, re.I) is not None


def _unmeant(best: Candidate, seen: Understood) -> bool:
    """Whether a tool that makes something by its name alone, or of one file among several, is not meant, as nothing says what to make."""
    tool, text = best.tool, seen.shape.text.lower()
    sure = MADE if tool.needs == {"new_name"} else TAKEN if tool.needs == {"path"} and len(seen.shape.kinds) > 1 else 0.0
    if tool.effect == "read" or best.likeness > sure or ONES.search(text):
        return False
    said = {g for word in words(text) for g in (lexicon().groups.get(word) or lexicon().groups.get(stem(word)) or ())}
    return not any(form in text or lexicon().groups.get(form, frozenset()) & said for form in noun_forms(tool.name))


def _offered(ranked: list[Candidate], shape: Shape, memory: Memory) -> list[Candidate]:
    """For a step that only points, tools for such things as were spoken of before those for others."""
    spoken_of = set(memory.kinds(listed=True))
    if not spoken_of or any(set(kinds) & set(NOUNS) for kinds in shape.kinds) or not IT.search(shape.text):
        return ranked
    spoken_of |= ({"pipeline"} if "run" in spoken_of else set()) | ({"bucket"} if "object" in spoken_of else set())
    foreign = [c._replace(score=c.score - FOREIGN) if c.tool.needs & set(NOUNS) - spoken_of else c for c in ranked]
    return sorted(foreign, key=lambda c: -c.score)
