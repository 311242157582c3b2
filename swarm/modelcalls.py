"""What happens between an agent's loop and its model: which tools it sees, how much of the past, and when it must stop."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from langchain.agents.middleware import AgentMiddleware, AgentState, ClearToolUsesEdit
from langchain.agents.middleware.types import ModelRequest, ModelResponse
from langchain_core.messages import AIMessage, AnyMessage
from langchain_core.messages.utils import count_tokens_approximately
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool

from swarm.answers import stopped
from swarm.callorder import begun, following
from swarm.conversation import ASK_USER
from swarm.mandate import Mandate
from swarm.marking import as_data
from swarm.models import Choice, Models
from swarm.toolchoice import ToolChoice
from swarm.workers import Workers

MAX_ROUNDS = 15
"""Answers of a model that one delegation may take."""
CLEAR_FROM = 6_000
"""Tokens of a delegation's messages from which old results are cleared."""
KEPT = 4
"""Results that are never cleared."""


class ModelCalls(AgentMiddleware[AgentState[None], Mandate, None]):
    """Asks the models of a delegation."""

    def __init__(self, models: Models, tools: Sequence[BaseTool], shown: int, workers: Workers) -> None:
        super().__init__()
        self._models = models
        self._choice = ToolChoice(tools, shown)
        self._changing = {t.name for t in tools if (t.metadata or {})["effect"] != "read"}
        self._workers = workers
        self._schemas: dict[str, tuple[BaseTool, dict[str, Any]]] = {}
        self._clear = ClearToolUsesEdit(
            trigger=CLEAR_FROM, keep=KEPT, placeholder="(cleared to save space; call the tool again if you need this)"
        )

    async def awrap_model_call(
        self, request: ModelRequest[Mandate], handler: Callable[[ModelRequest[Mandate]], Awaitable[ModelResponse[None]]]
    ) -> AIMessage:
        """One answer; it never raises into the loop."""
        if (further := following(request.messages)) is not None:
            return further
        if sum(isinstance(m, AIMessage) and not m.additional_kwargs.get("composed") for m in request.messages) >= MAX_ROUNDS:
            return stopped(f"I stopped after {MAX_ROUNDS} rounds on one task; it seemed to go in circles.", request.messages)

        async def ask(choice: Choice) -> AIMessage:
            response = await handler(await self._shaped(request, choice))
            message = response.result[-1]
            if not isinstance(message, AIMessage):
                raise TypeError(f"a model answers with a message, not with {type(message).__name__}")
            return message

        return begun(await self._models.answer(ask, request.runtime.context, request.messages), self._changing)

    async def _shaped(self, request: ModelRequest[Mandate], choice: Choice) -> ModelRequest[Mandate]:
        """The request with what this model needs to see.

        The built-in planner reads examples, not descriptions, and sees everything; also what is not to be called, or it would take the
        nearest other tool for what is meant.
        """
        mandate = request.runtime.context
        permissions = mandate.permissions
        always = [t for t in request.tools if isinstance(t, BaseTool) and t.name == ASK_USER]
        if choice.builtin:
            allowed = self._choice.allowed(permissions)
            denied = {name: mandate.denial(f"`{name}`.") for name in self._choice.all if name not in allowed}
            everything: list[BaseTool | dict[str, Any]] = [*self._choice.all.values(), *always]
            return request.override(model=choice.model, tools=everything, model_settings={"denied": denied})
        if self._choice.ranks(permissions):
            tools = await self._workers.run(self._choice.visible, request.messages, permissions)
        else:
            tools = list(self._choice.allowed(permissions).values())
        messages: list[AnyMessage] = list(request.messages)
        self._clear.apply(messages, count_tokens=count_tokens_approximately)
        schemas: list[BaseTool | dict[str, Any]] = [self._schema(tool) for tool in (*tools, *always)]
        return request.override(model=choice.model, tools=schemas, messages=as_data(messages))

    def _schema(self, tool: BaseTool) -> dict[str, Any]:
        """A tool as models are told of it; made once, for a provider's client would make it anew for every call."""
        known, schema = self._schemas.get(tool.name, (None, {}))
        if known is not tool:
            schema = convert_to_openai_tool(tool)
            self._schemas[tool.name] = (tool, schema)
        return schema
