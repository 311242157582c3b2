"""Finds the agents: those of this package, and those that installed packages offer."""

import importlib
import pkgutil
from functools import cache
from importlib.metadata import entry_points

import agents
from agents.agent import Agent

GROUP = "mlops_swarm.agents"
"""Entry-point group of outside packages; each entry names an `Agent`."""


@cache
def find_agents() -> dict[str, Agent]:
    """All agents by name: built-in ones first, then those of installed packages.

    Raises:
        ValueError: two agents share a name, or an entry point is no agent.
    """
    modules = (importlib.import_module(f"agents.{info.name}") for info in pkgutil.iter_modules(agents.__path__))
    found: list[object] = [module.agent for module in modules if isinstance(getattr(module, "agent", None), Agent)]
    found += [entry.load() for entry in entry_points(group=GROUP)]
    named: dict[str, Agent] = {}
    for agent in found:
        if not isinstance(agent, Agent):
            raise ValueError(f"the entry points of {GROUP} must be agents, not {type(agent).__name__}")
        if agent.name in named:
            raise ValueError(f"two agents are called {agent.name!r}; rename or uninstall one")
        named[agent.name] = agent
    return named
