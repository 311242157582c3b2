"""Answers of models, put in order: what is too much is cut, what is unreadable is marked, what is missing is said."""

from collections.abc import Sequence
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, ToolMessage

MAX_CALLS = 16
"""Tool calls that one message of a model may make."""
MAX_ANSWER = 20_000
"""Characters of an answer."""
MAX_TOLD = 10
"""Results that an unfinished turn tells of."""
UNREADABLE = "unreadable"
"""Holds, by call, what is wrong with arguments that are no JSON object."""


def tidied(message: AIMessage) -> AIMessage:
    """The message with readable ids, bounded in length and number of calls; calls whose arguments cannot be read stay calls, and are
    told so when they are made."""
    calls: list[Any] = [dict(c) for c in message.tool_calls]
    unreadable: dict[str, str] = {}
    for bad in message.invalid_tool_calls:
        call_id = str(bad.get("id") or f"call_{len(calls)}")
        unreadable[call_id] = f"the arguments are no JSON object: {str(bad.get('args'))[:200]}"
        calls.append({"name": bad.get("name") or "unknown", "args": {}, "id": call_id, "type": "tool_call"})
    known: set[str] = set()
    for number, call in enumerate(calls):
        if not call["id"] or call["id"] in known:
            call["id"] = f"{call['id'] or 'call'}_{number}"
        known.add(call["id"])
    text = str(message.text)
    cut = len(text) > MAX_ANSWER
    if cut:
        text = text[:MAX_ANSWER].rsplit(" ", 1)[0] + f" …\n\n(The model's answer is cut here: it is longer than {MAX_ANSWER:,} characters.)"
    elif message.response_metadata.get("finish_reason") == "length" and not calls:
        cut, text = True, f"{text} …\n\n(The model's answer ends here: it reached its length limit.)" if text.strip() else ""
    if len(calls) > MAX_CALLS:
        cut, text = True, f"{text}\n({len(calls) - MAX_CALLS} more calls were not made: at most {MAX_CALLS} in one message.)".strip()
        calls = calls[:MAX_CALLS]
    if not (cut or unreadable or calls != message.tool_calls):
        return message
    extra = {k: v for k, v in message.additional_kwargs.items() if k != "tool_calls"}
    if unreadable:
        extra[UNREADABLE] = unreadable
    update = {"tool_calls": calls, "invalid_tool_calls": [], "additional_kwargs": extra}
    return message.model_copy(update=update | ({"content": text} if cut else {}))


def composed(text: str, **marks: Any) -> AIMessage:
    """An answer that no model call made."""
    return AIMessage(text, additional_kwargs={"composed": True, **marks})


def stopped(why: str, messages: Sequence[BaseMessage]) -> AIMessage:
    """The honest end of work that could not be finished: why, and what was done so far."""
    return composed(unfinished(why, messages), stopped=True)


def unfinished(why: str, messages: Sequence[BaseMessage]) -> str:
    """Why work could not be finished, and the first line of every result since the last message of the user."""
    start = next((i for i in range(len(messages) - 1, -1, -1) if messages[i].type == "human"), 0)
    results = [m for m in messages[start:] if isinstance(m, ToolMessage)]
    if not results:
        return why
    lines = [f"- `{m.name}`: {(m.text.strip().splitlines() or ['nothing'])[0][:300]}" for m in results[-MAX_TOLD:]]
    more = f"\n- and {len(results) - MAX_TOLD} before" if len(results) > MAX_TOLD else ""
    return f"{why} What came of it so far:\n\n" + "\n".join(lines) + more
