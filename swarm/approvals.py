"""Approvals: a call that waits for a person, the decision about it, and what each of them means."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from langgraph.types import Command, StateSnapshot
from pydantic import BaseModel, Field

from agents.agent import Agent
from swarm.airlock import Airlock
from swarm.audit import Approved
from swarm.errors import ApprovalError
from swarm.mandate import Mandate
from swarm.reply import Approval, Reply, Step
from swarm.workers import Workers
from tools.call import Call
from tools.result import Effect, ErrorCode, ToolResult

Verdict = Literal["approve", "reject", "edit"]


class Decision(BaseModel):
    """What a person decided about an approval; `args` are those the decision is bound to."""

    decision: Literal["approve", "reject", "expired", "forbidden"]
    args: dict[str, Any] = Field(default_factory=dict)
    effect: Effect = "read"
    """The effect that was approved; a call that would do more than this asks anew."""
    by: str = ""
    id: str = ""
    """The approval that was decided on, where the decision comes back by another way than it was asked for."""


def request(call_id: str, agent: Agent, call: Call, minutes: float) -> Approval:
    """The approval that a call asks for; the preview is what code computed, never what a model says.

    Its id names the call and what it would do: a call that waits is prepared anew while another one is decided, and where it would do
    something else by then, a decision on what was shown before finds nothing any more.
    """
    bound = json.dumps([call.args, call.effect], sort_keys=True, default=str)
    expires = datetime.now(UTC) + timedelta(minutes=minutes)
    return Approval(
        id=f"{call_id}.{hashlib.sha256(bound.encode()).hexdigest()[:12]}",
        agent=agent.name,
        tool=call.tool.name,
        args=call.args,
        effect=call.effect,
        preview=call.preview or f"{call.tool.summary.split('. ')[0]}.",
        expires_at=expires.isoformat(timespec="seconds"),
    )


def call_of(approval: Approval) -> str:
    """The id of the call that an approval is for."""
    return approval.id.rpartition(".")[0]


def audited(decision: Decision) -> Approved:
    """A decision in the words of the audit log."""
    if decision.decision == "approve":
        return "approved" if decision.by else "automatic"
    return "rejected" if decision.decision == "reject" else decision.decision


def refusal(decision: Decision) -> ToolResult:
    """The result of a call that was decided against."""
    why = {"expired": "The approval expired.", "forbidden": "Not approved: this session allows no changes."}
    said = f"{why.get(decision.decision, 'A person rejected it.')} Nothing was changed."
    return ToolResult(status="error", code=ErrorCode.CANCELED, content=said)


def expired(approval: Approval) -> bool:
    """Whether it is too late to decide."""
    return datetime.fromisoformat(approval.expires_at) < datetime.now(UTC)


def pending(snapshot: StateSnapshot) -> list[Approval]:
    """The approvals that a conversation waits for."""
    return [Approval.model_validate(i.value) for i in snapshot.interrupts]


def resume(snapshot: StateSnapshot, approval: Approval, decision: Decision) -> Command[Any]:
    """The command that wakes just the branch that waits for this approval."""
    waiting = next(i for i in snapshot.interrupts if i.value["id"] == approval.id)
    return Command(resume={waiting.id: decision.model_dump()})


async def edited(
    approval: Approval, arguments: Mapping[str, Any], agents: Mapping[str, Agent], airlock: Airlock, mandate: Mandate, workers: Workers
) -> Call:
    """The call with changed arguments, resolved and checked like any others.

    Raises:
        ApprovalError: they do not fit the tool, or the tool is not there any more.
    """
    toolset = agents[approval.agent].toolset if approval.agent in agents else None
    if toolset is None or approval.tool not in toolset.tools:
        raise ApprovalError(f"`{approval.tool}` is not to be had at present. The approval still waits.")
    merged = {**approval.args, **arguments}
    prepared = await workers.run(airlock.prepare, mandate.speaker, toolset.tools[approval.tool], merged, toolset.resolvers)
    if isinstance(prepared, ToolResult):
        raise ApprovalError(f"{prepared.content} The approval still waits.")
    return prepared


def check_role(effect: Effect, mandate: Mandate) -> None:
    """Refuse a decision on what the user could not do.

    Raises:
        ApprovalError: the role does not allow it.
    """
    if not mandate.permissions.allows(effect):
        raise ApprovalError(f"your role ({mandate.permissions.role}) may not decide on this; it goes on waiting for somebody who may.")


def waiting(session: str, approvals: list[Approval], steps: list[Step], remark: str = "") -> Reply:
    """The reply while a decision is due."""
    approval = approvals[0]
    verb = "This **cannot simply be undone**" if approval.effect == "destroy" else "This would change something"
    answer = f"{remark}{verb}, so please decide: approve or reject.\n\n{approval.preview}"
    if len(approvals) > 1:
        answer += f"\n\n{len(approvals) - 1} more decision(s) will follow."
    return Reply(session=session, answer=answer, status="needs_approval", steps=steps, approval=approval)
