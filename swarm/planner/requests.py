"""Requests: what steps they are made of."""

import itertools
import re
from collections.abc import Sequence
from typing import NamedTuple

from swarm.planner import caution, ellipsis
from swarm.planner.authoring import is_component
from swarm.planner.expansion import Expansion
from swarm.planner.language import STOP, words
from swarm.planner.lexicon import lexicon, written_out
from swarm.planner.marks import SHOULD
from swarm.planner.pasted import spoken
from swarm.planner.ranking import HOW_TO, QUESTION, TOLD_OF, Ranker, meanings
from swarm.planner.reader import Reader, Understood
from swarm.planner.references import NOUNS, OTHER, PRONOUN
from swarm.planner.shape import PLACEHOLDER, Shape
from swarm.planner.standing import plain
from swarm.planner.steps import Splitter
from swarm.planner.toolview import ToolView, noun_forms
from swarm.planner.wording import ENDING, HELPLESS, IT, KEEPING, LIGHT, MODAL, SEEN, SHOW_IT

BESIDE = 0.55
"""Likeness from which a part of a list is a request by itself."""
SURELY, LIKE = 0.7, 0.5
"""Chance and likeness from which a part of a general question is a request by itself."""
_SOMEBODY = re.compile(r"\W*(?:i|we|he|she|they|someone|somebody|an?|the|my|our)\b", re.I)
_OUT = re.compile(r"\b(?:take|get|pull|grab|fetch)\b.*\b(?:out of|from|off)\b", re.I)
_PUT = re.compile(r"^\W*(?:put|place|store|move|drop|set)\s+(?:it|them|that)\s+(?:in|into|to|over to|under|inside|(?:over )?there)\b", re.I)
"""Two halves of moving something: "take it out of a", "and put it into b"."""
_SWITCHED = re.compile(
    r"^\W*(?:the\s+)?\{schedule\}\s+(?:(?:back\s+)?on|off|(?:in)?active|paused?|on pause|disabled|enabled)(?:\s+again)?\W*$", re.I
)
"""A schedule and how it is to be."""
_SO = re.compile(r"^\W*(?:and\s+)?so,?\s+(?:please\s+)?", re.I)
"""Asks for what follows from what was said before."""
_FROM_NOW = re.compile(
    r"^(?:so\s+)?(?:from (?:now|today|here) on|for (?:the|my) future|in (?:the )?future|for (?:later|next time)),?\s+", re.I
)
_FIRST_CLAUSE = re.compile(r"(?:[^,;!?\n.]|\.(?=\w))*?(?=\s+(?:and|but|then|&|\+|plus)\s|[,;!?\n]|\.(?:\s|$)|$)", re.I)


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
        self._acts = {m for t in tools if t.effect != "read" for m in meanings(t.name.split("_")[0])} - {"start", "run", "schedule"}
        self._splitter = Splitter(verbs, nouns, self)
        self._expansion = Expansion(tools, ranker, reader)

    def steps(self, text: str) -> list[str]:
        """The steps of a request; a general question is one, and what is pasted belongs to the only step."""
        said = spoken(text)
        if said != text:
            steps = self.steps(said) if said else []
            return steps if len(steps) > 1 else [text]
        text = ellipsis.active(self._reader.spelt(plain(written_out(text))), lexicon().verbs)
        text = ellipsis.same(self._expansion.ordered(ellipsis.named(text, self._reader), self._splitter.begins), self._reader)
        parts = self._splitter.split(text)
        if HOW_TO.search(text) and not self._reader.link(text) and not any(self._looks(part) for part in parts[1:]):
            return [text]
        if self._teaches(text, parts):
            return [text]
        if caution.supposes(text) and not any(self._splitter.begins(part) and not QUESTION.search(part) for part in parts):
            return [text]
        joined: list[str] = []
        for step in parts:
            if joined and self._together(joined[-1], step):
                joined[-1] += f", {step}"
            elif joined:
                joined.append(ellipsis.echoed(joined[-1], step, self._ranker, self._reader, self._splitter.begins))
            else:
                joined.append(step)
        return [step for one in joined for step in self._expansion.steps(one)] or [text]

    def _teaches(self, text: str, parts: Sequence[str]) -> bool:
        """Whether a question of several parts is for the documentation as a whole."""
        if self._reader.link(text) or not any(TOLD_OF.search(part) or HOW_TO.search(part) for part in parts):
            return False
        return not any(self._looks(part) or (self._splitter.begins(part) and not QUESTION.search(part)) for part in parts)

    def _together(self, earlier: str, step: str) -> bool:
        """Whether a part only goes on with the one before."""
        return (
            HELPLESS.search(step) is not None
            or self._belongs(step, earlier)
            or self._explains(earlier, step)
            or self._chooses(earlier, step)
            or self._heads(earlier, step)
            or self._wishes(earlier, step)
            or (SEEN.search(earlier) is not None and SHOW_IT.match(step) is not None and bool(self._reader.link(earlier)))
            or self._asks_on(earlier, step)
            or ENDING.fullmatch(step) is not None
            or KEEPING.match(step) is not None
            or (_OUT.search(earlier) is not None and _PUT.match(step) is not None)
        )

    def begins(self, text: str) -> bool:
        """Whether a text is a request of its own rather than the answer to a question."""
        return self.begins_step(text) or HOW_TO.search(text) is not None

    def begins_step(self, text: str) -> bool:
        """Whether a text begins like a request for something to be done."""
        return self._splitter.begins(text)

    def core(self, text: str) -> Core:
        """What a step comes down to: its request without politeness, and without what is only told beside it."""
        parts = [_FROM_NOW.sub("", part.strip()) for part in re.split(r"[,;:.!?](?:\s+|$)", text) if part.strip()]
        asking = [part for part in parts if self._splitter.begins(part) and not QUESTION.search(part)]
        told = len(asking) == 1 and any(len(words(part)) > 2 for part in parts if part not in asking)
        said = asking[0] if told else text
        return Core(self._splitter.bare(said) or said, told)

    def _chooses(self, told: str, step: str) -> bool:
        """Whether what was said before is what a question is to choose from: "a or b, which is better?"."""
        seen = self._reader.understood(told)
        choices = any(re.fullmatch(r"\W*or\W*", seen.text[m.end : n.start], re.I) for m, n in itertools.pairwise(seen.found))
        return choices and not self._splitter.begins(told) and QUESTION.search(step) is not None

    def _heads(self, told: str, step: str) -> bool:
        """Whether what was said before is only the name of what a step is about: "a.csv - which versions exist?"."""
        return self.bare(told) and not self._reader.link(step)

    def _asks_on(self, earlier: str, step: str) -> bool:
        """Whether a question goes on about what the one before asks for: "which inputs has a and what values do they have?"."""
        seen, before = self._reader.understood(step), self._reader.understood(earlier)
        if seen.found or not before.found or not re.search(r"\b(?:they|them|those|these)\b", step, re.I) or not QUESTION.search(step):
            return False
        kinds = {m.entry.kind for m in before.found}
        needs = self._ranker.rank(seen.shape)[0].tool.needs & set(NOUNS)
        return bool(needs) and not needs & kinds

    def _wishes(self, told: str, step: str) -> bool:
        """Whether what was said before wishes for what the step asks for: "I would like to send a.csv, can I get a link?"."""
        seen, asked = self._reader.understood(told), self._reader.understood(step)
        if len(seen.found) != 1 or asked.found or not _SOMEBODY.match(told) or OTHER.search(step):
            return False
        if any(self._splitter.begins(part) for part in told.split(", ")[1:]):
            return False
        before, after = self._ranker.rank(seen.shape), self._ranker.rank(asked.shape)
        return bool(before) and before[0].tool is after[0].tool and before[0].tool.effect != "read"

    def _explains(self, told: str, step: str) -> bool:
        """Whether what was said before only tells why: "it clutters the list, archive it"."""
        seen = self._reader.understood(told)
        things = [m for m in seen.found if m.entry.kind != "bucket"] or seen.found
        if len(things) != 1 or not IT.search(step):
            return False
        if _SO.match(step) and SHOULD.match(told) and self._splitter.begins(step):
            return True
        if self._splitter.begins(told):
            return False
        asked = Shape(IT.sub(f" {{{things[0].entry.kind}}} ", self._reader.understood(step).shape.text, count=1))
        before, after = self._ranker.rank(seen.shape), self._ranker.rank(asked)
        begun = self._splitter.begins(step) or after[0].tool.effect != "read"
        return begun and before[0].tool is after[0].tool

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
        if re.search(r"\b(?:call|name|label|title)(?:l?ed|d)?\b", step, re.I):
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

    def asks(self, text: str) -> bool:
        """Whether a few words by themselves are much like a request."""
        seen = self._reader.understood(text)
        ranked = self._ranker.rank(seen.shape)
        return bool(ranked) and ranked[0].likeness > 0.42 and ranked[0].chance > 0.5

    def names(self, text: str) -> bool:
        """Whether a text names anything that exists."""
        return bool(self._reader.link(text))

    def gives(self, text: str) -> bool:
        """Whether a text begins with a value for a parameter: "freeze the encoder", "route north"."""
        text = self._reader.spelt(text)
        shaped = self._reader.shaped(text, self._reader.link(text)).text
        return re.match(r"\W*(?:(?:and|with|but|also|please)\s+)*\{setting\}", shaped) is not None

    def whole(self, text: str) -> bool:
        """Whether the first clause of a text is a request by itself that names what it changes, wherever its verb stands."""
        clause = _FIRST_CLAUSE.match(text)
        seen = self._reader.understood(clause.group() if clause else text)
        said = PLACEHOLDER.sub(" ", seen.shape.text)
        modal = MODAL.search(seen.text)
        becomes = modal is not None and bool(seen.found) and seen.found[0].start < modal.start()
        named = bool(seen.found) or "{prefix}" in seen.shape.text
        placed = re.match(r"\W*\{path\}[^{]*$", seen.shape.text) is not None and modal is not None
        switched = _SWITCHED.search(seen.shape.text) is not None
        timed = "{cron}" in seen.shape.text and any(m.entry.kind == "pipeline" for m in seen.found)
        return (placed or (named and (becomes or switched or timed or bool(meanings(said) & self._acts)))) and self.asks(seen.text)

    def row(self, before: str, rest: str) -> bool:
        """Whether one name stands by itself before another of its kind, so that what is said of the other is said of both."""
        clause = _FIRST_CLAUSE.match(rest)
        seen, other = self._reader.understood(before), self._reader.understood(clause.group() if clause else rest)
        kinds = {m.entry.kind for m in other.found if not other.text[: m.start].strip(" \"'`")}
        return bool(kinds & {m.entry.kind for m in seen.found}) and self.bare(before)

    def bare(self, text: str) -> bool:
        """Whether a text is a name and no more."""
        seen = self._reader.understood(text)
        rest = seen.text
        for m in reversed(seen.found):
            rest = rest[: m.start] + rest[m.end :]
        return bool(seen.found) and not [w for w in words(rest) if w not in STOP]

    def apart(self, before: str, rest: str, listed: bool) -> bool:
        """Whether two looks at different things stand side by side: "a-1 status, b-1 vs b-2"; in a list also two requests for the same."""
        clause = _FIRST_CLAUSE.match(rest)
        parts = [self._reader.understood(part) for part in (before, clause.group() if clause else rest)]
        if listed and not parts[1].found and not PLACEHOLDER.search(parts[1].shape.text):
            first, second = self._ranker.rank(parts[0].shape)[0], self._ranker.rank(parts[1].shape)[0]
            sure = all(c.likeness > BESIDE and c.chance > SURELY for c in (first, second))
            reads = second.tool.effect == "read" or "{setting}" in parts[0].shape.text
            return sure and reads and first.tool is not second.tool and "query" not in second.tool.takes and bool(self._beside(parts[1]))
        if not all(seen.found for seen in parts) or not [w for w in self._beside(parts[1]) if w not in lexicon().times]:
            return False
        ranked = [self._ranker.rank(seen.shape)[0] for seen in parts]
        return ranked[0].tool is not ranked[1].tool and all(
            c.tool.effect == "read" and c.likeness > 0.42 and c.chance > 0.5 for c in ranked
        )

    def _beside(self, seen: Understood) -> list[str]:
        """The words that a step has beside names and their nouns."""
        said = words(PLACEHOLDER.sub(" ", seen.shape.text))
        return [w for w in said if w not in STOP and not any(re.fullmatch(noun, w) for noun in NOUNS.values())]

    def kind(self, text: str) -> bool:
        """Whether a text is only the noun of a kind and a name of that kind: "schedule nightly"."""
        found = self._reader.link(text)
        return len({m.start for m in found}) == 1 and any(
            re.search(rf"(?:{NOUNS.get(m.entry.kind, '(?!)')})\s+\S*$", text[: m.start] + "x", re.I) for m in found
        )

    def place(self, preface: str) -> str:
        """A preface such as "ml-scratch clean-up" as where all the steps are: "in ml-scratch"; of "churn-7" itself, "churn-7:"."""
        found = [m for m in self._reader.link(preface) if m.exact or m.entry.kind == "object"]
        places = {m.start for m in found}
        if len(places) == 1 and found[0].entry.kind in ("bucket", "experiment", "pipeline"):
            return f"in {preface[found[0].start : found[0].end]}"
        said = preface[min(places) : max(m.end for m in found)] if places else ""
        return f"{said}:" if said and len(words(preface)) <= len(words(said)) + 2 else ""
