"""The swarm's graph: understand a message, delegate to one or more specialists, combine what they bring."""

import importlib.resources
from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypedDict

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AnyMessage, SystemMessage, ToolCall, ToolMessage
from langchain_core.tools import BaseTool, StructuredTool
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import add_messages
from langgraph.graph.state import CompiledStateGraph
from langgraph.types import Command, Send

from swarm.conversation import ASK_USER, Outcome, briefing, outcomes, turn
from swarm.specialist import Specialist, ask_user_tool, langchain_tool
from tools.names import listed

MAX_ROUNDS = 6
"""Times per turn that the router may delegate."""
HISTORY = 30
"""Messages of the conversation that the router sees."""


class Conversation(TypedDict):
    """What a checkpoint holds: all messages, from which everything else is derived."""

    messages: Annotated[list[AnyMessage], add_messages]


class Delegation(TypedDict):
    """One call of a specialist, on its own branch of the graph."""

    call: ToolCall
    briefing: str


def delegation_tool(specialist: Specialist) -> BaseTool:
    """A specialist as the router's model sees it: one line and one argument."""
    agent = specialist.agent
    schema = {
        "type": "object",
        "properties": {
            "task": {"type": "string", "description": "The whole task in full sentences, with every name and number the user gave."},
            "more_to_do": {
                "type": "boolean",
                "description": "True only if another specialist must act on the result of this call before the request is done.",
            },
        },
        "required": ["task"],
    }
    metadata = {"tools": [langchain_tool(tool) for tool in specialist.tools]}
    return StructuredTool(
        name=f"ask_{agent.name}",
        description=agent.description,
        args_schema=schema,
        func=lambda **_: "",
        metadata=metadata,
    )


def build(
    model: BaseChatModel, specialists: Mapping[str, Specialist], checkpointer: BaseCheckpointSaver[Any] | None
) -> CompiledStateGraph[Conversation, Any, Conversation, Conversation]:
    """Compile the graph over these specialists."""
    by_tool = {f"ask_{name}": specialist for name, specialist in specialists.items()}
    tools = [delegation_tool(s) for s in specialists.values()] + [ask_user_tool()]
    bound = model.bind_tools(tools)
    lines = "\n".join(f"- `ask_{name}`: {s.agent.description}" for name, s in specialists.items())
    prompt = SystemMessage(importlib.resources.files("swarm").joinpath("router.md").read_text("utf-8").replace("{agents}", lines))

    async def route(state: Conversation) -> dict[str, list[AnyMessage]]:
        return {"messages": [await bound.ainvoke([prompt, *_visible(state["messages"])])]}

    def delegations(state: Conversation) -> list[Send] | Literal["gather"]:
        last = state["messages"][-1]
        if not isinstance(last, AIMessage) or not last.tool_calls:
            return "gather"
        context = briefing(state["messages"])
        return [Send("delegate", Delegation(call=call, briefing=context)) for call in last.tool_calls]

    async def delegate(state: Delegation) -> dict[str, list[AnyMessage]]:
        call = state["call"]
        specialist = by_tool.get(call["name"])
        task = str(call["args"].get("task") or call["args"].get("question") or "").strip()
        if call["name"] == ASK_USER:
            outcome = Outcome(answer=task or "What exactly do you mean?", status="needs_input")
        elif specialist is None or not task:
            trouble = "`task` is required" if specialist else f"there is no `{call['name']}`; there are {listed(list(by_tool))}"
            return {"messages": [_message(call, f"INVALID_ARGUMENT: {trouble}.", None)]}
        else:
            outcome = await specialist.work(task, state["briefing"])
        return {"messages": [_message(call, outcome.answer, outcome)]}

    def gather(state: Conversation) -> Command[str]:
        messages = turn(state["messages"])
        last = messages[-1]
        if isinstance(last, AIMessage):
            return Command(goto=END)
        calls = next(m for m in reversed(messages) if isinstance(m, AIMessage)).tool_calls
        found = outcomes(messages)
        if len(calls) == 1 and len(found) == 1 and (found[0].status != "done" or not calls[0]["args"].get("more_to_do")):
            what = "question was put" if found[0].status == "needs_input" else "answer went"
            delivered = messages[-1].model_copy(update={"content": f"(the {what} to the user as it is)"})
            return Command(goto=END, update={"messages": [delivered, _spoken(found[0].answer)]})
        if sum(isinstance(m, AIMessage) for m in messages) >= MAX_ROUNDS:
            answers = "\n\n".join(o.answer for o in outcomes(messages))
            return Command(goto=END, update={"messages": [_spoken(f"I stopped after {MAX_ROUNDS} rounds. What came of it:\n\n{answers}")]})
        return Command(goto="route")

    graph = StateGraph(Conversation)
    graph.add_node("route", route)
    graph.add_node("delegate", delegate)
    graph.add_node("gather", gather, destinations=("route", END))
    graph.add_edge(START, "route")
    graph.add_conditional_edges("route", delegations, ["delegate", "gather"])
    graph.add_edge("delegate", "gather")
    return graph.compile(checkpointer=checkpointer)


def _message(call: ToolCall, text: str, outcome: Outcome | None) -> ToolMessage:
    artifact = None if outcome is None else outcome.model_dump(mode="json")
    return ToolMessage(content=text, name=call["name"], tool_call_id=str(call["id"]), artifact=artifact)


def _spoken(answer: str) -> AIMessage:
    """An answer that no model call of the router made."""
    return AIMessage(answer, additional_kwargs={"composed": True})


def _visible(messages: list[AnyMessage]) -> list[AnyMessage]:
    """The last messages, beginning with one of the user."""
    recent = messages[-HISTORY:]
    first = next((i for i, m in enumerate(recent) if m.type == "human"), 0)
    return recent[first:]
