"""How scores of words and cosines of vectors become one order."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float32]
WEAK = 0.3
"""Below this share of the question covered by words even a weak embedding is asked: hardly a word occurs in the documents."""
_RANKS = 60
"""Constant of reciprocal rank fusion, after Cormack, Clarke and Büttcher (SIGIR 2009)."""

Fusion = Callable[[Scores, Callable[[], Scores], float, float], Scores]
"""From scores by words, a way to get cosines, the weight of these and the share covered by words: one score a chunk."""


def by_score(words: Scores, cosines: Callable[[], Scores], weight: float, covered: float) -> Scores:
    """Both scaled to a best one of 1 and added, the cosines by weight; a weak embedding is left out where words suffice."""
    if weight < 1 and covered >= WEAK:
        return scaled(words)
    return scaled(words) + np.float32(weight) * scaled(cosines())


def words_alone(words: Scores, cosines: Callable[[], Scores], weight: float, covered: float) -> Scores:  # noqa: ARG001 - a Fusion
    """BM25 only, to compare with."""
    return words


def vectors_alone(words: Scores, cosines: Callable[[], Scores], weight: float, covered: float) -> Scores:  # noqa: ARG001 - a Fusion
    """Cosines only, to compare with."""
    return cosines()


def by_rank(words: Scores, cosines: Callable[[], Scores], weight: float, covered: float) -> Scores:  # noqa: ARG001 - a Fusion
    """Reciprocal rank fusion, to compare with."""
    return _reciprocal_ranks(words) + _reciprocal_ranks(cosines())


def scaled(scores: Scores) -> Scores:
    """The same with a best score of 1."""
    top = float(scores.max(initial=0))
    return scores / np.float32(top) if top > 0 else scores


def _reciprocal_ranks(scores: Scores) -> Scores:
    order = np.argsort(-scores, kind="stable")
    ranks = np.zeros(len(scores), dtype=np.float32)
    ranks[order] = 1 / (_RANKS + 1 + np.arange(len(scores), dtype=np.float32))
    return np.where(scores > 0, ranks, 0)
