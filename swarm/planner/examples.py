"""What the tools' examples teach: how much a step is like those of each tool, by words, synonyms, placeholders and meaning."""

import math
import re
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from swarm.planner.language import STOP, stem
from swarm.planner.lexicon import lexicon
from swarm.planner.shape import PLACEHOLDER, Shape

Vector = NDArray[np.float64]
RIDGE = 0.6
"""How much a single example may bend the picture: larger is smoother."""
WORDS, MEANING = 0.5, 0.5
"""Parts of words and of vectors in the likeness of two steps."""
_TOKEN = re.compile(r"\{[\w|]+\}|[a-z0-9]+(?:'[a-z]+)?")
_GENERAL = {"object": "file", "path": "file", "document": "file", "key": "file"}
VALUES = frozenset("setting address pattern path prefix cron duration number name".split())
"""Kinds of placeholders that stand for values and not for things that exist."""


class Embedding(Hashable, Protocol):
    """Texts to unit vectors; equal ones give equal vectors."""

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One row a text."""
        ...

    def is_word(self, word: str) -> bool:
        """Whether a word is a common one."""
        ...


def bag(shape: Shape) -> Counter[str]:
    """Weighted features of a step: stems, meanings of words, placeholders, and pairs of neighbours."""
    features: Counter[str] = Counter()
    line: list[str] = []
    for match in _TOKEN.finditer(shape.text.lower()):
        token = match.group()
        if token.startswith("{"):
            kinds = token[1:-1].split("|")
            for kind in kinds:
                features[f"{{{kind}}}"] += 1.0 / len(kinds)  # type: ignore[assignment]
                features[f"<{_GENERAL.get(kind, kind)}>"] += 0.5 / len(kinds)  # type: ignore[assignment]
            if not set(kinds) & VALUES:
                features["<thing>"] += 0.3  # type: ignore[assignment]
            line.append("<thing>" if not set(kinds) & VALUES else f"{{{kinds[0]}}}")
            continue
        meanings = lexicon().groups.get(token) or lexicon().groups.get(stem(token)) or ()
        for meaning in meanings:
            features[f"={meaning}"] += 1.0 / math.sqrt(len(meanings))  # type: ignore[assignment]
        if token not in STOP:
            features[stem(token)] += 0.6 if meanings else 0.9  # type: ignore[assignment]
            features[f"'{token}"] += 0.4  # type: ignore[assignment]
        else:
            features[f"~{token}"] += 0.15  # type: ignore[assignment]
        line.append(min(meanings) if meanings else stem(token))
    for first, second in zip(["^", *line], line, strict=False):
        features[f"{first}_{second}"] += 0.5  # type: ignore[assignment]
    return features


def spoken(shape: Shape) -> str:
    """The step as plain words, for its vector."""
    return PLACEHOLDER.sub(lambda m: m.group(1).split("|")[0].replace("_", " "), shape.text).strip() or "nothing"


class Examples:
    """All examples of the tools in view."""

    def __init__(self, examples: Mapping[str, Sequence[Shape]], embedding: Embedding) -> None:
        self.tools = list(examples)
        pairs = [(number, one) for number, tool in enumerate(self.tools) for one in examples[tool]]
        self.owner = np.array([number for number, _ in pairs], dtype=np.int64)
        self._embedding = embedding
        bags = [bag(one) for _, one in pairs]
        seen = Counter(feature for one in bags for feature in one)
        self._idf = {feature: math.log(1 + len(pairs) / n) for feature, n in seen.items()}
        self._unseen = math.log(1 + len(pairs))
        self._columns = {feature: number for number, feature in enumerate(self._idf)}
        self._bags = bags
        self._postings = self._posted()
        self.meanings = embedding.embed([spoken(one) for _, one in pairs]).astype(np.float64) if pairs else np.zeros((0, 1))
        self.targets = np.eye(len(self.tools))[self.owner] if pairs else np.zeros((0, 1))
        self._coefficients = np.linalg.solve(self._smoothed(), self.targets) if pairs else self.targets

    def _posted(self) -> list[tuple[NDArray[np.int64], Vector]]:
        """For each feature the examples that have it, and its weight in each."""
        found: list[list[tuple[int, float]]] = [[] for _ in self._columns]
        for number, one in enumerate(self._bags):
            row = self._row(one)
            for column in row.nonzero()[0]:
                found[column].append((number, row[column]))
        return [(np.array([n for n, _ in posted]), np.array([weight for _, weight in posted])) for posted in found]

    def _alike(self, row: Vector) -> Vector:
        """The likeness by words of each example to a step's row."""
        alike = np.zeros(len(self.owner))
        for column in row.nonzero()[0]:
            places, weights = self._postings[column]
            alike[places] += row[column] * weights
        return alike

    def _smoothed(self) -> Vector:
        """The likeness of each two examples, smoothed. Made in place, as it is the largest thing that loading needs."""
        likeness = self.meanings @ self.meanings.T
        likeness *= MEANING
        for number, one in enumerate(self._bags):
            likeness[number] += WORDS * self._alike(self._row(one))
        likeness[np.diag_indices_from(likeness)] += RIDGE
        return likeness

    @cached_property
    def _inverse(self) -> Vector:
        return np.asarray(np.linalg.inv(self._smoothed()), dtype=np.float64)

    def likeness(self, shape: Shape) -> tuple[Vector, Vector, Vector]:
        """For each tool: the regression's estimate, the nearest example by words, and the nearest by meaning."""
        words = self._alike(self._row(bag(shape)))
        meanings = self.meanings @ self._embedding.embed([spoken(shape)])[0].astype(np.float64)
        estimate = (WORDS * words + MEANING * meanings) @ self._coefficients
        return estimate, self._best(words), self._best(meanings)

    def without(self, number: int) -> tuple[Vector, Vector, Vector]:
        """The same for one of the examples, as if it were not among them (the closed form of leaving one out)."""
        residual = self._coefficients[number] / self._inverse[number, number]
        estimate = self.targets[number] - residual
        words, meanings = self._alike(self._row(self._bags[number])), self.meanings @ self.meanings[number]
        words[number] = meanings[number] = 0.0
        return estimate, self._best(words), self._best(meanings)

    def strange(self, shape: Shape) -> float:
        """The share of a step's words that no example has, 0 to 1."""
        masses = {word: self._idf.get(word, self._unseen) for word in bag(shape) if word[0].isalnum() and "_" not in word}
        whole = sum(masses.values())
        return sum(mass for word, mass in masses.items() if word not in self._idf) / whole if whole else 1.0

    def _best(self, likeness: Vector) -> Vector:
        best = np.zeros(len(self.tools))
        np.maximum.at(best, self.owner, likeness)
        return best

    def _row(self, features: Mapping[str, float]) -> Vector:
        """A unit vector over the known features; unknown words count towards its length, so that strange texts are like nothing."""
        row = np.zeros(len(self._columns))
        unknown = 0.0
        for feature, weight in features.items():
            if feature in self._columns:
                row[self._columns[feature]] = weight * self._idf[feature]
            elif feature[0].isalnum() and "_" not in feature:
                unknown += (0.6 * weight * self._unseen) ** 2
        length = math.sqrt(float(row @ row) + unknown)
        return row / length if length else row
