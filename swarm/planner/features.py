"""What texts say, as numbers: words, synonyms, placeholders and pairs of neighbours, and a vector for the meaning of the whole."""

import math
import re
from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from swarm.planner.language import STOP, stem
from swarm.planner.lexicon import lexicon
from swarm.planner.shape import PLACEHOLDER, Shape, shape

Numbers = NDArray[np.int64]
_TOKEN = re.compile(r"\{[\w|]+\}|[a-z0-9]+(?:'[a-z]+)?")
_GENERAL = {"object": "file", "path": "file", "document": "file", "key": "file"}
VALUES = frozenset("setting address pattern path prefix cron duration number name".split())
"""Kinds of placeholders that stand for values and not for things that exist."""


class Embedding(Hashable, Protocol):
    """Texts to unit vectors; equal ones give equal vectors."""

    name: str
    """Another name where vectors are others."""

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One row a text."""
        ...

    def is_word(self, word: str) -> bool:
        """Whether a word is a common one."""
        ...


def bag(shape: Shape) -> dict[str, float]:
    """Weighted features of a step: stems, meanings of words, placeholders, and pairs of neighbours."""
    features: defaultdict[str, float] = defaultdict(float)
    line: list[str] = []
    for match in _TOKEN.finditer(shape.text.lower()):
        token = match.group()
        if token.startswith("{"):
            kinds = token[1:-1].split("|")
            for kind in kinds:
                features[f"{{{kind}}}"] += 1.0 / len(kinds)
                features[f"<{_GENERAL.get(kind, kind)}>"] += 0.5 / len(kinds)
            if not set(kinds) & VALUES:
                features["<thing>"] += 0.3
            line.append("<thing>" if not set(kinds) & VALUES else f"{{{kinds[0]}}}")
            continue
        meanings = sorted(lexicon().groups.get(token) or lexicon().groups.get(stem(token)) or ())
        for meaning in meanings:
            features[f"={meaning}"] += 1.0 / math.sqrt(len(meanings))
        if token not in STOP:
            features[stem(token)] += 0.6 if meanings else 0.9
            features[f"'{token}"] += 0.4
        else:
            features[f"~{token}"] += 0.15
        line.append(meanings[0] if meanings else stem(token))
    for first, second in zip(["^", *line], line, strict=False):
        features[f"{first}_{second}"] += 0.5
    return features


def spoken(shape: Shape) -> str:
    """The step as plain words, for its vector."""
    return PLACEHOLDER.sub(lambda m: m.group(1).split("|")[0].replace("_", " "), shape.text).strip() or "nothing"


@dataclass(frozen=True)
class Features:
    """What each of some texts says.

    Attributes:
        names: of the features; no two alike.
        starts: where the features of each text begin, and where those of the last end.
        columns: places in `names`.
        weights: as in `bag`.
        vectors: unit vectors, a row for each text.
    """

    names: Sequence[str]
    starts: Numbers
    columns: Numbers
    weights: NDArray[np.float64]
    vectors: NDArray[np.float32]

    def of(self, rows: Numbers) -> "Features":
        """Those of some of the texts, in another order."""
        sizes = np.diff(self.starts)[rows]
        starts = np.concatenate([[0], sizes.cumsum()])
        places = np.arange(starts[-1]) + np.repeat(self.starts[rows] - starts[:-1], sizes)
        return Features(self.names, starts, self.columns[places], self.weights[places], self.vectors[rows])

    def beside(self, other: "Features") -> "Features":
        """Those of these texts and then of others."""
        numbers = {name: number for number, name in enumerate(dict.fromkeys([*self.names, *other.names]))}
        renumbered = np.array([numbers[name] for name in other.names], dtype=np.int64)
        return Features(
            list(numbers),
            np.concatenate([self.starts, other.starts[1:] + self.starts[-1]]),
            np.concatenate([self.columns, renumbered[other.columns]]),
            np.concatenate([self.weights, other.weights]),
            np.concatenate([self.vectors, other.vectors]),
        )


def features(texts: Sequence[str], embedding: Embedding) -> Features:
    """What these texts say, found out anew."""
    shapes = [shape(text) for text in texts]
    bags: list[Mapping[str, float]] = [bag(one) for one in shapes]
    numbers = {name: number for number, name in enumerate(dict.fromkeys(name for one in bags for name in one))}
    return Features(
        list(numbers),
        np.cumsum([0, *map(len, bags)], dtype=np.int64),
        np.array([numbers[name] for one in bags for name in one], dtype=np.int64),
        np.array([weight for one in bags for weight in one.values()], dtype=np.float64),
        embedding.embed([spoken(one) for one in shapes]),
    )
