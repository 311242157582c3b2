"""The result of an evaluation, in the one form that all suites write."""

from collections.abc import Iterable
from typing import TypedDict


class Counts(TypedDict):
    """Cases of one kind and how many of them passed."""

    cases: int
    passed: int


def by_kind(cases: Iterable[tuple[str, bool]]) -> dict[str, Counts]:
    """Cases, each as its kind and whether it passed, counted by kind."""
    kinds: dict[str, Counts] = {}
    for kind, passed in cases:
        counts = kinds.setdefault(kind, Counts(cases=0, passed=0))
        counts["cases"] += 1
        counts["passed"] += passed
    return kinds


class Failure(TypedDict):
    """A case that did not pass: why, what was said, what was done, what was answered."""

    id: str
    why: str
    turns: list[str]
    steps: list[str]
    answer: str


class Evaluation(TypedDict):
    """Result of a suite over its cases."""

    suite: str
    model: str
    cases: int
    passed: int
    pass_rate: float
    by_kind: dict[str, Counts]
    metrics: dict[str, float]
    failures: list[Failure]
    usage: dict[str, int]
    seconds: float
