"""The result of an evaluation, in the one form that all suites write."""

from typing import TypedDict


class Counts(TypedDict):
    """Cases of one kind and how many of them passed."""

    cases: int
    passed: int


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
