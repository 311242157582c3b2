"""Ranking: which tool a step asks for. A dozen readable features of step and tool, weighed by numbers fitted on development data."""

import importlib.resources
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from swarm.planner.examples import Examples
from swarm.planner.features import Embedding
from swarm.planner.language import stem, words
from swarm.planner.lessons import lessons
from swarm.planner.lexicon import lexicon
from swarm.planner.references import DOCUMENTS, EVERYTHING, PRONOUN
from swarm.planner.shape import Shape
from swarm.planner.toolview import ToolView

FEATURES = (
    "estimate", "nearest", "meaning", "name", "verb", "wrong_verb", "taken", "unused", "needless", "unnamed",
    "values", "unused_values", "missing_values", "asked", "howto", "named_howto", "write", "destroy",
)  # fmt: skip
_TAKES: Mapping[str, frozenset[str]] = {
    "pipeline": frozenset({"pipeline", "run"}),
    "bucket": frozenset({"bucket"}),
    "object": frozenset({"object", "path", "new_key"}),
    "path": frozenset({"path", "object", "new_key", "document"}),
    "document": frozenset({"document", "path"}),
    "setting": frozenset({"arguments", "tags"}),
    "cron": frozenset({"cron"}),
    "duration": frozenset({"minutes", "days"}),
    "pattern": frozenset({"pattern"}),
    "prefix": frozenset({"prefix", "path", "new_key"}),
    "address": frozenset({"bucket", "object", "path", "pipeline_steps"}),
    "name": frozenset({"new_name", "step", "artifact", "run", "pipeline", "experiment", "bucket", "schedule", "version", "metric"}),
}
"""For a placeholder: the kinds of arguments that it can fill."""
_THINGS = frozenset({"pipeline", "run", "experiment", "schedule", "bucket", "object", "document"})
_VALUES = frozenset({"setting", "cron", "duration", "pattern", "path", "prefix", "address"})
REMEMBERED = 500
"""Rankings kept, for one decision asks for the same several times."""
TAUGHT = 32
"""Sets of examples that are kept learnt."""
NEARLY = 0.1
"""Part of the first tool's chance from which the second counts as nearly as likely."""
_VAGUE = frozenset({"list", "show", "find", "metric", "run", "log", "plot"})
"""Meanings of verbs that many requests have which ask for something else."""
_NEEDED = frozenset({"cron", "path", "pattern", "tags", "pipeline_steps", "days", "new_name", "column", "version"})
QUESTION = re.compile(
    r"^\W*(?:(?:and|so|but|ok|okay|well|hey|hi|hello|please|also|then)\W+)*(?:what|who|why|when"
    r"|where|which|is|are|does|do|did|was|were|has|have|how|any|can i|could i|should)\b"
    r"|\?\s*$",
    re.I,
)
HOW_TO = re.compile(
    r"^(?:[^:?]{3,120}(?::|,? so)\s+)?\W*"
    r"(?:(?:and|so|but|ok|hey|hi|hello|please)\W+)*(?:how (?:do|can|does|should|would|to|could)\b"
    r"|how (?:often|much|many|long|large|big|far) (?:should|may|must|does one)\b|what does it mean\b|what should\b"
    r"|is it (?:better|wise|ok)\b"
    r"|what is the (?:right|best|usual|proper|common|recommended) |what (?:is"
    r"|are) (?:the )?(?:difference|meant|best|recommended)\b|what(?: is| are) (?:an?\b|the (?:purpose|point|meaning|use))"
    r"|what does .* (?:mean|stand for|do in)\b|(?:can|could) you explain (?:what|how|why|the (?:concept|idea|difference))"
    r"|explain (?:what|how|why|the (?:concept|idea|difference)|to me (?:what|how|why))\b(?!\W*$)"
    r"|why (?:do|does|would|should|is it|use|are) "
    r"|(?:what is )?(?:the )?difference between\b|best practi|when (?:should|do|would)\b"
    r"|is (?:there|it) (?:\w+ )*(?:limit|possible|necessary|recommended|way|maximum)\b"
    r"|(?:tell me|i want to know|i would like to know) how (?:to|do|does|can) |what happens (?:if|when)\b|can (?:i|you|one"
    r"|we) \w+ .* (?:in|with) (?:kubeflow|minio|kfp|kubernetes)|what (?:is"
    r"|are) (?!still|currently|now|running|scheduled|going|happening|new|there|left|in|on|the|my|our|it|that|this|wrong|up|planned|active)"
    r"[\w-]+(?: [\w-]+){0,3}\W*$|what means\b|what (?:even )?is an?\b|what does (?:an? )?[\w -]+ do\W*$|how big can\b|how many can\b"
    r"|which \w+ (?:format|version|way|kind|sort) \w+|should i\b|do i (?:have|need) to\b|pros and cons)",
    re.I,
)

