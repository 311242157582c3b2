"""The swarm's graph: understand a message, delegate to one or more specialists, combine what they bring."""

import importlib.resources
from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypedDict

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, SystemMessage, ToolCall, ToolMessage
from langchain_core.tools import BaseTool, StructuredTool
from langchain_core.utils.function_calling import convert_to_openai_tool
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import add_messages
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime
from langgraph.types import Command, Send

from swarm import digest
from swarm.answers import composed
from swarm.conversation import ASK_USER, Outcome, briefing, outcomes, turn
from swarm.mandate import Mandate
from swarm.marking import as_data
from swarm.models import Choice, Models
from swarm.plan import THEN
from swarm.specialist import Specialist, ask_user_tool
from tools.names import listed

MAX_ROUNDS = 8
"""Times per turn that the router may delegate."""
MEMORY = 200
"""Messages of the conversation that the built-in planner reads."""


class Conversation(TypedDict):
    """What a checkpoint holds: all messages, from which everything else is derived."""

    messages: Annotated[list[AnyMessage], add_messages]


class Delegation(TypedDict):
    """One call of a specialist, on its own branch of the graph."""

    call: ToolCall
    briefing: str


def delegation_tool(specialist: Specialist) -> BaseTool:
    """A specialist as the router's model sees it: one line, the task, and what is left for afterwards."""
    agent = specialist.agent
    schema = {
        "type": "object",
        "properties": {
            "task": {"type": "string", "description": "The whole task in full sentences, with every name and number the user gave."},
            THEN: {
                "type": "array",
                "items": {"type": "string"},
                "description": "Only if the request is not done after this call: what is still to do then, one short line for each step.",
            },
        },
        "required": ["task"],
    }
    return StructuredTool(
        name=f"ask_{agent.name}",
        description=agent.description,
        args_schema=schema,
        func=lambda **_: "",
        metadata={"tools": specialist.tools},
    )


def delegation_tools(specialists: Mapping[str, Specialist]) -> list[BaseTool]:
    """All that the router's model can call."""
    return [*(delegation_tool(s) for s in specialists.values()), ask_user_tool()]


