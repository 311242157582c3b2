"""A chat model inside the process that answers at once, for measuring what is around it."""

import itertools
from collections.abc import Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.utils.function_calling import convert_to_openai_tool

_NUMBERS = itertools.count()


class ScriptedChat(BaseChatModel):
    """Delegates to the ledger, calls the tool that the message names, answers with the result."""

    @property
    def _llm_type(self) -> str:
        return "scripted-chat"

    def bind_tools(self, tools: Sequence[Any], **_: Any) -> Any:
        """The names are all it needs, but they are converted as a provider's client does."""
        return self.bind(names=[convert_to_openai_tool(t)["function"]["name"] for t in tools])

    async def _agenerate(self, messages: list[BaseMessage], *_: Any, **kwargs: Any) -> ChatResult:
        return self._generate(messages, **kwargs)

    def _generate(
        self, messages: list[BaseMessage], stop: list[str] | None = None, run_manager: CallbackManagerForLLMRun | None = None, **kwargs: Any
    ) -> ChatResult:
        del stop, run_manager
        last = messages[-1]
        if isinstance(last, ToolMessage) or not kwargs.get("names"):
            return _result(AIMessage(last.text))
        said = next(m.text for m in reversed(messages) if m.type == "human").partition("\n")[0].split()
        name, args = _call(said, kwargs["names"])
        return _result(AIMessage("", tool_calls=[{"name": name, "args": args, "id": f"call-{next(_NUMBERS)}", "type": "tool_call"}]))


def _call(said: list[str], names: Sequence[str]) -> tuple[str, dict[str, Any]]:
    if "ask_ledger" in names:
        return "ask_ledger", {"task": " ".join(said)}
    if "transfer_to_ledger" in names:
        return "transfer_to_ledger", {}
    if said[0] == "wait":
        return "wait_a_while", {"seconds": float(said[1]), "word": said[2]}
    return "read_entries", {}


def _result(message: AIMessage) -> ChatResult:
    message.usage_metadata = {"input_tokens": 1, "output_tokens": 1, "total_tokens": 2}
    return ChatResult(generations=[ChatGeneration(message=message)])
