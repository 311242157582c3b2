"""Requests: what steps they are made of."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from swarm.planner import caution
from swarm.planner.authoring import is_component
from swarm.planner.expansion import Expansion
from swarm.planner.language import words
from swarm.planner.lexicon import lexicon, written_out
from swarm.planner.ranking import HOW_TO, QUESTION, Ranker
from swarm.planner.reader import Reader
from swarm.planner.references import PRONOUN
from swarm.planner.shape import PLACEHOLDER, Shape
from swarm.planner.steps import Splitter
from swarm.planner.toolview import ToolView, noun_forms
from swarm.planner.wording import HELPLESS, IT, LIGHT

SURELY, LIKE = 0.7, 0.5
"""Chance and likeness from which a part of a general question is a request by itself."""


class Core(NamedTuple):
    """What a step asks for."""

    text: str
    told: bool
    """Whether something else is told beside it."""


class Requests:
    """Knows with which words requests begin, and what their parts are like."""

    def __init__(self, tools: Sequence[ToolView], ranker: Ranker, reader: Reader) -> None:
        self._ranker = ranker
        self._reader = reader
        nouns = {form for t in tools for form in noun_forms(t.name)} | {form for n in lexicon().nouns for form in (n, n + "s")}
        verbs = lexicon().verbs | {t.name.split("_")[0] for t in tools}
        self._splitter = Splitter(verbs, nouns, self._asks, lambda text: bool(reader.link(text)), self._place, self._gives)
        self._expansion = Expansion(tools, ranker, reader)

    def steps(self, text: str) -> list[str]:
        """The steps of a request; a general question is one."""
        text = self._expansion.ordered(self._reader.spelt(written_out(text)), self._splitter.begins)
        parts = self._splitter.split(text)
        if HOW_TO.search(text) and not self._reader.link(text) and not any(self._looks(part) for part in parts[1:]):
            return [text]
        if caution.supposes(text) and not any(self._splitter.begins(part) and not QUESTION.search(part) for part in parts):
            return [text]
        steps: list[str] = []
        for step in parts:
            if steps and (HELPLESS.search(step) or self._belongs(step, steps[-1]) or self._explains(steps[-1], step)):
                steps[-1] += f", {step}"
            else:
                steps += self._expansion.steps(step)
        return steps or [text]

    def begins(self, text: str) -> bool:
        """Whether a text is a request of its own rather than the answer to a question."""
        return self.begins_step(text) or HOW_TO.search(text) is not None

    def begins_step(self, text: str) -> bool:
        """Whether a text begins like a request for something to be done."""
        return self._splitter.begins(text)

    def core(self, text: str) -> Core:
        """What a step comes down to: its request without politeness, and without what is only told beside it."""
        parts = [part.strip() for part in re.split(r"[,;:.!?](?:\s+|$)", text) if part.strip()]
        asking = [part for part in parts if self._splitter.begins(part) and not QUESTION.search(part)]
        told = len(asking) == 1 and any(len(words(part)) > 2 for part in parts if part not in asking)
        said = asking[0] if told else text
        return Core(self._splitter.bare(said) or said, told)

    def _explains(self, told: str, step: str) -> bool:
        """Whether what was said before only tells why: "it clutters the list, archive it"."""
        seen = self._reader.understood(told)
        if len(seen.found) != 1 or self._splitter.begins(told) or not IT.search(step) or not self._splitter.begins(step):
            return False
        asked = Shape(IT.sub(f" {{{seen.found[0].entry.kind}}} ", self._reader.understood(step).shape.text, count=1))
        before, after = self._ranker.rank(seen.shape), self._ranker.rank(asked)
        return bool(before) and before[0].tool is after[0].tool

    def _belongs(self, step: str, earlier: str) -> bool:
        """Whether a step only completes the one before: "and put it in the churn experiment", "call it demo-1"."""
        seen, before = self._reader.understood(step), self._reader.understood(earlier)
        ranked = self._ranker.rank(before.shape)
        if not ranked:
            return False
        tool = ranked[0].tool
        if "pipeline_steps" in tool.takes and is_component(seen.text):
            return True
        only = not seen.found and not PRONOUN.search(step) and PLACEHOLDER.findall(seen.shape.text) == ["setting"]
        if only and "arguments" in tool.takes and not self._splitter.begins(step):
            return True
        if not LIGHT.search(step):
            return False
        optional = set(tool.kinds.values())
        present = {m.entry.kind for m in before.found}
        offers = {m.entry.kind for m in seen.found} | ({"arguments"} if "{setting}" in seen.shape.text else set())
        if re.search(r"\b(?:call|name|label|title)\b", step, re.I):
            offers.add("new_name")
        return bool(offers) and offers <= (optional - present)

    def _looks(self, text: str) -> bool:
        """Whether a part of a request surely asks how things are here, not how they work."""
        ranked = self._ranker.rank(self._reader.understood(text).shape)
        if not ranked or HOW_TO.search(text):
            return False
        return (
            ranked[0].tool.effect == "read"
            and "query" not in ranked[0].tool.takes
            and ranked[0].chance > SURELY
            and ranked[0].likeness > LIKE
        )

    def _asks(self, text: str) -> bool:
        """Whether a few words by themselves are much like a request."""
        seen = self._reader.understood(text)
        ranked = self._ranker.rank(seen.shape)
        return bool(ranked) and ranked[0].likeness > 0.42 and ranked[0].chance > 0.5

    def _gives(self, text: str) -> bool:
        """Whether a text begins with a value for a parameter: "freeze the encoder", "route north"."""
        text = self._reader.spelt(text)
        shaped = self._reader.shaped(text, self._reader.link(text)).text
        return re.match(r"\W*(?:(?:and|with|but|also|please)\s+)*\{setting\}", shaped) is not None

    def _place(self, preface: str) -> str:
        """A preface such as "ml-scratch clean-up" as where all the steps are: "in ml-scratch"."""
        found = [m for m in self._reader.link(preface) if m.exact and m.entry.kind in ("bucket", "experiment", "pipeline")]
        return f"in {preface[found[0].start : found[0].end]}" if len(found) == 1 else ""
