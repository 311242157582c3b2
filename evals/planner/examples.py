"""`make planner-examples`: what the tools' examples teach the built-in planner, found out and stored beside its code."""

import sys
from collections.abc import Iterator
from typing import cast

from agents.registry import find_agents
from evals.planner.data import tools_of
from knowledge.embeddings import WordLlamaEmbedding
from swarm.permissions import ROLES, Permissions
from swarm.planner.lessons import FILE, Taught, write
from swarm.planner.toolview import ToolView
from tools.result import Effect


def sets() -> Iterator[Taught]:
    """The sets of tools that the planner sees: all of them as the router, of each agent those that a role may use."""
    views = tools_of(find_agents())
    yield taught(views)
    for agent in dict.fromkeys(view.delegate for view in views):
        for role in ROLES:
            allowed = [v for v in views if v.delegate == agent and Permissions(role).allows(cast(Effect, v.effect))]
            if allowed:
                yield taught(allowed)


def taught(views: list[ToolView]) -> Taught:
    """Their examples, by tool."""
    return {view.name: tuple(view.examples) for view in views}


def main() -> int:
    """Write the file."""
    write(FILE, sets(), WordLlamaEmbedding())
    sys.stdout.write(f"{FILE.name}: {FILE.stat().st_size:,} bytes\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
