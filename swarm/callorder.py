"""The order of one message's calls. Those that change something are made one after another, as they were given, so that each finds what
the ones before it did; those between them that only read are made side by side.

No model is asked in between: the calls that wait stand in the message, and the next of them take the place of its next answer.
"""

from collections.abc import Collection, Sequence
from typing import Any

from langchain_core.messages import AIMessage, AnyMessage, ToolCall, ToolMessage

LATER = "later"
"""Holds the calls that wait for those of the message, in groups that are made side by side."""
UNMADE = "unmade"
"""Holds why the calls of a message are not made: one before them came to nothing."""
_CALL_BLOCKS = ("tool_use", "function_call", "tool_call")
"""Types of content blocks in which some providers say the calls once more."""


def begun(message: AIMessage, changing: Collection[str]) -> AIMessage:
    """The message with only those calls that can be made at once; `changing` are the names of the tools that change something."""
    first, *later = _groups(message.tool_calls, changing) or [[]]
    if not later:
        return message
    content = message.content
    if isinstance(content, list):
        content = [block for block in content if not (isinstance(block, dict) and block.get("type") in _CALL_BLOCKS)]
    extra = {name: value for name, value in message.additional_kwargs.items() if name != "tool_calls"}
    return message.model_copy(update={"content": content, "tool_calls": first, "additional_kwargs": {**extra, LATER: later}})


def following(messages: Sequence[AnyMessage]) -> AIMessage | None:
    """What a model's last message asks for after the calls that have been answered, if anything."""
    place, asked = next(((i, m) for i, m in reversed(list(enumerate(messages))) if isinstance(m, AIMessage)), (0, AIMessage("")))
    later = asked.additional_kwargs.get(LATER)
    if not later:
        return None
    extra: dict[str, Any] = {**asked.additional_kwargs, "composed": True, LATER: later[1:]}
    failed = _failed(asked.tool_calls[0], messages[place + 1 :])
    if failed is None:
        return AIMessage("", tool_calls=later[0], additional_kwargs=extra)
    why = f"not made, because `{failed.name}` before it in the same message came to nothing ({_line(failed)}). Nothing was changed. "
    extra |= {LATER: [], UNMADE: f"{why}If it does not depend on that, call it again."}
    return AIMessage("", tool_calls=[call for group in later for call in group], additional_kwargs=extra)


def _groups(calls: Sequence[ToolCall], changing: Collection[str]) -> list[list[ToolCall]]:
    """The calls in groups: one that changes something alone, but for its own repetitions, which are not made."""
    groups: list[list[ToolCall]] = []
    for call in calls:
        twin = next((g for g in groups if call["name"] in changing and (g[0]["name"], g[0]["args"]) == (call["name"], call["args"])), None)
        if twin is not None:
            twin.append(call)
        elif groups and call["name"] not in changing and groups[-1][0]["name"] not in changing:
            groups[-1].append(call)
        else:
            groups.append([call])
    return groups


def _failed(call: ToolCall, answers: Sequence[AnyMessage]) -> ToolMessage | None:
    """The answer to a call that was to change something and did not."""
    answer = next((m for m in answers if isinstance(m, ToolMessage) and m.tool_call_id == call["id"]), None)
    step = answer.artifact.get("step", {}) if answer is not None and isinstance(answer.artifact, dict) else {}
    return answer if step.get("effect", "read") != "read" and step.get("status") in ("error", "rejected") else None


def _line(message: ToolMessage) -> str:
    return (message.text.strip().splitlines() or [""])[0][:300]
