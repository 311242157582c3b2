"""The watchlist: the runs that a conversation wants to hear of. Where it is kept is not the tools' business."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Watch:
    """A run that is watched, and since when (seconds since 1970, UTC)."""

    run: str
    """The run's id."""
    name: str
    since: float


class Watchlist(Protocol):
    """The watches of the conversation that the running call belongs to."""

    def add(self, run: str, name: str) -> bool:
        """Watch a run, by id and name; tells whether it was not watched before."""

    def watches(self) -> list[Watch]:
        """What is watched, the oldest first."""

    def remove(self, run: str) -> bool:
        """Stop watching a run, by id; tells whether it was watched."""
