"""The agents' tools by themselves, outside of a conversation: for panels, completions and other programs."""

import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from agents.agent import Agent
from swarm import approvals
from swarm.airlock import Airlock
from swarm.approvals import Decision
from swarm.audit import AuditLog, Entry
from swarm.journal import Journal, begun
from swarm.permissions import Permissions
from swarm.reply import Approval
from swarm.workers import Workers
from tools.call import Call
from tools.names import listed, nearest
from tools.result import Effect, ErrorCode, ToolError, ToolResult
from tools.speaker import speaker
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
        who, entry = speaker(), self._entry(call.tool.name, call.args, call.effect)
        entry.approval, entry.approved_by = "approved" if approved_by else "", approved_by
        refusal = self._beyond(call)
        if refusal is None and self._rights(who.user).needs_approval(call.effect) and not approved_by:
            entry.approval = "forbidden"
            message = f"`{call.tool.name}` changes something and nobody has approved it. Nothing was done. Ask for it in a conversation."
            refusal = ToolResult.failed(ToolError(ErrorCode.PERMISSION_DENIED, message))
        if refusal is None:
            return await self._made(uuid.uuid4().hex, call, entry, lambda _: None)
        await self._workers.run(self._records.audit.append, entry.ended(refusal))
        return refusal

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
        entry = self._entry(name, dict(arguments))
        call = await self.prepare(name, arguments)
        settled: ToolResult | str
        if isinstance(call, Call):
            entry.args, entry.effect = call.args, call.effect
            settled = await self._settled(call, entry, ask)
            if isinstance(settled, str):
                return await self._made(settled, call, entry, report)
        else:
            settled = call
        refused = await self._workers.run(self._airlock.mask_all, speaker(), entry.ended(settled))
        await self._workers.run(self._records.audit.append, refused)
        return settled

    async def _settled(self, call: Call, entry: Entry, ask: Ask) -> ToolResult | str:
        """Under which id a call is to be made, or why it is not; what was decided about it is noted in the entry."""
        rights = self._rights(speaker().user)
        approval = approvals.request(uuid.uuid4().hex, self._owners[call.tool.name], call, rights.approval_minutes)
        if not rights.needs_approval(call.effect):
            return approval.id
        decision = await ask(approval)
        if decision.decision == "approve" and approvals.expired(approval):
            decision = Decision(decision="expired")
        entry.approval, entry.approved_by = approvals.audited(decision), decision.by
        if decision.decision != "approve":
            return approvals.refusal(decision)
        if (decision.args, decision.effect) != (call.args, call.effect):
            message = "what the approval was given for has changed meanwhile; nothing was done. Ask again."
            return ToolResult.failed(ToolError(ErrorCode.CONFLICT, message))
        return decision.id or approval.id

    async def _made(self, name: str, call: Call, entry: Entry, report: Callable[[str], None]) -> ToolResult:
        """Make a call; one that changes something once under its name."""
        who = speaker()
        make = partial(self._airlock.run, who, call)
        if call.effect == "read":
            work = partial(self._records.audit.noted, entry, make)
        else:
            journaled = begun(name, who.session, entry.agent, entry.tool, call.args, call.effect)
            work = partial(self._records.journal.once, journaled, entry, make)
        return await self._workers.watched(lambda text: report(self._airlock.mask(who, text)), work)

    def _entry(self, name: str, args: dict[str, Any], effect: Effect | None = None) -> Entry:
        """The audit log's entry for a call that begins now."""
        who, agent = speaker(), self._owners.get(name)
        return Entry(user=who.user, session=who.session, agent=agent.name if agent else "", tool=name, args=args, effect=effect)

    def _beyond(self, call: Call) -> ToolResult | None:
        """The refusal of a call that is more than the user's role may do."""
        rights = self._rights(speaker().user)
        if rights.allows(call.effect):
            return None
        return ToolResult.failed(ToolError(ErrorCode.PERMISSION_DENIED, f"the role {rights.role} may not do this."))
