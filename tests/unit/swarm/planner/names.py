"""Planners over the real tools and made-up names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agents.registry import find_agents
from evals.planner.data import tools_of
from knowledge.embeddings import WordLlamaEmbedding
from swarm.planner.planner import Planner
from tools.tool import Entry


@dataclass(frozen=True)
class Names:
    """A catalogue that holds what a test says."""

    known: Mapping[str, Sequence[Entry]]

    @property
    def kinds(self) -> list[str]:
        return list(self.known)

    def entries(self, kind: str) -> Sequence[Entry]:
        return self.known.get(kind, [])


def planner_of(known: Mapping[str, Sequence[Entry]]) -> Planner:
    """A planner that knows these names."""
    return Planner(tools_of(find_agents()), Names(known), WordLlamaEmbedding())
