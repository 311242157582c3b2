"""Ranking: which tool a step asks for. A dozen readable features of step and tool, weighed by numbers fitted on development data."""

import importlib.resources
import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache, lru_cache
from threading import Lock
from typing import Any, NamedTuple

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

Flags = NDArray[np.bool_]
Counts = NDArray[np.int64]
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
    r"^(?:[^:?]{3,120}(?::|,? so|[,.;](?= (?:(?:and|but|so|now) )?what (?:can|could|should|do) (?:i|we|one) do\b))\s+)?\W*"
    r"(?:(?:and|so|but|ok|hey|hi|hello|please)\W+)*"
    r"(?:how (?!(?:do|does|did) (?:the|my|our|things|it|they|these|those) (?:[\w-]+ )?looks?\b)(?:do|can|does|should|would|to|could)\b"
    r"|how (?:often|much|many|long|large|big|far) (?:should|may|must|does one)\b|what does it mean\b|what should\b"
    r"|is it (?:better|wise|ok)\b"
    r"|how long (?:are|is|do|does|can|will) [^,;.]*\b(?:valid|kept|stored|last|live|stay|good|remembered)\b"
    r"|what (?:can|could|should|do) (?:i|we|one) do\b"
    r"|what is the (?:right|best|usual|proper|common|recommended) |what (?:is"
    r"|are) (?:the )?(?:difference|meant|best|recommended)\b|what(?: is| are) (?:it )?(?:an?\b|[\"'`]|the (?:purpose|point|meaning|use))"
    r"|what does .* (?:mean|stand for|do in)\b|(?:can|could) you explain (?:what|how|why|the (?:concept|idea|difference))"
    r"|explain (?:what|how|why|the (?:concept|idea|difference)|to me (?:what|how|why))\b(?!\W*$)"
    r"|why (?:do|does|would|should|is it|use|are) "
    r"|(?:what is )?(?:the )?difference between\b|best practi|when (?:should|do|would)\b"
    r"|is (?:there|it) (?:\w+ )*(?:limit|possible|necessary|recommended|way|maximum)\b"
    r"|(?:(?:can|could) (?:you|someone|somebody|anyone) )?(?:please )?(?:tell|explain to) me how "
    r"(?:[\w-]+ ){1,3}(?:works?|protects?|helps?|differs?|behaves?|prevents?|affects?|interacts?)\b"
    r"|(?:tell me|i want to know|i would like to know) how (?:to|do|does|can) |what happens (?:if|when)\b|can (?:i|you|one"
    r"|we) \w+ .* (?:in|with) (?:kubeflow|minio|kfp|kubernetes)|what (?:is"
    r"|are) (?!still|currently|now|running|scheduled|going|happening|new|there|left|in|on|the|my|our|it|that|this"
    r"|wrong|up|planned|active|broken|failing|failed|dead|stuck|waiting|queued|red|left|old|big|late)"
    r"[\w-]+(?: [\w-]+){0,3}\W*$|what means\b|(?:please )?explain (?:to me |me )?(?:(?!it|this|that|why|what|how|the"
    r"|my|our|its|in)[\w-]+ ?){1,3}(?: (?:in|for|of|with) (?:pipelines?|kubeflow|minio|kfp|kubernetes|components?"
    r"|steps?))?(?: (?:to me|please))?\W*$|what (?:even )?is an?\b|what does (?:an? )?[\w -]+ do\W*$|can (?:an?|one"
    r"|two|several|multiple) (?:pipelines?|components?|steps?|runs?|buckets?|schedules?|tasks?|objects?"
    r"|experiments?)\b|in which \w+ (?:does|do|can|should) (?:one|i|you|we)\b|where (?:do|does|can|should) (?:i|one"
    r"|you|we) (?:set|configure|define|specify)\b"
    r"|does (?:(?!any|every|some|no)[a-z]+ing (?:an?|the|my|one) |an? (?:retry|pipeline|component|step|run|bucket"
    r"|schedule|task|experiment)\b)|how big can\b|how many can\b"
    r"|which \w+ (?:format|version|way|kind|sort) \w+|should i\b|do i (?:have|need) to\b|pros and cons)",
    re.I,
)

TOLD_OF = re.compile(r"\b(?:katib|kserve|kubeflow|kfp|dsl\.\w+|minio|kubernetes|seaweedfs|mlflow|argo)\b", re.I)
"""Products that the documentation tells of."""
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


class Candidate(NamedTuple):
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


@lru_cache(TAUGHT)
def _vocabulary(examples: tuple[str, ...]) -> frozenset[str]:
    """The words of examples, without their placeholders."""
    return frozenset(word for example in examples for word in words(re.sub(r"\{\w+\}", " ", example)))


