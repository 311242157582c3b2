"""What happens between a model that asks for a tool and the tool: check, approval, execution off the event loop, a step on the record."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

from langchain.agents.middleware import AgentMiddleware
from langchain.agents.middleware.types import ToolCallRequest
from langchain_core.messages import ToolMessage
from langgraph.config import get_config, get_stream_writer
from langgraph.types import Command, interrupt
from pydantic import BaseModel

from agents.agent import Agent
from swarm import approvals
from swarm.approvals import Decision
from swarm.audit import Approved, Entry
from swarm.desk import Desk
from swarm.journal import Journal, begun
from swarm.mandate import Mandate
from swarm.records import numbered, tool_message
from swarm.repetition import refused
from swarm.reply import Step, StepFinished, StepProgress, StepStarted
from swarm.workers import Workers
from tools.call import Call
from tools.names import listed, nearest
from tools.result import Effect, ErrorCode, ToolError, ToolResult


@dataclass(frozen=True)
class Made:
    """A call that has been answered, in whatever way."""

    result: ToolResult
    args: dict[str, Any]
    effect: Effect
    approval: Approved = ""
    by: str = ""
    """Who decided, where somebody did."""
    audited: bool = False
    """Whether the audit log has it: calls that were run are written down together with their result."""

    @property
    def rejected(self) -> bool:
        """Whether it was decided against."""
        return self.approval in ("rejected", "expired", "forbidden")


class ToolCalls(AgentMiddleware[Any, Mandate]):
    """Executes an agent's tool calls. It never raises into the loop: every call ends in a tool message."""

    def __init__(self, agent: Agent, desk: Desk, workers: Workers, journal: Journal) -> None:
        super().__init__()
        self._agent = agent
        self._desk = desk
        self._workers = workers
        self._journal = journal

    async def awrap_tool_call(
        self, request: ToolCallRequest, handler: Callable[[ToolCallRequest], Awaitable[ToolMessage | Command[Any]]]
    ) -> ToolMessage | Command[Any]:
        """One call, from the model's words to the tool message."""
        name = request.tool_call["name"]
        if request.tool is not None and name not in self._agent.toolset.tools:
            return await handler(request)
        started = time.monotonic()
        call_id = _identity()
        mandate = cast(Mandate, request.runtime.context)
        made = await self._made(call_id, request, mandate)
        result = numbered(made.result, request.state)
        step = Step(
            id=call_id,
            agent=self._agent.name,
            tool=name,
            args=made.args,
            effect=made.effect,
            status="rejected" if made.rejected else result.status,
            code=result.code,
            ms=round((time.monotonic() - started) * 1000),
        )
        if not made.audited:
            entry = self._entry(name, made.args, made.effect, mandate, made.approval, made.by)
            await self._workers.run(self._desk.audit.append, entry.ended(result))
        _emit(StepFinished(id=call_id, step=step, artifacts=result.artifacts))
        return tool_message(str(request.tool_call["id"]), result, step, list(request.tool_call["args"]))

    async def _made(self, call_id: str, request: ToolCallRequest, mandate: Mandate) -> Made:
        """The call's outcome: refused, known from before, decided against, or run."""
        name, given = request.tool_call["name"], dict(request.tool_call["args"])
        tool = self._agent.toolset.tools.get(name)
        effect = tool.effect if tool else "read"
        refusal = refused(request.tool_call, request.state)
        if refusal is not None:
            return Made(refusal, given, effect)
        prepared = await self._prepare(name, given, mandate)
        if known := await self._known(call_id, effect):
            return known
        if isinstance(prepared, ToolResult):
            return Made(prepared, given, effect)
        if not mandate.permissions.allows(prepared.effect):
            return Made(_forbidden(prepared, mandate), prepared.args, prepared.effect)
        if not mandate.permissions.needs_approval(prepared.effect):
            return await self._run(call_id, prepared, mandate)
        decision = self._decide(call_id, prepared, mandate)
        approval, by = approvals.audited(decision), decision.by
        if decision.decision != "approve":
            return Made(approvals.refusal(decision), prepared.args, prepared.effect, approval, by)
        bound = await self._bound(prepared, decision, mandate)
        if isinstance(bound, ToolResult):
            return await self._known(call_id, effect) or Made(bound, decision.args, decision.effect, approval, by)
        return await self._run(call_id, bound, mandate, approval, by)

    async def _known(self, call_id: str, effect: Effect) -> Made | None:
        """What the journal knows of the call: it was begun before, here or in another program, perhaps a moment ago."""
        known = await self._workers.run(self._journal.find, call_id) if effect != "read" else None
        return Made(known.outcome, known.args, effect, audited=True) if known else None

    async def _prepare(self, name: str, args: dict[str, Any], mandate: Mandate) -> Call | ToolResult:
        tools = self._agent.toolset.tools
        if name not in tools or not mandate.permissions.allows(tools[name].effect):
            visible = [t.name for t in tools.values() if mandate.permissions.allows(t.effect)]
            message = f"there is no tool `{name}`. Tools: {listed(nearest(name, visible) or visible)}."
            return ToolResult.failed(ToolError(ErrorCode.INVALID_ARGUMENT, message))
        airlock = self._desk.airlock
        return await self._workers.run(airlock.prepare, mandate.speaker, tools[name], args, self._agent.toolset.resolvers)

    def _decide(self, call_id: str, call: Call, mandate: Mandate) -> Decision:
        """The decision on a call; waits for a person by interrupting the graph, which resumes here, in this or another process."""
        if mandate.approve in ("all", "none"):
            return Decision(decision="approve" if mandate.approve == "all" else "forbidden", args=call.args, effect=call.effect)
        approval = approvals.request(call_id, self._agent, call, mandate.permissions.approval_minutes)
        return Decision.model_validate(interrupt(approval.model_dump(mode="json")))

    async def _bound(self, call: Call, decision: Decision, mandate: Mandate) -> Call | ToolResult:
        """The call with the arguments and the effect that were approved, checked anew because the world may have changed meanwhile."""
        again = call if decision.args == call.args else await self._prepare(call.tool.name, decision.args, mandate)
        if isinstance(again, Call) and (again.args != decision.args or again.effect != decision.effect):
            message = "what the approval was given for has changed meanwhile; nothing was done. Ask again."
            return ToolResult.failed(ToolError(ErrorCode.CONFLICT, message))
        return again

    async def _run(self, call_id: str, call: Call, mandate: Mandate, approval: Approved = "", by: str = "") -> Made:
        """Run a call off the event loop; one that changes something goes through the journal."""
        _emit(StepStarted(id=call_id, agent=self._agent.name, tool=call.tool.name, args=call.args))
        airlock, who = self._desk.airlock, mandate.speaker
        note = self._entry(call.tool.name, call.args, call.effect, mandate, approval, by)
        work = partial(self._desk.audit.noted, note, partial(airlock.run, who, call))
        if call.effect != "read":
            entry = begun(call_id, mandate.session, self._agent.name, call.tool.name, call.args, call.effect)
            work = partial(self._journal.once, entry, note, partial(airlock.run, who, call))
        report = partial(_progress, get_stream_writer(), call_id, partial(airlock.mask, who))
        with self._desk.telemetry.tool(self._agent.name, call.tool.name, call.effect, mandate.measured) as measured:
            result = await self._workers.watched(report, work)
            measured.ended(result.status)
        return Made(result, call.args, call.effect, approval, by, audited=True)

    def _entry(self, name: str, args: dict[str, Any], effect: Effect, mandate: Mandate, approval: Approved, by: str) -> Entry:
        """What the audit log is to keep of a call."""
        return Entry(
            user=mandate.user,
            session=mandate.conversation,
            trace=mandate.trace,
            agent=self._agent.name,
            tool=name,
            args=args,
            effect=effect,
            approval=approval,
            approved_by=by,
        )


def _identity() -> str:
    """What identifies a call: the graph's own id of its task, the same when it resumes, never one that a model made up."""
    return str(get_config()["configurable"]["checkpoint_ns"]).rpartition(":")[2]


def _forbidden(call: Call, mandate: Mandate) -> ToolResult:
    what = call.preview.splitlines()[0] if call.preview else call.tool.name
    return ToolResult.failed(ToolError(ErrorCode.PERMISSION_DENIED, mandate.denial(what)))


def _emit(event: BaseModel) -> None:
    get_stream_writer()(event)


def _progress(write: Callable[[Any], None], call_id: str, mask: Callable[[str], str], text: str) -> None:
    write(StepProgress(id=call_id, text=mask(text)))
