"""An agent at work: LangChain's loop over a model and the agent's tools."""

from datetime import UTC, datetime
from functools import cache, cached_property
from typing import Any

from langchain.agents import create_agent
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, ToolMessage
from langchain_core.runnables import RunnableConfig
from langchain_core.tools import BaseTool, StructuredTool
from langgraph.graph.state import CompiledStateGraph
from pydantic import BaseModel

from agents.agent import Agent, prompt_file
from swarm.answers import unfinished
from swarm.conversation import ASK_USER, CONTEXT, Outcome, notes_of, records_of, usage_of
from swarm.desk import Desk
from swarm.journal import Journal
from swarm.mandate import Mandate
from swarm.modelcalls import ModelCalls
from swarm.models import Models
from swarm.toolcalls import ToolCalls
from swarm.toolchoice import more_tools
from swarm.workers import Workers
from tools.tool import Parameters, Tool


def ask_user_tool() -> BaseTool:
    """The way for a model to ask back instead of guessing; it ends the turn."""
    schema = {
        "type": "object",
        "properties": {"question": {"type": "string", "description": "One short question; offer the choices if there are any."}},
        "required": ["question"],
    }
    description = (
        "Ask the user one short question when something needed is missing or ambiguous. "
        "Ends your turn; the answer comes with the next message."
    )
    return StructuredTool(
        name=ASK_USER, description=description, args_schema=schema, func=lambda question="": str(question), return_direct=True
    )


class OfferedTool(StructuredTool):
    """A tool as a model sees it. Calls never reach the function here: `ToolCalls` makes them."""

    def get_input_schema(self, config: RunnableConfig | None = None) -> type[BaseModel]:  # noqa: ARG002
        """The loop looks here for arguments that it is to inject: there are none, and making a model from each JSON schema takes time."""
        return BaseModel


def langchain_tool(tool: Tool) -> BaseTool:
    """What a model is offered of a tool."""
    schema = plain_schema(tool)
    metadata = {"examples": tool.examples, "kinds": {name: kind.name for name, kind in tool.kinds.items()}, "effect": tool.effect}
    return OfferedTool(name=tool.name, description=tool.summary, args_schema=schema, func=_unreachable, metadata=metadata)


def plain_schema(tool: Tool) -> dict[str, Any]:
    """The JSON schema of a tool's arguments, as short as it can be said; made once, and not to be changed."""
    return _schema_of(tool.parameters)


@cache
def _schema_of(parameters: type[Parameters]) -> dict[str, Any]:
    return dict(_plain(parameters.model_json_schema()))


def _unreachable(**_: object) -> str:
    raise AssertionError("tools are called by ToolCalls")


def _plain(schema: Any) -> Any:
    """A JSON schema without titles and with `X | None` written as X: optional arguments are left out, not null."""
    if isinstance(schema, list):
        return [_plain(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    choices = [c for c in schema.get("anyOf", []) if c.get("type") != "null"]
    if len(choices) == 1:
        rest = {k: v for k, v in schema.items() if k not in ("anyOf", "default")}
        return _plain({**choices[0], **rest})
    if schema.get("type") == "object" and "properties" in schema:
        properties = {name: _plain(value) for name, value in schema["properties"].items()}
        return {"type": "object", "properties": properties, "required": schema.get("required", []), "additionalProperties": False}
    return {key: _plain(value) for key, value in schema.items() if key != "title"}


class Specialist:
    """One agent; what it works with is made for its first task, or by `ready` before."""

    def __init__(self, agent: Agent, models: Models, desk: Desk, workers: Workers, journal: Journal, shown: int) -> None:
        self.agent = agent
        self.tools = [langchain_tool(tool) for tool in agent.toolset.tools.values()]
        self._models, self._desk, self._workers, self._journal, self._shown = models, desk, workers, journal, shown

    def ready(self) -> None:
        """Make now what the first task would wait for."""
        _ = self._graph

    @cached_property
    def _graph(self) -> CompiledStateGraph[Any, Any, Any, Any]:
        calls = ModelCalls(self._models, self.tools, self._shown, self._workers)
        return create_agent(
            self._models.first.model,
            [*self.tools, more_tools(), ask_user_tool()],
            system_prompt=f"{self.agent.prompt}{prompt_file('common.md')}",
            middleware=[calls, ToolCalls(self.agent, self._desk, self._workers, self._journal)],
            context_schema=Mandate,
            name=self.agent.name,
        )

    async def work(self, task: str, briefing: str) -> Outcome:
        """Do a task. Interrupts for approvals pass through to the graph around it."""
        now = datetime.now(UTC).strftime("%A %Y-%m-%d %H:%M UTC")
        state = await self._graph.ainvoke({"messages": [HumanMessage(f"{task}{CONTEXT}It is {now}.\n{briefing}")]})
        return _outcome(state["messages"][1:])


def _outcome(messages: list[AnyMessage]) -> Outcome:
    """What the loop's messages say in the end."""
    last = messages[-1]
    records, usage, notes = records_of(messages), usage_of(messages), notes_of(messages)
    if isinstance(last, ToolMessage) and last.name == ASK_USER:
        return Outcome(answer=last.text.strip(), status="needs_input", records=records, usage=usage, notes=notes)
    answer = last.text.strip() if isinstance(last, AIMessage) else ""
    failed = not answer or bool(last.additional_kwargs.get("stopped"))
    answer = answer or unfinished("The model gave no answer.", messages)
    return Outcome(answer=answer, status="failed" if failed else "done", records=records, usage=usage, notes=notes)
