"""What the tools' examples teach: how much a step is like those of each tool, by words, synonyms, placeholders and meaning."""

import math
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from swarm.planner.features import Embedding, Features, bag, features, spoken
from swarm.planner.shape import Shape

Vector = NDArray[np.float64]
RIDGE = 0.6
"""How much a single example may bend the picture: larger is smoother."""
WORDS, MEANING = 0.5, 0.5
"""Parts of words and of vectors in the likeness of two steps."""


class Examples:
    """All examples of the tools in view; what is known of them, and was learnt from them, need not be found out again.

    Attributes:
        coefficients: how much each example speaks for each tool, of shape (examples, tools).
    """

    def __init__(
        self,
        examples: Mapping[str, Sequence[str]],
        embedding: Embedding,
        known: Features | None = None,
        coefficients: NDArray[np.floating] | None = None,
    ) -> None:
        self.tools = list(examples)
        self.owner = np.array([number for number, said in enumerate(examples.values()) for _ in said], dtype=np.int64)
        self._embedding = embedding
        self._features = features([one for said in examples.values() for one in said], embedding) if known is None else known
        count, columns = len(self.owner), self._features.columns
        seen = np.bincount(columns, minlength=len(self._features.names))
        idf = np.log1p(count / np.maximum(seen, 1))
        self._columns = {name: column for column, name in enumerate(self._features.names) if seen[column]}
        self._idf = {name: float(idf[column]) for name, column in self._columns.items()}
        self._unseen = math.log1p(count)
        rows = np.repeat(np.arange(count), np.diff(self._features.starts))
        weights = self._features.weights * idf[columns]
        self._weights = weights / np.sqrt(np.bincount(rows, weights**2, count))[rows]
        order, ends = columns.argsort(kind="stable"), seen.cumsum()
        places, weights = rows[order], self._weights[order]
        self._postings = [(places[end - size : end], weights[end - size : end]) for end, size in zip(ends, seen, strict=True)]
        self.coefficients = np.linalg.solve(self._smoothed(), self.targets) if coefficients is None else coefficients.astype(np.float64)

    @property
    def targets(self) -> Vector:
        """For each example 1 in the column of its tool, of shape (examples, tools)."""
        return np.eye(len(self.tools))[self.owner]

    def _alike(self, row: Iterable[tuple[int, float]]) -> Vector:
        """The likeness by words of each example to a text, told as columns and weights."""
        alike = np.zeros(len(self.owner))
        for column, weight in row:
            places, weights = self._postings[column]
            alike[places] += weight * weights
        return alike

    def _row(self, number: int) -> Iterable[tuple[int, float]]:
        """An example's columns and weights."""
        own = slice(self._features.starts[number], self._features.starts[number + 1])
        return zip(self._features.columns[own].tolist(), self._weights[own].tolist(), strict=True)

    def _smoothed(self) -> Vector:
        """The likeness of each two examples, smoothed. Made in place, as it is the largest thing that loading needs."""
        vectors = self._features.vectors.astype(np.float64)
        likeness: Vector = vectors @ vectors.T
        likeness *= MEANING
        for number in range(len(likeness)):
            likeness[number] += WORDS * self._alike(self._row(number))
        likeness[np.diag_indices_from(likeness)] += RIDGE
        return likeness

    @cached_property
    def _inverse(self) -> Vector:
        return np.asarray(np.linalg.inv(self._smoothed()), dtype=np.float64)

    def likeness(self, shape: Shape) -> tuple[Vector, Vector, Vector]:
        """For each tool: the regression's estimate, the nearest example by words, and the nearest by meaning."""
        words = self._alike(self._known(bag(shape)))
        meanings = self._meant(self._embedding.embed([spoken(shape)])[0])
        estimate = (WORDS * words + MEANING * meanings) @ self.coefficients
        return estimate, self._best(words), self._best(meanings)

    def without(self, number: int) -> tuple[Vector, Vector, Vector]:
        """The same for one of the examples, as if it were not among them (the closed form of leaving one out)."""
        residual = self.coefficients[number] / self._inverse[number, number]
        estimate = self.targets[number] - residual
        words, meanings = self._alike(self._row(number)), self._meant(self._features.vectors[number])
        words[number] = meanings[number] = 0.0
        return estimate, self._best(words), self._best(meanings)

    def strange(self, shape: Shape) -> float:
        """The share of a step's words that no example has, 0 to 1."""
        masses = {word: self._idf.get(word, self._unseen) for word in bag(shape) if word[0].isalnum() and "_" not in word}
        whole = sum(masses.values())
        return sum(mass for word, mass in masses.items() if word not in self._idf) / whole if whole else 1.0

    def _meant(self, vector: NDArray[np.float32]) -> Vector:
        """The likeness by meaning of each example to a text."""
        return (self._features.vectors @ vector).astype(np.float64)

    def _best(self, likeness: Vector) -> Vector:
        best = np.zeros(len(self.tools))
        np.maximum.at(best, self.owner, likeness)
        return best

    def _known(self, features: Mapping[str, float]) -> list[tuple[int, float]]:
        """Columns and weights of a text, of length 1; unknown words count towards its length, so that strange texts are like nothing."""
        row: list[tuple[int, float]] = []
        square = 0.0
        for feature, weight in features.items():
            if feature in self._columns:
                row.append((self._columns[feature], weight * self._idf[feature]))
                square += row[-1][1] ** 2
            elif feature[0].isalnum() and "_" not in feature:
                square += (0.6 * weight * self._unseen) ** 2
        length = math.sqrt(square)
        return [(column, weight / length) for column, weight in row]
