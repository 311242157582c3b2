"""The one interface to the results of runs, whoever keeps them."""

from collections.abc import Sequence
from typing import Protocol

from tools.kfp.model import Lineage, Run, RunArtifact, Step

LOG_TAIL = 64 * 1024
"""Bytes of a log that are read, from its end."""


class ResultsSource(Protocol):
    """The results of runs. Every method raises `ToolError` and nothing else; UNSUPPORTED where a server does not tell them."""

    def steps(self, run: Run) -> list[Step]:
        """The steps of a run with parameters, and whether they came from the cache."""

    def explained(self, run: Run) -> list[Step]:
        """The same with whose result was taken from the cache, or why none was."""

    def artifacts(self, run: Run) -> list[RunArtifact]:
        """What the steps of a run produced, or took from the cache."""

    def lineage(self, uris: Sequence[str]) -> list[Lineage]:
        """What is recorded under these addresses, the latest first."""

    def log(self, run: Run, step: Step, tail: int = LOG_TAIL) -> str:
        """The last `tail` bytes of what a step printed, empty when it printed nothing; NOT_FOUND when it is gone."""
