"""Deciding: which call answers the next step of a request, or what to ask, or why not."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from knowledge.embeddings import WordLlamaEmbedding
from swarm.planner.arguments import fill, link
from swarm.planner.catalogue import Catalogue
from swarm.planner.context import Context
from swarm.planner.language import Speller, words
from swarm.planner.linking import Mention, masked, name_like, stand_in
from swarm.planner.ranking import Ranker
from swarm.planner.steps import begins, split
from tools.names import listed

FITS = 0.33
"""Score from which a tool is taken to be meant."""
STRANGE = 0.5
"""Share of a question's words that no tool knows, from which it is one for the documents."""
_GREETING = re.compile(r"^\W*(?:hi|hey|hello|good (?:morning|afternoon|evening)|thanks?(?: you)?|thx|cheers|bye)\b[\s\w,!.]{0,20}$", re.I)
_HELP = re.compile(
    r"\b(?:what can you do|help me|who are you|what are you|how do you work|are you an? (?:ai|llm|bot|language model))\b|^\W*help\W*$", re.I
)
_SECRET = re.compile(r"\b(?:api|secret|access|private)[\s_-]?keys?\b|\bpasswords?\b|\bcredentials?\b|\btokens?\b", re.I)
_REVEAL = re.compile(r"\b(?:show|print|tell|give|reveal|display|send|list|what(?:'s| is| are))\b", re.I)
_OVERRIDE = re.compile(r"\b(?:ignore|forget|disregard)\b.{0,40}\b(?:rules?|instructions?|prompts?)\b|\byou are now\b|\brm -rf\b", re.I)
_HOW_TO = re.compile(
    r"^\W*(?:how (?:do|can|does|should|to)\b|what(?:'s| is| are)? (?:the )?(?:difference|a|an|meant)\b|(?:can you )?explain\b"
    r"|why (?:do|does|would|should|is it)\b|difference between\b|best practi|when should\b|is (?:there|it) \w+ (?:limit|possible)\b)",
    re.I,
)


_QUESTION = re.compile(r"^\W*(?:what|whats|who|why|when|where|which|is|are|can|does|do|how)\b", re.I)


@dataclass(frozen=True)
class ToolView:
    """A tool as the planner sees it: what a model sees, and its examples."""

    name: str
    schema: Mapping[str, Any]
    examples: Sequence[str]
    kinds: Mapping[str, str]
    delegate: str = ""
    """For the router: the specialist who has this tool."""

    @property
    def required(self) -> list[str]:
        """Arguments that must be given."""
        return list(self.schema.get("required", []))


@dataclass(frozen=True)
class Action:
    """What to do about a step: call a tool, ask, or just say something."""

    tool: str = ""
    args: dict[str, Any] = field(default_factory=dict)
    question: str = ""
    say: str = ""


class Planner:
    """Plans over one set of tools."""

    def __init__(self, tools: Sequence[ToolView], catalogue: Catalogue, embedding: WordLlamaEmbedding) -> None:
        self._tools = {t.name: t for t in tools}
        self._catalogue = catalogue
        self._ranker = Ranker({t.name: t.examples for t in tools}, embedding)
        self._verbs = {words(e)[0] for t in tools for e in t.examples if words(e)} - {"the", "a", "my", "runs", "buckets", "pipelines"}
        self._verbs |= {"give", "tell", "compare", "plot", "wait", "then", "delete", "also"}
        self._speller = Speller(self._ranker.vocabulary)

    def takes(self, kind: str) -> bool:
        """Whether a tool takes an argument of this kind."""
        return any(kind in t.kinds.values() for t in self._tools.values())

    def steps(self, text: str) -> list[str]:
        """The steps of a request; a general question is one."""
        return [text] if _HOW_TO.search(text) and not self._link(text) else split(text, self._verbs)

    def begins(self, text: str) -> bool:
        """Whether a text is a request of its own rather than the answer to a question."""
        return begins(text, self._verbs) or _HOW_TO.search(text) is not None or self.small_talk(text) is not None

    def small_talk(self, text: str) -> str | None:
        """What to say to greetings, questions about the assistant, and requests that are refused."""
        if _OVERRIDE.search(text):
            return "I do not act on that. I work with your pipelines, data and documentation, one named thing at a time. " + CAN_DO
        if _SECRET.search(text) and _REVEAL.search(text) and not _HOW_TO.search(text):
            return "I never show keys, passwords or tokens; `swarm config` lists the settings with secrets masked. " + CAN_DO
        if _GREETING.search(text) and len(words(text)) <= 6:
            return "Hello! " + CAN_DO
        if _HELP.search(text):
            return CAN_DO + " " + ABOUT
        return None

    def best(self, step: str) -> tuple[ToolView, float]:
        """The tool that fits a step best, and how well."""
        found = self._link(step)
        text = self._speller.repair(masked(step, found), protected=words(" ".join(m.entry.name for m in found)))
        readings = [self._ranker.rank(reading) for reading in self._readings(text)]
        ranked = max(readings, key=lambda candidates: candidates[0].score)
        readers = [c for c in ranked if "query" in self._tools[c.tool].kinds.values()]
        general = _HOW_TO.search(step) or (_QUESTION.search(step) and self._ranker.strange(step) > STRANGE)
        if readers and not found and general:
            return self._tools[readers[0].tool], max(readers[0].score, FITS)
        return self._tools[ranked[0].tool], ranked[0].score

    def _readings(self, text: str) -> list[str]:
        """The text, and where it has a name that nothing here has, the text with that name as one of each kind."""
        unknown = name_like(text)
        if not unknown:
            return [text]
        return [text, *(text.replace(unknown[0], stand_in(kind)) for kind in self._catalogue.kinds)]

    def act(self, step: str, recent: list[dict[str, Any]]) -> Action:
        """The call for a step, or the question that is open before it."""
        tool, score = self.best(step)
        if score < FITS:
            return Action(say=f"I did not understand “{step[:120]}”. {CAN_DO} {ABOUT}")
        context = Context(step, self._link(step), self._catalogue.entries, recent)
        args = fill(tool.schema, tool.kinds, context)
        missing = [a for a in tool.required if a not in args]
        if missing:
            return Action(question=self._question(tool, missing[0]))
        return Action(tool=tool.name, args=args)

    def _link(self, text: str) -> list[Mention]:
        return link(text, self._catalogue.kinds, self._catalogue.entries)

    def _question(self, tool: ToolView, argument: str) -> str:
        kind = tool.kinds.get(argument, argument)
        doing = tool.name.replace("_", " ")
        names = [e.name for e in self._catalogue.entries(kind)]
        if kind == "object":
            names = []
        noun = {"object": "file", "new_name": "name", "path": "local file"}.get(kind, kind)
        choices = f" There are: {listed(list(dict.fromkeys(names)))}." if names else ""
        return f"Which {noun} do you mean, to {doing}?{choices}" if kind != "new_name" else f"What should it be called, to {doing}?"


CAN_DO = (
    "I can list, describe and run your pipelines, follow runs and show their metrics, look into buckets and files, and answer questions "
    "from the documentation. For example: “which pipelines are there?”, “run iris-classification with max_depth=5”, "
    "“show the first rows of iris.csv in datasets”."
)
ABOUT = (
    "I am the built-in planner, not a language model: plain requests work best. To connect a language model, set OPENAI_API_KEY or "
    "OPENAI_BASE_URL (and `SWARM_MODEL=openai:<name>`)."
)
