"""The planner as a LangChain chat model: messages and bound tools in, tool calls or an answer out."""

import uuid
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from pydantic import ConfigDict, Field, PrivateAttr

from knowledge.embeddings import WordLlamaEmbedding
from swarm.conversation import ASK_USER, parted
from swarm.notes import expanded
from swarm.planner.answers import compose
from swarm.planner.catalogue import Catalogue
from swarm.planner.planner import FITS, ToolView
from swarm.planner.planner import Planner as Planning


class Planner(BaseChatModel):
    """Answers like a language model would, from examples and names alone."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    catalogue: Catalogue = Field(exclude=True)
    _plannings: dict[tuple[str, ...], Planning] = PrivateAttr(default_factory=dict)

    @property
    def _llm_type(self) -> str:
        return "mlops-swarm-planner"

    def bind_tools(
        self, tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool], *, tool_choice: str | None = None, **kwargs: Any
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """The planner over these tools; it reads the examples and kinds in their metadata."""
        return self.bind(tools=list(tools), **kwargs)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        message = self._answer(messages, kwargs.get("tools", []))
        return ChatResult(generations=[ChatGeneration(message=message)])

    def _answer(self, messages: list[BaseMessage], tools: Sequence[BaseTool]) -> AIMessage:
        views = [v for t in tools if isinstance(t, BaseTool) and t.name != ASK_USER for v in _views(t)]
        names = tuple(v.delegate + v.name for v in views)
        if names not in self._plannings:
            self._plannings[names] = Planning(views, self.catalogue, _embedding())
        planning = self._plannings[names]
        said = [m for m in messages if isinstance(m, HumanMessage)]
        request = _request(planning, messages)
        done = _after(messages, said[-1])
        if any(v.delegate for v in views):
            return self._route(planning, request, done)
        return self._work(planning, said, done)

    def _route(self, planning: Planning, request: str, done: list[BaseMessage]) -> AIMessage:
        """As the router: steps grouped by the specialist who does them, one group after another."""
        results = [m for m in done if isinstance(m, ToolMessage)]
        said = planning.small_talk(request) if not results else None
        if said is not None:
            return AIMessage(said)
        groups: list[tuple[str, list[str]]] = []
        for step in planning.steps(request):
            tool, score = planning.best(step)
            specialist = tool.delegate
            if score < FITS and groups:
                specialist = groups[-1][0]
            elif score < FITS:
                return AIMessage(planning.act(step, []).say)
            if groups and groups[-1][0] == specialist:
                groups[-1][1].append(step)
            else:
                groups.append((specialist, [step]))
        if len(results) >= len(groups):
            return AIMessage("\n\n".join(m.text for m in results))
        specialist, steps = groups[len(results)]
        args: dict[str, Any] = {"task": ". ".join(steps) if len(groups) > 1 else request}
        if len(groups) > 1:
            args["then"] = [step for _, later in groups[len(results) + 1 :] for step in later]
        return _call(specialist, args)

    def _work(self, planning: Planning, said: list[HumanMessage], done: list[BaseMessage]) -> AIMessage:
        """As a specialist: one call a step, then the answer."""
        task, calls, remembered = parted(said[-1].text)
        if not planning.takes("note"):
            task = expanded(task, remembered)
        results = [m for m in done if isinstance(m, ToolMessage)]
        steps = planning.steps(task)
        last = results[-1] if results else None
        choices = last.artifact.get("choices", []) if last is not None and isinstance(last.artifact, dict) else []
        if last is not None and last.text.startswith("AMBIGUOUS") and choices:
            return _call(ASK_USER, {"question": compose(task, results)})
        if len(results) >= len(steps) or (last is not None and last.status == "error"):
            return AIMessage(compose(task, results))
        action = planning.act(steps[len(results)], _recent(calls, results))
        if action.tool:
            return _call(action.tool, action.args)
        if action.question:
            return _call(ASK_USER, {"question": "\n\n".join(filter(None, [compose(task, results), action.question]))})
        return AIMessage("\n\n".join(filter(None, [compose(task, results), action.say])))


@cache
def _embedding() -> WordLlamaEmbedding:
    return WordLlamaEmbedding()


def _views(tool: BaseTool, delegate: str = "") -> list[ToolView]:
    """A tool, or the tools behind a delegation, as the planner sees them."""
    meta = tool.metadata or {}
    if "tools" in meta:
        return [view for inner in meta["tools"] for view in _views(inner, tool.name)]
    schema = tool.args_schema if isinstance(tool.args_schema, dict) else tool.get_input_jsonschema()
    return [ToolView(tool.name, schema, meta.get("examples", ()), meta.get("kinds", {}), delegate)]


def _call(tool: str, args: dict[str, Any]) -> AIMessage:
    return AIMessage("", tool_calls=[{"name": tool, "args": args, "id": f"call_{uuid.uuid4().hex[:12]}", "type": "tool_call"}])


def _after(messages: Sequence[BaseMessage], message: BaseMessage) -> list[BaseMessage]:
    index = max(i for i, m in enumerate(messages) if m is message)
    return list(messages[index + 1 :])


def _request(planning: Planning, messages: Sequence[BaseMessage]) -> str:
    """The user's last message; where it answers a question of ours, together with the request that the question was about."""
    humans = [i for i, m in enumerate(messages) if isinstance(m, HumanMessage)]
    last = messages[humans[-1]].text
    if len(humans) < 2:
        return last
    between = messages[humans[-2] : humans[-1]]
    asked = any(isinstance(m, ToolMessage) and isinstance(m.artifact, dict) and m.artifact.get("status") == "needs_input" for m in between)
    return f"{messages[humans[-2]].text.rstrip(' .!?')} {last}" if asked and not planning.begins(last) else last


def _recent(calls: Sequence[dict[str, Any]], results: Sequence[ToolMessage]) -> list[dict[str, Any]]:
    """Things spoken of, the most recent first: of this task's results, then of the conversation's briefing."""
    things: list[dict[str, Any]] = []
    for result in reversed(results):
        if isinstance(result.artifact, dict):
            things += result.artifact.get("subjects", [])
    for call in reversed(calls):
        things += call.get("about", [])
    return things
