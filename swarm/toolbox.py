"""The agents' tools by themselves, outside of a conversation: for panels, completions and other programs."""

from collections.abc import Mapping
from typing import Any

from agents.agent import Agent
from swarm.airlock import Airlock
from swarm.permissions import Permissions
from swarm.workers import Workers
from tools.call import Call
from tools.names import listed, nearest
from tools.result import ErrorCode, ToolError, ToolResult
from tools.speaker import speaker
from tools.tool import Tool


class Toolbox:
    """Tools that a role may use, with the checks that they have in a conversation. Nothing here raises: trouble is a result."""

    def __init__(self, agents: Mapping[str, Agent], airlock: Airlock, permissions: Permissions, workers: Workers) -> None:
        self._airlock = airlock
        self._permissions = permissions
        self._workers = workers
        self._owners = {
            name: agent for agent in agents.values() for name, tool in agent.toolset.tools.items() if permissions.allows(tool.effect)
        }

    @property
    def tools(self) -> list[tuple[Agent, Tool]]:
        """Every tool with the agent it belongs to."""
        return [(agent, agent.toolset.tools[name]) for name, agent in self._owners.items()]

    async def prepare(self, name: str, arguments: Mapping[str, Any]) -> Call | ToolResult:
        """A call that can be made: arguments checked, names resolved, effect and preview computed; or the error."""
        agent = self._owners.get(name)
        if agent is None:
            near = nearest(name, list(self._owners)) or list(self._owners)
            return ToolResult.failed(ToolError(ErrorCode.INVALID_ARGUMENT, f"there is no tool `{name}`. Nearest: {listed(near)}."))
        call = await self._workers.run(self._airlock.prepare, speaker(), agent.toolset.tools[name], arguments, agent.toolset.resolvers)
        if isinstance(call, Call) and not self._permissions.allows(call.effect):
            message = f"the role {self._permissions.role} may not do this."
            return ToolResult.failed(ToolError(ErrorCode.PERMISSION_DENIED, message))
        return call

    async def run(self, call: Call) -> ToolResult:
        """Make a call; whether somebody had to approve it is the caller's business."""
        return await self._workers.run(self._airlock.run, speaker(), call)

    async def read(self, name: str, **arguments: Any) -> ToolResult:
        """The result of a tool that only reads; any other is refused."""
        call = await self.prepare(name, arguments)
        if isinstance(call, Call) and call.effect != "read":
            return ToolResult.failed(ToolError(ErrorCode.PERMISSION_DENIED, f"`{name}` changes something: ask for it in the conversation."))
        return call if isinstance(call, ToolResult) else await self.run(call)