CONSULTS = re.compile(
    rf"\b(?:according to|as per|based on)\s+(?:\w+\s+){{0,2}}{DOCUMENTS}\b"
    rf"|\b(?:what|where|whether|if|which|how|do|does)\b[^.;]*\b{DOCUMENTS}\s+(?:\w+\s+)?"
    r"(?:say|tell|mention|cover|state|explain|describe|recommend|suggest|advise|have to say|know)s?\b"
    rf"|\b(?:look|search|check|read|browse)\b[^.;]*\b(?:in|through|the|our|my)\s+{DOCUMENTS}\s+(?:for|about|on|whether|if|how|what)\b"
    r"|\b(?:anything|something|what|where|look up|written|stands?|says?|described|explained|find)\b"
    rf"[^.;]*\bin (?:the |our |my )?{DOCUMENTS}\b"
    rf"|\b(?:check|consult|see|ask)\s+(?:the |our |my )?{DOCUMENTS}\b(?!\.)",
    re.I,
)
"""Asks what stands in the documentation."""


@dataclass(frozen=True)
class Candidate:
    """A tool, how likely it is meant among all, and how much the step is like it at all (0 nothing, about 1 an example)."""

    tool: ToolView
    chance: float
    likeness: float
    score: float
    spoken: bool = False
    """Whether the step has the verb of the tool's name."""
    complete: bool = False
    """Whether the step names all that the tool needs, and something at all."""


@cache
def fitted() -> NDArray[np.float64]:
    """The weights of the features, from the data file that the fitting script writes."""
    stored = json.loads(importlib.resources.files("swarm.planner").joinpath("weights.json").read_text("utf-8"))
    return np.array([stored["weights"].get(name, 0.0) for name in FEATURES])


_learning = Lock()


def taught(examples: tuple[tuple[str, tuple[str, ...]], ...], embedding: Embedding) -> Examples:
    """What the examples of each tool teach; once in a process, as every assistant has the same tools.

    Who asks meanwhile waits: twenty that learn the same at once (tools of other packages are not in the file) keep each other from ending.
    """
    with _learning:
        return _learnt(examples, embedding)


@lru_cache(TAUGHT)
def _learnt(examples: tuple[tuple[str, tuple[str, ...]], ...], embedding: Embedding) -> Examples:
    return lessons(embedding).examples(dict(examples), embedding)


