"""Calls that must not be made: unreadable ones, and those that have been answered already."""

from typing import Any

from langchain_core.messages import AIMessage, ToolCall, ToolMessage

from swarm.answers import UNREADABLE
from swarm.callorder import UNMADE
from tools.result import ErrorCode, ToolError, ToolResult

TWICE = 2
"""Times that one and the same call is answered."""
FINAL = ("INVALID_ARGUMENT", "NOT_FOUND", "AMBIGUOUS", "CONFLICT", "PERMISSION_DENIED", "UNSUPPORTED", "CANCELED")
"""Errors that the same call would bring again."""


def refused(call: ToolCall, state: Any) -> ToolResult | None:
    """Why a call is not made, if it is not: what it was to follow came to nothing, its arguments could not be read, or the same call was
    answered before in this delegation."""
    messages = state.get("messages", []) if isinstance(state, dict) else []
    asked = [m for m in messages if isinstance(m, AIMessage)]
    if not asked:
        return None
    unmade = asked[-1].additional_kwargs.get(UNMADE)
    if unmade:
        return ToolResult.failed(ToolError(ErrorCode.CANCELED, unmade))
    trouble = asked[-1].additional_kwargs.get(UNREADABLE, {}).get(str(call["id"]))
    if trouble:
        return _told(f"{call['name']}: {trouble}. Send the arguments as one JSON object.")
    beside = [c["id"] for c in asked[-1].tool_calls if _same(c, call)]
    if beside and beside[0] != call["id"]:
        return _told("the same call stands twice in one message; it was made once. To do it once more, call it again now.")
    earlier = [(n, m) for n, m in enumerate(messages) if isinstance(m, AIMessage) and UNMADE not in m.additional_kwargs]
    made = {c["id"]: place for place, m in earlier if m is not asked[-1] for c in m.tool_calls if _same(c, call)}
    answers = [m for m in messages if isinstance(m, ToolMessage) and m.tool_call_id in made]
    changed = max((place for place, m in enumerate(messages) if _changed(m)), default=-1)
    since = [m for m in answers if made[m.tool_call_id] > changed or _changed(m)]
    if since and since[-1].status == "error" and since[-1].text.startswith(FINAL):
        return _told(f"this very call was answered before: {since[-1].text[:300]} Change the arguments, ask the user, or answer now.")
    if len(since) >= TWICE:
        return _told(f"this very call was answered {len(since)} times already; use what it said and answer the user now.")
    return None


def _same(one: ToolCall, other: ToolCall) -> bool:
    return one["name"] == other["name"] and one["args"] == other["args"]


def _changed(message: Any) -> bool:
    """Whether a message tells of a call that changed something; what was answered before it may be answered differently now."""
    step = message.artifact.get("step", {}) if isinstance(message, ToolMessage) and isinstance(message.artifact, dict) else {}
    return step.get("status") == "ok" and step.get("effect") != "read"


def _told(message: str) -> ToolResult:
    return ToolResult.failed(ToolError(ErrorCode.INVALID_ARGUMENT, message))