class Router:
    """The nodes of the graph."""

    def __init__(self, models: Models, specialists: Mapping[str, Specialist]) -> None:
        self._models = models
        self._by_tool = {f"ask_{name}": specialist for name, specialist in specialists.items()}
        self._tools = delegation_tools(specialists)
        self._schemas = [convert_to_openai_tool(tool) for tool in self._tools]
        lines = "\n".join(f"- `ask_{name}`: {s.agent.description}" for name, s in specialists.items())
        self._prompt = importlib.resources.files("swarm").joinpath("router.md").read_text("utf-8").replace("{agents}", lines)

    async def route(self, state: Conversation, runtime: Runtime[Mandate]) -> dict[str, list[AnyMessage]]:
        """Ask the model what to do next."""
        messages = state["messages"]
        prompt = f"{self._prompt}{runtime.context.facts.told()}"

        async def ask(choice: Choice) -> AIMessage:
            seen = _seen(prompt, messages, choice.builtin)
            return await choice.model.bind_tools(self._tools if choice.builtin else self._schemas).ainvoke(seen)

        return {"messages": [await self._models.answer(ask, runtime.context, messages)]}

    async def delegations(self, state: Conversation, runtime: Runtime[Mandate]) -> list[Send] | Literal["gather"]:
        """A branch for every call."""
        last = state["messages"][-1]
        if not isinstance(last, AIMessage) or not last.tool_calls:
            return "gather"
        context = briefing(state["messages"], runtime.context.facts)
        return [Send("delegate", Delegation(call=call, briefing=context)) for call in last.tool_calls]

    async def delegate(self, state: Delegation) -> dict[str, list[AnyMessage]]:
        """One specialist at work, or a question to the user."""
        call = state["call"]
        specialist = self._by_tool.get(call["name"])
        task = str(call["args"].get("task") or call["args"].get("question") or "").strip()
        if call["name"] == ASK_USER:
            outcome = Outcome(answer=task or "What exactly do you mean?", status="needs_input")
        elif specialist is None or not task:
            known = listed([*self._by_tool, ASK_USER])
            trouble = "`task` is required" if specialist else f"there is no `{call['name']}`; there are {known}"
            return {"messages": [_message(call, f"INVALID_ARGUMENT: {trouble}.", None)]}
        else:
            outcome = await specialist.work(task, state["briefing"])
        return {"messages": [_message(call, outcome.answer, outcome)]}

    async def gather(self, state: Conversation) -> Command[str]:
        """The end of the turn, or the way back to the model."""
        messages = turn(state["messages"])
        last = messages[-1]
        if isinstance(last, AIMessage):
            nothing = composed("The model gave no answer. Please say it once more.", stopped=True)
            said = [] if last.text.strip() else [nothing.model_copy(update={"id": last.id})]  # in place of the empty message
            return Command(goto=END, update={"messages": said})
        place, asked = next((i, m) for i, m in reversed(list(enumerate(messages))) if isinstance(m, AIMessage))
        calls, found = asked.tool_calls, outcomes(messages[place:])
        if found and all(o.status == "needs_input" for o in found):
            return _delivered(messages, "question was put", "\n\n".join(dict.fromkeys(o.answer for o in found)))
        alone = len(calls) == 1 and len(outcomes(messages)) == 1
        if alone and (found[0].status != "done" or not calls[0]["args"].get(THEN)):
            return _delivered(messages, "answer went", found[0].answer)
        if sum(isinstance(m, AIMessage) for m in messages) >= MAX_ROUNDS:
            answers = "\n\n".join(o.answer for o in outcomes(messages))
            ended = composed(f"I stopped after {MAX_ROUNDS} rounds. What came of it:\n\n{answers}", stopped=True)
            return Command(goto=END, update={"messages": [ended]})
        return Command(goto="route")


def build(
    models: Models, specialists: Mapping[str, Specialist], checkpointer: BaseCheckpointSaver[Any] | None
) -> CompiledStateGraph[Conversation, Mandate, Conversation, Conversation]:
    """Compile the graph over these specialists."""
    router = Router(models, specialists)
    graph = StateGraph(Conversation, context_schema=Mandate)
    graph.add_node("route", router.route)
    graph.add_node("delegate", router.delegate)
    graph.add_node("gather", router.gather, destinations=("route", END))
    graph.add_edge(START, "route")
    graph.add_conditional_edges("route", router.delegations, ["delegate", "gather"])
    graph.add_edge("delegate", "gather")
    return graph.compile(checkpointer=checkpointer)


def _message(call: ToolCall, text: str, outcome: Outcome | None) -> ToolMessage:
    artifact = None if outcome is None else outcome.model_dump(mode="json")
    return ToolMessage(content=text, name=call["name"], tool_call_id=str(call["id"]), artifact=artifact)


def _delivered(messages: list[AnyMessage], what: str, answer: str) -> Command[str]:
    """The end of a turn with what specialists said; the model that looks back later need not read it twice."""
    last = messages[-1].model_copy(update={"content": f"(the {what} to the user as it is)"})
    return Command(goto=END, update={"messages": [last, composed(answer)]})


def _seen(prompt: str, messages: list[AnyMessage], builtin: bool) -> list[AnyMessage]:
    """What a model reads of the conversation. The built-in planner reads the records themselves, and further back."""
    if builtin:
        recent = messages[-MEMORY:]
        first = next((i for i, m in enumerate(recent) if isinstance(m, HumanMessage)), 0)
        return [SystemMessage(prompt), *recent[first:]]
    earlier, recent = digest.parted(messages)
    return [SystemMessage(f"{prompt}{digest.told(earlier)}"), *as_data(recent)]
