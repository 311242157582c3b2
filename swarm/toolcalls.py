"""What happens between a model that asks for a tool and the tool: check, approval, execution off the event loop, a step on the record."""

import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from langchain.agents.middleware import AgentMiddleware
from langchain.agents.middleware.types import ToolCallRequest
from langchain_core.messages import ToolMessage
from langchain_core.runnables import ensure_config
from langgraph.config import get_stream_writer
from langgraph.types import Command, interrupt
from pydantic import BaseModel

from agents.agent import Agent
from swarm import approvals
from swarm.approvals import Decision
from swarm.permissions import Permissions
from swarm.records import numbered, tool_message
from swarm.reply import Step, StepFinished, StepProgress, StepStarted
from swarm.workers import Workers
from tools import call as calls
from tools.call import Call
from tools.names import listed, nearest
from tools.result import ErrorCode, ToolError, ToolResult
from tools.services import Services


class ToolCalls(AgentMiddleware[Any, Any]):
    """Executes an agent's tool calls. It never raises into the loop: every call ends in a tool message."""

    def __init__(self, agent: Agent, services: Services, permissions: Permissions, workers: Workers) -> None:
        super().__init__()
        self._agent = agent
        self._services = services
        self._permissions = permissions
        self._workers = workers

    async def awrap_tool_call(
        self, request: ToolCallRequest, handler: Callable[[ToolCallRequest], Awaitable[ToolMessage | Command[Any]]]
    ) -> ToolMessage | Command[Any]:
        """One call, from the model's words to the tool message."""
        name = request.tool_call["name"]
        call_id = str(request.tool_call["id"])
        if request.tool is not None and name not in self._agent.toolset.tools:
            return await handler(request)
        started = time.monotonic()
        prepared = await self._prepare(name, request.tool_call["args"])
        if isinstance(prepared, Call) and not self._permissions.allows(prepared.effect):
            message = (
                f"your role ({self._permissions.role}) may not do this: {prepared.preview.splitlines()[0] if prepared.preview else name}"
            )
            prepared = ToolResult.failed(ToolError(ErrorCode.PERMISSION_DENIED, message))
        decision = None
        if isinstance(prepared, Call) and self._permissions.needs_approval(prepared.effect):
            decision = self._decide(call_id, prepared)
            if decision.decision == "approve":
                prepared = await self._bound(prepared, decision)
        result, rejected = await self._execute(call_id, prepared, decision)
        result = numbered(result, request.state)
        args = prepared.args if isinstance(prepared, Call) else dict(request.tool_call["args"])
        effect = prepared.effect if isinstance(prepared, Call) else self._effect(name)
        step = Step(
            id=call_id,
            agent=self._agent.name,
            tool=name,
            args=args,
            effect=effect,
            status="rejected" if rejected else result.status,
            code=result.code,
            ms=round((time.monotonic() - started) * 1000),
        )
        _emit(StepFinished(id=call_id, step=step, artifacts=result.artifacts))
        return tool_message(result, step, list(request.tool_call["args"]))

    async def _prepare(self, name: str, args: dict[str, Any]) -> Call | ToolResult:
        tools = self._agent.toolset.tools
        if name not in tools or not self._permissions.allows(tools[name].effect):
            visible = [t.name for t in tools.values() if self._permissions.allows(t.effect)]
            message = f"there is no tool `{name}`. Tools: {listed(nearest(name, visible) or visible)}."
            return ToolResult.failed(ToolError(ErrorCode.INVALID_ARGUMENT, message))
        return await self._workers.run(calls.prepare, tools[name], args, self._services, self._agent.toolset.resolvers)

    def _decide(self, call_id: str, call: Call) -> Decision:
        """The decision on a call; waits for a person by interrupting the graph, which resumes here, in this or another process."""
        automatic = ensure_config().get("configurable", {}).get("approve", "ask")
        if automatic != "ask":
            return Decision(decision="approve" if automatic == "all" else "forbidden", args=call.args)
        approval = approvals.request(call_id, self._agent, call, self._permissions.approval_minutes)
        return Decision.model_validate(interrupt(approval.model_dump(mode="json")))

    async def _bound(self, call: Call, decision: Decision) -> Call | ToolResult:
        """The call with the arguments that were approved, checked anew because the world may have changed meanwhile."""
        if decision.args == call.args:
            return call
        again = await self._prepare(call.tool.name, decision.args)
        if isinstance(again, Call) and again.args != decision.args:
            message = "what the approval was given for has changed meanwhile; nothing was done. Ask again."
            return ToolResult.failed(ToolError(ErrorCode.CONFLICT, message))
        return again

    async def _execute(self, call_id: str, prepared: Call | ToolResult, decision: Decision | None) -> tuple[ToolResult, bool]:
        """The result, and whether a person refused."""
        if isinstance(prepared, ToolResult):
            return prepared, False
        _emit(StepStarted(id=call_id, agent=self._agent.name, tool=prepared.tool.name, args=prepared.args))
        if decision is not None and decision.decision != "approve":
            refusals = {"expired": "The approval expired.", "forbidden": "Not approved: this session allows no changes."}
            why = refusals.get(decision.decision, "A person rejected it.")
            return ToolResult(status="error", code=ErrorCode.CANCELED, content=f"{why} Nothing was changed."), True
        write = get_stream_writer()
        report = partial(_progress, write, call_id)
        return await self._workers.watched(report, calls.run, prepared, self._services), False

    def _effect(self, name: str) -> Any:
        tool = self._agent.toolset.tools.get(name)
        return tool.effect if tool else "read"


def _emit(event: BaseModel) -> None:
    get_stream_writer()(event)


def _progress(write: Callable[[Any], None], call_id: str, text: str) -> None:
    write(StepProgress(id=call_id, text=text))
