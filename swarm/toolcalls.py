"""What happens between a model that asks for a tool and the tool: check, approval, execution off the event loop, a step on the record."""

import asyncio
import re
import threading
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from langchain.agents.middleware import AgentMiddleware
from langchain.agents.middleware.types import ToolCallRequest
from langchain_core.messages import ToolMessage
from langchain_core.runnables import ensure_config
from langgraph.config import get_stream_writer
from langgraph.types import Command, interrupt
from pydantic import BaseModel, Field

from agents.agent import Agent
from swarm.permissions import Permissions
from swarm.reply import Approval, Step, StepFinished, StepProgress, StepStarted
from tools import call as calls
from tools.activity import Activity, activity
from tools.call import Call
from tools.names import listed, nearest
from tools.result import Artifact, ErrorCode, Source, Subject, ToolError, ToolResult
from tools.services import Services

MAX_CONTENT = 2600
"""Characters of a result that a model sees: about 600 tokens."""


class Decision(BaseModel):
    """What a person decided about an approval; `args` are those the decision is bound to."""

    decision: str
    args: dict[str, Any] = Field(default_factory=dict)
    by: str = ""


class Record(BaseModel):
    """What a tool message carries beside its text."""

    step: Step
    artifacts: list[Artifact] = Field(default_factory=list)
    sources: list[Source] = Field(default_factory=list)
    subjects: list[Subject] = Field(default_factory=list)
    choices: list[str] = Field(default_factory=list)
    given: list[str] = Field(default_factory=list)
    """Names of the arguments that the model gave; the others were filled in."""


class ToolCalls(AgentMiddleware[Any, Any]):
    """Executes an agent's tool calls. It never raises into the loop: every call ends in a tool message."""

    def __init__(self, agent: Agent, services: Services, permissions: Permissions) -> None:
        super().__init__()
        self._agent = agent
        self._services = services
        self._permissions = permissions

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
        return _message(call_id, name, result, step, list(request.tool_call["args"]))

    async def _prepare(self, name: str, args: dict[str, Any]) -> Call | ToolResult:
        tools = self._agent.toolset.tools
        if name not in tools or not self._permissions.allows(tools[name].effect):
            visible = [t.name for t in tools.values() if self._permissions.allows(t.effect)]
            message = f"there is no tool `{name}`. Tools: {listed(nearest(name, visible) or visible)}."
            return ToolResult.failed(ToolError(ErrorCode.INVALID_ARGUMENT, message))
        return await asyncio.to_thread(calls.prepare, tools[name], args, self._services, self._agent.toolset.resolvers)

    def _decide(self, call_id: str, call: Call) -> Decision:
        """The decision on a call; waits for a person by interrupting the graph, which resumes here, in this or another process."""
        automatic = ensure_config().get("configurable", {}).get("approve", "ask")
        if automatic != "ask":
            return Decision(decision="approve" if automatic == "all" else "forbidden", args=call.args)
        expires = datetime.now(UTC) + timedelta(minutes=self._permissions.approval_minutes)
        approval = Approval(
            id=call_id,
            agent=self._agent.name,
            tool=call.tool.name,
            args=call.args,
            effect=call.effect,
            preview=call.preview or f"{call.tool.summary.split('. ')[0]}.",
            expires_at=expires.isoformat(timespec="seconds"),
        )
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
        return await _in_thread(call_id, prepared, self._services), False

    def _effect(self, name: str) -> Any:
        tool = self._agent.toolset.tools.get(name)
        return tool.effect if tool else "read"


async def _in_thread(call_id: str, call: Call, services: Services) -> ToolResult:
    """Run a call off the event loop; when the turn is canceled, the tool is told."""
    loop = asyncio.get_running_loop()
    write = get_stream_writer()
    owner = threading.get_ident()

    def report(text: str) -> None:
        event = StepProgress(id=call_id, text=text)
        if threading.get_ident() == owner:
            write(event)
        else:
            loop.call_soon_threadsafe(write, event)

    with activity(Activity(report)) as watched:
        try:
            return await asyncio.to_thread(calls.run, call, services)
        except asyncio.CancelledError:
            watched.canceled.set()
            raise


def numbered(result: ToolResult, state: Any) -> ToolResult:
    """The result with its passages numbered on from those read before in this delegation; one that returns keeps its number."""
    if not result.sources or not isinstance(state, dict):
        return result
    known: dict[tuple[str, str, str], int] = {}
    for message in state.get("messages", []):
        if isinstance(message, ToolMessage) and isinstance(message.artifact, dict):
            known |= {(s["uri"], s["section"], s["text"]): s["n"] for s in message.artifact.get("sources", [])}
    numbers: dict[int, int] = {}
    free = max(known.values(), default=0)
    for source in result.sources:
        place = (source.uri, source.section, source.text)
        if place not in known:
            free += 1
            known[place] = free
        numbers[source.n] = known[place]
    content = re.sub(r"^\[(\d+)\]", lambda m: f"[{numbers.get(int(m.group(1)), int(m.group(1)))}]", result.content, flags=re.M)
    sources = [s.model_copy(update={"n": numbers[s.n]}) for s in result.sources]
    return result.model_copy(update={"content": content, "sources": sources})


def _emit(event: BaseModel) -> None:
    get_stream_writer()(event)


def _message(call_id: str, name: str, result: ToolResult, step: Step, given: list[str]) -> ToolMessage:
    record = Record(
        step=step, artifacts=result.artifacts, sources=result.sources, subjects=result.subjects, choices=result.choices, given=given
    )
    content = result.content
    if len(content) > MAX_CONTENT:
        content = content[:MAX_CONTENT].rsplit("\n", 1)[0] + "\n… (cut here; ask for less, or for the next part)"
    return ToolMessage(
        content=content,
        name=name,
        tool_call_id=call_id,
        status="error" if result.status == "error" else "success",
        artifact=record.model_dump(mode="json"),
    )
