"""Ranking: which tool a step asks for, by the examples that the tools carry."""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.embeddings import WordLlamaEmbedding
from swarm.planner.language import STOP, content, words
from swarm.planner.linking import file_names, name_like, quoted, stand_in

WORDS, MEANING = 0.75, 0.25
"""Weights of shared words and of similar meaning."""
LEAD = 0.1
"""What the same first word adds: requests begin with what is to be done."""
NAME = 0.12
"""What the words of the tool's own name add at the most."""


@dataclass(frozen=True)
class Candidate:
    """A tool with how well it fits: 0 nothing in common, about 1 an example's own words."""

    tool: str
    score: float


class Ranker:
    """Compares a step with every example of the tools in view."""

    def __init__(self, examples: dict[str, Sequence[str]], embedding: WordLlamaEmbedding) -> None:
        pairs = [(tool, plain(example)) for tool, lines in examples.items() for example in lines]
        self._tools = [tool for tool, _ in pairs]
        self._bags = [Counter(content(line)) for _, line in pairs]
        self._leads = [_first(line) for _, line in pairs]
        self._names = {tool: set(content(tool.replace("_", " "))) for tool in examples}
        self._embedding = embedding
        self._vectors: NDArray[np.float32] = embedding.embed([line for _, line in pairs]) if pairs else np.zeros((0, 1), np.float32)
        seen = Counter(word for bag in self._bags for word in bag)
        self._idf = {word: math.log(1 + len(pairs) / n) for word, n in seen.items()}
        self._unknown = math.log(1 + len(pairs))
        self.vocabulary = {word for _, line in pairs for word in words(line)}

    def rank(self, text: str) -> list[Candidate]:
        """All tools, the best first."""
        text = plain(text)
        bag = Counter(content(text))
        if not self._tools:
            return []
        cosines = self._vectors @ self._embedding.embed([text])[0]
        best: dict[str, float] = {}
        first = _first(text)
        for tool, example, lead, cosine in zip(self._tools, self._bags, self._leads, cosines, strict=True):
            score = WORDS * self._overlap(bag, example) + MEANING * max(0.0, float(cosine))
            score += LEAD * (first is not None and first == lead)
            best[tool] = max(best.get(tool, 0.0), score)
        for tool, name in self._names.items():
            if name and tool in best:
                best[tool] += NAME * len(name & set(bag)) / len(name)
        return sorted((Candidate(tool, score) for tool, score in best.items()), key=lambda c: -c.score)

    def strange(self, text: str) -> float:
        """How much of a text is in words that no example has, 0 to 1."""
        named = [*name_like(text), *quoted(text), *file_names(text)]
        for name in named:
            text = text.replace(name, " ")
        bag = Counter(content(text))
        masses = {word: self._idf.get(word, self._unknown) ** 2 for word in bag}
        whole = sum(masses.values())
        return sum(mass for word, mass in masses.items() if word not in self._idf) / whole if whole else 0.0

    def _overlap(self, bag: Counter[str], example: Counter[str]) -> float:
        """Cosine of the two bags of stems, rare words counting more."""
        shared = sum(self._weight(w) ** 2 for w in bag.keys() & example.keys())
        norm = math.sqrt(self._mass(bag) * self._mass(example))
        return shared / norm if norm else 0.0

    def _mass(self, bag: Counter[str]) -> float:
        return sum(self._weight(w) ** 2 for w in bag)

    def _weight(self, word: str) -> float:
        return self._idf.get(word, self._unknown * 0.5)


def _first(text: str) -> str | None:
    """The first word that carries meaning, as it stands: "run" is no "runs"."""
    return next((word for word in words(text) if word not in STOP), None)


def plain(text: str) -> str:
    """A text without what changes from case to case: placeholders and `name=value` become words, numbers go."""
    text = re.sub(r"\{(\w+)\}\s*=\s*\S+|\b[A-Za-z]\w*\s*=\s*\S+", stand_in("parameter"), text)
    text = re.sub(r"\b(?:the |my )?(?:latest|last|newest|most recent) (?:run|job)\b", stand_in("run"), text, flags=re.I)
    text = re.sub(r"\{(\w+)\}", lambda m: stand_in(m.group(1)), text)
    return re.sub(r"(?<![A-Za-z])[-+]?\d[\d.:%]*\b", " ", text)
