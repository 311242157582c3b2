"""The agents' tools by themselves, outside of a conversation: for panels, completions and other programs."""

import time
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from agents.agent import Agent
from swarm import approvals
from swarm.airlock import Airlock
from swarm.approvals import Decision
from swarm.audit import Approved, AuditLog, Entry
from swarm.journal import Journal, begun
from swarm.permissions import Permissions
from swarm.reply import Approval
from swarm.workers import Workers
from tools.call import Call
from tools.names import listed, nearest
from tools.result import ErrorCode, ToolError, ToolResult
from tools.speaker import Speaker, speaker
from tools.tool import Tool

Ask = Callable[[Approval], Awaitable[Decision]]
"""Has somebody decide on an approval; the decision is bound to the arguments and the effect that it names."""


@dataclass(frozen=True)
class Records:
    """Where calls are written down."""

    audit: AuditLog
    journal: Journal


class Toolbox:
    """Tools for whoever `speaker()` names, with the checks that they have in a conversation. Nothing here raises: trouble is a result."""

    def __init__(
        self, agents: Mapping[str, Agent], airlock: Airlock, rights: Callable[[str], Permissions], workers: Workers, records: Records
    ) -> None:
        """`rights` tells what a user may do."""
        self.agents = agents
        self._airlock = airlock
        self._rights = rights
        self._workers = workers
        self._records = records
        self._owners = {name: agent for agent in agents.values() for name in agent.toolset.tools}

    def with_permissions(self, permissions: Permissions) -> "Toolbox":
        """The same tools for another role, whoever speaks."""
        return Toolbox(self.agents, self._airlock, lambda _: permissions, self._workers, self._records)

    @property
    def tools(self) -> list[tuple[Agent, Tool]]:
        """Every tool that the user may use, with the agent it belongs to."""
        rights = self._rights(speaker().user)
        tools = [(agent, agent.toolset.tools[name]) for name, agent in self._owners.items()]
        return [(agent, tool) for agent, tool in tools if rights.allows(tool.effect)]

    async def prepare(self, name: str, arguments: Mapping[str, Any]) -> Call | ToolResult:
        """A call that can be made: arguments checked, names resolved, effect and preview computed; or the error."""
        who, shown = speaker(), [tool.name for _, tool in self.tools]
        if name not in shown:
            near = nearest(name, shown) or shown
            return ToolResult.failed(ToolError(ErrorCode.INVALID_ARGUMENT, f"there is no tool `{name}`. Nearest: {listed(near)}."))
        toolset = self._owners[name].toolset
        call = await self._workers.run(self._airlock.prepare, who, toolset.tools[name], arguments, toolset.resolvers)
        if isinstance(call, Call):
            return self._beyond(call) or call
        return call

    async def run(self, call: Call, approved_by: str = "") -> ToolResult:
        """Make a call, or refuse it, and write that into the audit log.

        Args:
            call: as `prepare` made it.
            approved_by: the person who has approved exactly this call; without one, what needs an approval is refused.
        """
        started, who = time.monotonic(), speaker()
        approval: Approved = "approved" if approved_by else ""
        refusal = self._beyond(call)
        if refusal is None and self._rights(who.user).needs_approval(call.effect) and not approved_by:
            approval = "forbidden"
            message = f"`{call.tool.name}` changes something and nobody has approved it. Nothing was done. Ask for it in a conversation."
            refusal = ToolResult.failed(ToolError(ErrorCode.PERMISSION_DENIED, message))
        result = refusal if refusal is not None else await self._workers.run(self._airlock.run, who, call)
        entry = Entry(
            user=who.user,
            session=who.session,
            agent=self._owners[call.tool.name].name,
            tool=call.tool.name,
            args=call.args,
            effect=call.effect,
            approval=approval,
            approved_by=approved_by,
            status="rejected" if approval == "forbidden" else result.status,
            code=result.code or "",
            ms=round((time.monotonic() - started) * 1000),
        )
        await self._workers.run(self._records.audit.append, entry)
        return result

    def masked(self, text: str) -> str:
        """What a backend says, without secrets. Blocks."""
        return self._airlock.mask(speaker(), text)

    async def read(self, name: str, **arguments: Any) -> ToolResult:
        """The result of a tool that only reads; any other is refused."""
        call = await self.prepare(name, arguments)
        if isinstance(call, Call) and call.effect != "read":
            return ToolResult.failed(ToolError(ErrorCode.PERMISSION_DENIED, f"`{name}` changes something: ask for it in the conversation."))
        return call if isinstance(call, ToolResult) else await self.run(call)

    async def call(self, name: str, arguments: Mapping[str, Any], ask: Ask, report: Callable[[str], None] = lambda _: None) -> ToolResult:
        """The result of any tool, for whom `speaker()` names: approved where its effect asks for it, made once, written into the audit log.

        Args:
            name: the tool.
            arguments: as a person or a model gives them.
            ask: has somebody decide where that is needed. What it raises goes through, and then nothing was done.
            report: is told what the tool does while it works.
        """
        started = time.monotonic()
        who, agent = speaker(), self._owners.get(name)
        entry = Entry(user=who.user, session=who.session, agent=agent.name if agent else "", tool=name, args=dict(arguments))
        prepared = await self.prepare(name, arguments)
        if isinstance(prepared, ToolResult):
            outcome = prepared
        else:
            entry.args, entry.effect = prepared.args, prepared.effect
            outcome = await self._settled(prepared, entry, ask, report)
        entry.status = "rejected" if entry.approval in ("rejected", "expired", "forbidden") else outcome.status
        entry.code, entry.ms = outcome.code or "", round((time.monotonic() - started) * 1000)
        kept = await self._workers.run(self._airlock.mask_all, who, entry)
        await self._workers.run(self._records.audit.append, kept)
        return outcome

    async def _settled(self, call: Call, entry: Entry, ask: Ask, report: Callable[[str], None]) -> ToolResult:
        """What came of a call that could be made; what was decided about it is noted in the entry."""
        rights = self._rights(speaker().user)
        approval = approvals.request(uuid.uuid4().hex, self._owners[call.tool.name], call, rights.approval_minutes)
        if rights.needs_approval(call.effect):
            decision = await ask(approval)
            if decision.decision == "approve" and approvals.expired(approval):
                decision = Decision(decision="expired")
            entry.approval, entry.approved_by = approvals.audited(decision), decision.by
            if decision.decision != "approve":
                return approvals.refusal(decision)
            if (decision.args, decision.effect) != (call.args, call.effect):
                message = "what the approval was given for has changed meanwhile; nothing was done. Ask again."
                return ToolResult.failed(ToolError(ErrorCode.CONFLICT, message))
            approval.id = decision.id or approval.id
        return await self._made(approval, call, speaker(), report)

    async def _made(self, approval: Approval, call: Call, who: Speaker, report: Callable[[str], None]) -> ToolResult:
        """Make a call; one that changes something once for each approval."""
        make = partial(self._airlock.run, who, call)
        work = make
        if call.effect != "read":
            entry = begun(approval.id, who.session, approval.agent, call.tool.name, call.args, call.effect)
            work = partial(self._records.journal.once, entry, make)
        return await self._workers.watched(lambda text: report(self._airlock.mask(who, text)), work)

    def _beyond(self, call: Call) -> ToolResult | None:
        """The refusal of a call that is more than the user's role may do."""
        rights = self._rights(speaker().user)
        if rights.allows(call.effect):
            return None
        return ToolResult.failed(ToolError(ErrorCode.PERMISSION_DENIED, f"the role {rights.role} may not do this."))