class Ranker:
    """Ranks the tools in view for a step."""

    def __init__(self, tools: Sequence[ToolView], embedding: Embedding) -> None:
        self.tools = list(tools)
        self.examples = taught(tuple((t.name, tuple(t.examples)) for t in tools), embedding)
        self._ranked: dict[str, list[Candidate]] = {}
        self._names = [_meanings(t.name.replace("_", " ")) for t in tools]
        self._verbs = [_meanings(t.name.split("_")[0]) for t in tools]
        self._all_verbs = {verb for verbs in self._verbs for verb in verbs} - _VAGUE
        self.vocabulary = {word for t in tools for e in t.examples for word in words(re.sub(r"\{\w+\}", " ", e))}

    def rank(self, step: Shape, weights: NDArray[np.float64] | None = None) -> list[Candidate]:
        """All tools, the most likely first."""
        if weights is None and step.text in self._ranked:
            return self._ranked[step.text]
        if not self.tools:
            return []
        estimate, nearest, meaning = self.examples.likeness(step)
        features = self.features(step, (estimate, nearest, meaning))
        scores = features @ (fitted() if weights is None else weights)
        column = {name: features[:, number] for number, name in enumerate(FEATURES)}
        complete = (column["taken"] > 0) & (column["unnamed"] == 0) & (column["missing_values"] == 0) & (column["unused_values"] == 0)
        chances = np.exp(scores - scores.max())
        chances /= chances.sum()
        order = np.argsort(-scores, kind="stable")
        ranked = [
            Candidate(
                self.tools[i],
                float(chances[i]),
                float(max(estimate[i], nearest[i])),
                float(scores[i]),
                bool(column["verb"][i]),
                bool(complete[i]),
            )
            for i in order
        ]
        if weights is None:
            if len(self._ranked) >= REMEMBERED:
                self._ranked.clear()
            self._ranked[step.text] = ranked
        return ranked

    def features(self, step: Shape, likeness: tuple[NDArray[np.float64], ...]) -> NDArray[np.float64]:
        """One row a tool, one column a feature."""
        estimate, nearest, meaning = likeness
        said = _meanings(step.text)
        about = _About(step)
        acting = said & self._all_verbs
        rows = [
            (
                estimate[i],
                nearest[i],
                meaning[i],
                len(name & said) / max(1, len(name)),
                float(bool(self._verbs[i] & acting)),
                float(bool(acting) and not self._verbs[i] & acting),
                *about.beside(tool),
            )
            for i, (tool, name) in enumerate(zip(self.tools, self._names, strict=True))
        ]
        return np.array(rows, dtype=np.float64)


class _About:
    """What a step offers to a tool's arguments."""

    def __init__(self, step: Shape) -> None:
        kinds = step.kinds
        self.things = [set(k) for k in kinds if set(k) & _THINGS]
        self.values = [k[0] for k in kinds if k[0] in _VALUES and not set(k) & _THINGS]
        self.pointing = PRONOUN.search(step.text) is not None
        self.asking = QUESTION.search(step.text) is not None
        self.howto = HOW_TO.search(step.text) is not None
        self.everything = EVERYTHING.search(step.text) is not None or bool({"pattern", "prefix"} & set(self.values))
        self.any_name = any("name" in k for k in kinds)

    def beside(self, tool: ToolView) -> tuple[float, ...]:
        takes, needs = tool.takes, tool.needs
        taken = sum(any(_TAKES.get(kind, {kind}) & takes for kind in thing) for thing in self.things)
        values = sum(bool(_TAKES[value] & takes) or (value in ("pattern", "prefix") and "object" in tool.lists) for value in self.values)
        present = {kind for thing in self.things for kind in thing}
        lists = tool.lists if self.everything else frozenset()
        unnamed = len([k for k in needs & _THINGS - lists if k not in present and not (k == "run" and "pipeline" in present)])
        missing = len([k for k in needs & _NEEDED if not any(k in _TAKES[v] for v in self.values)]) if not self.any_name else 0
        query = "query" in takes
        return (
            float(bool(self.things) and taken == len(self.things)),
            float(len(self.things) - taken),
            float(not self.things and not self.pointing and bool(needs & _THINGS)),
            float(unnamed if self.things or self.values else 0),
            float(values),
            float(len(self.values) - values),
            float(missing),
            float(self.asking and tool.effect != "read"),
            float(self.howto and query),
            float(query and bool(self.things)),
            float(tool.effect == "write"),
            float(tool.effect == "destroy"),
        )


def _meanings(text: str) -> set[str]:
    """What the words of a text mean, by synonyms, else their stems."""
    found: set[str] = set()
    for word in words(text):
        groups = lexicon().groups.get(word) or lexicon().groups.get(stem(word))
        found |= {min(groups)} if groups else {stem(word)}
    return found


def completed_first(ranked: list[Candidate]) -> list[Candidate]:
    """The second before the first, if it is nearly as likely and only for it the step names all that is needed; never a change before a
    look, nor the other way round."""
    if len(ranked) < 2 or (ranked[0].tool.effect == "read") != (ranked[1].tool.effect == "read"):
        return ranked
    if ranked[0].complete or not ranked[1].complete or ranked[1].chance < NEARLY * ranked[0].chance:
        return ranked
    return [ranked[1], ranked[0], *ranked[2:]]
