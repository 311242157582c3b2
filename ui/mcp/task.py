"""`ask_swarm`: a whole task by a conversation of the assistant. Approvals are never taken in words here: the caller may be a model."""

import uuid
from collections.abc import AsyncIterator, Mapping
from typing import Any

import mcp_types as types
from pydantic import BaseModel, ConfigDict, ValidationError

from swarm.approvals import Verdict
from swarm.assistant import Assistant
from swarm.errors import MessageError
from swarm.mandate import ApproveMode
from swarm.reply import Event, Finished, PlanUpdated, Reply, StepFinished, StepProgress, StepStarted
from ui.mcp.asking import ELSEWHERE, Asked, Person
from ui.mcp.progress import Report, progress
from ui.mcp.results import Shelf, replied


class Task(BaseModel):
    """What `ask_swarm` takes."""

    model_config = ConfigDict(extra="forbid", strict=True)

    message: str
    session: str | None = None


async def work(assistant: Assistant, person: Person, arguments: Mapping[str, Any], shelf: Shelf) -> types.CallToolResult:
    """Do a task, with the person's decisions on the way.

    Raises:
        Unanswered: the call has to be made again with a decision.
        SwarmError: the message or the session cannot be taken.
    """
    try:
        task = Task.model_validate(dict(arguments))
    except ValidationError as error:
        raise MessageError(f"ask_swarm takes `message` and `session`, both text: {error.errors()[0]['msg'].lower()}.") from None
    async with progress(person.context) as report:
        reply = await _resumed(assistant, person, person.asked, report) if person.asked else await _begun(assistant, person, task, report)
        while reply.approval is not None and person.can_be_asked:
            reply = await _decided(assistant, person, reply, report)
    if any(step.status == "rejected" for step in reply.steps) and not person.can_be_asked:
        reply = reply.model_copy(update={"answer": f"{reply.answer}\n\n{ELSEWHERE} The session is `{reply.session}`."})
    return replied(reply, shelf)


async def _begun(assistant: Assistant, person: Person, task: Task, report: Report) -> Reply:
    session = task.session or f"mcp-{uuid.uuid4().hex[:12]}"
    approve: ApproveMode = "apart" if person.can_be_asked else "none"
    return await _followed(assistant.stream(task.message, session, person.user, approve), report)


async def _resumed(assistant: Assistant, person: Person, asked: Asked, report: Report) -> Reply:
    """The turn that waits for the answer which this call brings."""
    waiting = Reply(session=asked.session, answer="", status="needs_approval", approval=asked.approval)
    return await _decided(assistant, person, waiting, report)


async def _decided(assistant: Assistant, person: Person, reply: Reply, report: Report) -> Reply:
    approval = reply.approval
    assert approval is not None  # noqa: S101 - callers hold it
    made = await person.decide(approval, reply.session)
    verdict: Verdict = "approve" if made.decision == "approve" else "reject"
    return await _followed(assistant.stream_decision(reply.session, verdict, None, approval.id, person.user), report)


async def _followed(events: AsyncIterator[Event], report: Report) -> Reply:
    """A turn to its end; what happens on the way is reported."""
    reply: Reply | None = None
    async for event in events:
        match event:
            case StepStarted():
                report(f"{event.agent}: {event.tool}")
            case StepProgress():
                report(event.text)
            case StepFinished():
                report(f"{event.step.tool}: {event.step.status}")
            case PlanUpdated():
                report("; ".join(f"{step.text} ({step.state})" for step in event.steps))
            case Finished():
                reply = event.reply
    if reply is None:
        raise RuntimeError("a turn ended without a reply")
    return reply
