"""What the planner's weights are fitted to: the tools in view with their examples, and phrases that are not among them."""

import importlib.resources
from collections.abc import Mapping

from agents.agent import Agent
from swarm.planner.toolview import ToolView, views
from swarm.specialist import langchain_tool


def tools_of(agents: Mapping[str, Agent]) -> list[ToolView]:
    """The tools of these agents as the planner sees them."""
    return [view for a in agents.values() for tool in a.toolset.tools.values() for view in views(langchain_tool(tool), f"ask_{a.name}")]


def phrases() -> list[tuple[str, str]]:
    """Tool and phrase, names as placeholders: how people ask, in words of their own."""
    text = importlib.resources.files("evals.planner").joinpath("phrases.tsv").read_text("utf-8")
    return [(tool, phrase) for tool, _, phrase in (line.partition("\t") for line in text.splitlines() if line.strip())]
