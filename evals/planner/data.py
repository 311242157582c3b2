"""What the planner's weights are fitted to: the tools in view with their examples."""

from collections.abc import Mapping

from agents.agent import Agent
from swarm.planner.toolview import ToolView, views
from swarm.specialist import langchain_tool


def tools_of(agents: Mapping[str, Agent]) -> list[ToolView]:
    """The tools of these agents as the planner sees them."""
    return [view for a in agents.values() for tool in a.toolset.tools.values() for view in views(langchain_tool(tool), f"ask_{a.name}")]
