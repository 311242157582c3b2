"""Asides: what is said while an approval waits. They can look but change nothing, and the approval goes on waiting."""

from collections.abc import Sequence
from dataclasses import replace

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage

from swarm.answers import composed
from swarm.conversation import turn
from swarm.mandate import ASIDE, Mandate
from swarm.reply import Approval, Reply

_CONTEXT = "swarm-aside"
"""Id of the message that tells the model what waits."""


def thread(session: str) -> str:
    """The thread on which a session's asides are kept until its approval is decided."""
    return f"{session}{ASIDE}"


def mandate(given: Mandate) -> Mandate:
    """The same rights, but only to read."""
    return replace(given, session=thread(given.session), permissions=replace(given.permissions, role="viewer"), approve="none")


def opening(messages: Sequence[AnyMessage], pending: Sequence[Approval]) -> list[AnyMessage]:
    """What an aside knows of its conversation: what was said before, and what waits now."""
    asked = turn(messages)[:1]
    before = list(messages[: len(messages) - len(turn(messages))])
    calls = "; ".join(f"{a.tool} with {a.args}" for a in pending)
    context = AIMessage(
        f"(This waits for the user's decision: {calls}. Until then I can only look things up, and start nothing else. To have it done "
        "differently, the user can reject it with `no`, or edit it.)",
        id=_CONTEXT,
        additional_kwargs={"composed": True},
    )
    return [*before, *asked, context]


def added(aside: Sequence[AnyMessage]) -> list[AnyMessage]:
    """What the asides added to the conversation."""
    start = next((i for i, m in enumerate(aside) if m.id == _CONTEXT), len(aside))
    return list(aside[start + 1 :])


def closed(messages: list[AnyMessage]) -> list[AnyMessage]:
    """The messages, ending with an answer also where an aside was cut short."""
    if messages and isinstance(messages[-1], HumanMessage):
        return [*messages, composed("This was cut short before it was answered.", stopped=True)]
    return messages


def reply(session: str, answered: Reply, pending: Sequence[Approval]) -> Reply:
    """The aside's reply, which recalls what still waits."""
    approval = pending[0]
    reminder = f"*Still waiting for your decision on `{approval.tool}`: approve or reject.*"
    update = {"session": session, "answer": f"{answered.answer}\n\n{reminder}", "status": "needs_approval", "approval": approval}
    return answered.model_copy(update=update)
