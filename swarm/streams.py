"""Watches what a model streams: stops one that does not stop by itself, and finds arguments of calls that broke off."""

import json
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from langchain_core.callbacks import AsyncCallbackHandler
from langchain_core.messages import AIMessage, InvalidToolCall
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, LLMResult

from swarm.answers import MAX_ANSWER


class TooLongError(Exception):
    """An answer was broken off; `text` is what had come of it."""

    def __init__(self, text: str) -> None:
        super().__init__(f"the answer grew beyond {MAX_ANSWER:,} characters")
        self.text = text


@dataclass
class _Heard:
    """What one answer has brought so far."""

    text: list[str] = field(default_factory=list)
    arguments: dict[Any, str] = field(default_factory=lambda: defaultdict(str))
    length: int = 0


class StreamWatch(AsyncCallbackHandler):
    """Breaks an answer off when it grows too long, and takes calls out whose arguments are not whole: LangChain would complete them.

    Only models that stream are watched; the others are bounded by the time of the turn.
    """

    raise_error = run_inline = True
    ignore_chain = ignore_agent = ignore_retriever = ignore_custom_event = True

    def __init__(self) -> None:
        self._heard: dict[UUID, _Heard] = defaultdict(_Heard)

    async def on_llm_new_token(self, token: str | list[Any], *, chunk: Any = None, run_id: UUID, **_: Any) -> None:
        """Count a piece.

        Raises:
            TooLongError: it was one too many.
        """
        heard = self._heard[run_id]
        calls = getattr(chunk.message, "tool_call_chunks", []) if isinstance(chunk, ChatGenerationChunk) else []
        heard.text.append(str(token))
        heard.length += len(token) + sum(len(c.get("args") or "") for c in calls)
        for call in calls:
            heard.arguments[call.get("index")] += call.get("args") or ""
        if heard.length > 2 * MAX_ANSWER:
            del self._heard[run_id]
            raise TooLongError("".join(heard.text))

    async def on_llm_end(self, response: LLMResult, *, run_id: UUID, **_: Any) -> None:
        """Look at the arguments once more, now that the answer is whole."""
        heard = self._heard.pop(run_id, None)
        generation = response.generations[0][0]
        if heard is None or not isinstance(generation, ChatGeneration) or not isinstance(generation.message, AIMessage):
            return
        message, whole = generation.message, list(heard.arguments.values())
        broken = [place for place, given in enumerate(whole) if given.strip() and not _is_json(given)]
        if broken and len(whole) == len(message.tool_calls):
            calls = message.tool_calls
            bad = [(calls[n], whole[n]) for n in broken]
            message.invalid_tool_calls = [
                InvalidToolCall(type="invalid_tool_call", name=call["name"], args=given, id=call["id"], error=None) for call, given in bad
            ]
            message.tool_calls = [call for n, call in enumerate(calls) if n not in broken]

    async def on_llm_error(self, *_: Any, run_id: UUID, **__: Any) -> None:
        """The answer broke off."""
        self._heard.pop(run_id, None)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