class Ranker:
    """Ranks the tools in view for a step."""

    def __init__(self, tools: Sequence[ToolView], embedding: Embedding) -> None:
        self.tools = list(tools)
        self.examples = taught(tuple((t.name, tuple(t.examples)) for t in tools), embedding)
        self._ranked: dict[str, list[Candidate]] = {}
        self._names = _Marks(meanings(t.name.replace("_", " ")) for t in tools)
        self._verbs = _Marks(meanings(t.name.split("_")[0]) for t in tools)
        self._offers = _Offers(tools)
        self.vocabulary = _vocabulary(tuple(example for t in tools for example in t.examples))

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
        told = (chances, np.maximum(estimate, nearest), scores, column["verb"] > 0, complete)
        order = np.argsort(-scores, kind="stable")
        ranked = [Candidate(self.tools[i], *one) for i, *one in zip(order.tolist(), *(each[order].tolist() for each in told), strict=True)]
        if weights is None:
            if len(self._ranked) >= REMEMBERED:
                self._ranked.clear()
            self._ranked[step.text] = ranked
        return ranked

    def features(self, step: Shape, likeness: tuple[NDArray[np.float64], ...]) -> NDArray[np.float64]:
        """One row a tool, one column a feature."""
        said = meanings(step.text)
        acting = said & (self._verbs.known - _VAGUE)
        verb = self._verbs.any(acting)
        named = self._names.count(said) / self._names.sizes
        return np.stack([*likeness, named, verb, bool(acting) & ~verb, *self._offers.beside(step)], axis=1).astype(np.float64)


class _Marks:
    """Which tools are marked by which words."""

    def __init__(self, marks: Iterable[Collection[str]]) -> None:
        each = list(marks)
        self.sizes = np.array([max(1, len(one)) for one in each])
        self.known = frozenset(word for one in each for word in one)
        self._with = {word: np.array([word in one for one in each]) for word in self.known}

    def count(self, words: Iterable[str]) -> Counts:
        """How many of these words each tool has."""
        return _added((self._with[word] for word in words if word in self._with), len(self.sizes))

    def any(self, words: Iterable[str]) -> Flags:
        """The tools that have any of these words."""
        return self.count(words) > 0


class _Offers:
    """What a step offers to the arguments of each tool."""

    def __init__(self, tools: Sequence[ToolView]) -> None:
        self._number = len(tools)
        self._takes, self._needs, self._lists = (
            _Marks(t.takes for t in tools),
            _Marks(t.needs for t in tools),
            _Marks(t.lists for t in tools),
        )
        self._query = self._takes.any(["query"])
        self._effects = {effect: np.array([t.effect == effect for t in tools]) for effect in ("read", "write", "destroy")}

    def beside(self, step: Shape) -> list[NDArray[Any]]:
        """The features from `taken` on, each for all tools."""
        kinds = step.kinds
        things = [set(k) for k in kinds if set(k) & _THINGS]
        values = [k[0] for k in kinds if k[0] in _VALUES and not set(k) & _THINGS]
        everything = EVERYTHING.search(step.text) is not None or bool({"pattern", "prefix"} & set(values))
        present = {kind for thing in things for kind in thing}
        taken = _added((self._takes.any(k for kind in thing for k in _TAKES.get(kind, {kind})) for thing in things), self._number)
        used = _added((self._used(value) for value in values), self._number)
        wanted = _THINGS - present - ({"run"} if "pipeline" in present else set()) if things or values else ()
        unnamed = _added((self._unnamed(kind, everything) for kind in wanted), self._number)
        told = {k for value in values for k in _TAKES[value]} if not any("name" in k for k in kinds) else _NEEDED
        missing = self._needs.count(_NEEDED - told)
        needless = self._needs.any(_THINGS) & (not things and PRONOUN.search(step.text) is None)
        asked = ~self._effects["read"] & (QUESTION.search(step.text) is not None)
        howto = self._query & (HOW_TO.search(step.text) is not None)
        return [
            (taken == len(things)) & bool(things),
            len(things) - taken,
            needless,
            unnamed,
            used,
            len(values) - used,
            missing,
            asked,
            howto,
            self._query & bool(things),
            self._effects["write"],
            self._effects["destroy"],
        ]

    def _used(self, value: str) -> Flags:
        """The tools that a value fits."""
        return self._takes.any(_TAKES[value]) | self._lists.any({"object"} if value in ("pattern", "prefix") else ())

    def _unnamed(self, kind: str, everything: bool) -> Flags:
        """The tools that need a thing of a kind by name; those that take several need none where all are meant."""
        return self._needs.any([kind]) & ~self._lists.any([kind] if everything else ())


def _added(flags: Iterable[Flags], number: int) -> Counts:
    """How many of these are true, for each of so many tools."""
    counts = np.zeros(number, dtype=np.int64)
    for flag in flags:
        counts += flag
    return counts


def meanings(text: str) -> set[str]:
    """What the words of a text mean, by synonyms, else their stems."""
    found: set[str] = set()
    for word in words(text):
        groups = lexicon().groups.get(word) or lexicon().groups.get(stem(word))
        found |= {min(groups)} if groups else {stem(word)}
    return found


def completed_first(ranked: list[Candidate]) -> list[Candidate]:
    """The second before the first, if it is nearly as likely and only for it the step names all that is needed, or it is a removal that
    was spoken of and no less like it; never a change before a look or the other way round, nor before what the step has the verb of."""
    if len(ranked) < 2 or (ranked[0].tool.effect == "read") != (ranked[1].tool.effect == "read"):
        return ranked
    first, second = ranked[:2]
    swapped = [second, first, *ranked[2:]]
    if second.chance < NEARLY * first.chance or (first.spoken and not second.spoken):
        return ranked
    if second.tool.effect == "destroy" and second.spoken and not first.spoken and second.likeness >= first.likeness:
        return swapped
    return swapped if second.complete and not first.complete else ranked
