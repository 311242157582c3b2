"""The planner as a LangChain chat model: messages and bound tools in, tool calls or an answer out."""

import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from pydantic import ConfigDict, Field, PrivateAttr

from knowledge.embeddings import WordLlamaEmbedding
from swarm.conversation import ASK_USER, parted
from swarm.facts import remembered
from swarm.notes import expanded
from swarm.planner import recall, talk
from swarm.planner.answers import Answered, compose
from swarm.planner.catalogue import Catalogue
from swarm.planner.planner import Planner as Planning
from swarm.planner.quoting import weak
from swarm.planner.ranking import CONSULTS
from swarm.planner.references import PRONOUN
from swarm.planner.rewording import reworded
from swarm.planner.toolview import views
from swarm.records import Record

_CAUSE = re.compile(r"Run `[^`\n]+` [^:\n]*: ([^\n]+)")
"""What a diagnosis begins with; in it, the cause."""
_REMARKS = "remarks"
"""In a message that calls a tool: what the answer has to say of the steps before, for which nothing was called."""
CAUSE = 200
"""Characters of a cause that go into a question."""
_CALL_ID = re.compile(r"call_(\d+)_")
"""The id of a call carries the number of the step that it is for."""


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
        message = self._answer(messages, kwargs.get("tools", []), kwargs.get("denied", {}))
        return ChatResult(generations=[ChatGeneration(message=message)])

    def _answer(self, messages: list[BaseMessage], tools: Sequence[BaseTool], denied: Mapping[str, str]) -> AIMessage:
        seen = [view for tool in tools if isinstance(tool, BaseTool) for view in views(tool)]
        names = tuple(v.delegate + v.name for v in seen)
        if names not in self._plannings:
            self._plannings[names] = Planning(seen, self.catalogue, _embedding())
        kinds = {v.name: v.kinds for v in seen}
        if any(v.delegate for v in seen):
            return self._route(self._plannings[names], messages, kinds)
        return self._work(self._plannings[names], messages, kinds, denied)

    def _route(self, planning: Planning, messages: list[BaseMessage], kinds: recall.Kinds) -> AIMessage:
        """As the router: steps grouped by the specialist who does them, one group after another."""
        results = [m for m in _after_request(messages) if isinstance(m, ToolMessage)]
        request = recall.request(messages, planning.begins)
        memory = recall.conversation(messages, kinds)
        at_hand = memory.topic == "run" and not recall.asked(messages)
        said = talk.small_talk(request, self.catalogue, at_hand) if not results else None
        if said is not None:
            return AIMessage(said)
        plan = planning.plan(request, memory, _remembered(messages))
        groups: list[tuple[str, list[str]]] = []
        for step in plan:
            if groups and step.delegate in (groups[-1][0], ""):
                groups[-1][1].append(step.text)
            elif step.delegate:
                groups.append((step.delegate, [*([] if groups else [s.text for s in plan[: plan.index(step)]]), step.text]))
        if not groups:
            return AIMessage("\n\n".join(dict.fromkeys(step.declined for step in plan)))
        if len(results) >= len(groups):
            return AIMessage("\n\n".join(m.text for m in results))
        specialist, steps = groups[len(results)]
        args: dict[str, Any] = {"task": ";\n".join(_with_cause(step, messages) for step in steps)}
        if len(groups) > 1:
            args["then"] = [step for _, later in groups[len(results) + 1 :] for step in later]
        return _call(specialist, args, len(results))

    def _work(self, planning: Planning, messages: list[BaseMessage], kinds: recall.Kinds, denied: Mapping[str, str]) -> AIMessage:
        """As a specialist: one call a step, then the answer; for a tool that is denied, the reason."""
        said = next(m.text for m in reversed(messages) if isinstance(m, HumanMessage))
        brief = parted(said)
        task = brief.task if planning.takes("note") else expanded(brief.task, brief.remembered)
        done = _after_request(messages)
        results = [m for m in done if isinstance(m, ToolMessage)]
        steps = planning.steps(task)
        last = results[-1] if results else None
        if last is not None and last.status == "error":
            return _ended(steps, results)
        made = [(c["name"], c["args"]) for m in done if isinstance(m, AIMessage) for c in m.tool_calls]
        memory = recall.briefed(said, results, kinds)
        again = _searched_again(results)
        if last is not None and again:
            return _call(str(last.name), {"query": again}, _number(last))
        remarks = [remark for m in done for remark in m.additional_kwargs.get(_REMARKS, [])]
        for number in range(_number(last), len(steps)):
            action = planning.act(steps[number], memory, denied)
            if last is not None and number == _number(last) and not action.more:
                continue
            if action.tool and (action.tool, action.args) not in made:
                return _call(action.tool, action.args, number, remarks)
            if action.question:
                return _call(ASK_USER, {"question": _joined(compose(_answered(steps, results)), *remarks, action.question)}, number)
            remarks = [*remarks, action.say]
        return AIMessage(_joined(compose(_answered(steps, results)), *remarks) or planning.declined(task, memory))


def _ended(steps: Sequence[str], results: Sequence[ToolMessage]) -> AIMessage:
    """The answer after a call that failed: what came of it, and what was left undone; a question where names are to choose from."""
    last = results[-1]
    left = steps[_number(last) + 1 :]
    answer = compose(_answered(steps, results))
    choices = last.artifact.get("choices", []) if isinstance(last.artifact, dict) else []
    if last.text.startswith("AMBIGUOUS") and choices:
        return _call(ASK_USER, {"question": answer}, _number(last) + 1)
    undone = f"Not done because of that: {'; '.join(f'“{step}”' for step in left)}." if left else ""
    return AIMessage(_joined(answer, undone))


def _searched_again(results: Sequence[ToolMessage]) -> str:
    """The question in other words, where the documents were searched once for a step and do not seem to tell."""
    if not results or not weak(results[-1]) or [_number(m) for m in results].count(_number(results[-1])) > 1:
        return ""
    return reworded(str(Record.model_validate(results[-1].artifact).step.args.get("query", "")))


def _answered(steps: Sequence[str], results: Sequence[ToolMessage]) -> list[Answered]:
    """The results, each with the step it is for; of two searches for one step the better, the first if both are weak."""
    best: dict[int | str, ToolMessage] = {}
    for place, result in enumerate(results):
        key = _number(result) if _searched(result) else f"other {place}"
        if key not in best or (weak(best[key]) and not weak(result)):
            best[key] = result
    return [(steps[min(_number(result), len(steps) - 1)], result) for result in best.values()]


def _searched(message: ToolMessage) -> bool:
    return isinstance(message.artifact, dict) and "query" in Record.model_validate(message.artifact).step.args


def _joined(*parts: str) -> str:
    return "\n\n".join(dict.fromkeys(part for part in parts if part))


def _number(message: ToolMessage | None) -> int:
    """The number of the step that a call was made for."""
    found = _CALL_ID.match(str(message.tool_call_id)) if message is not None else None
    return int(found.group(1)) if found else 0


def _with_cause(step: str, messages: Sequence[BaseMessage]) -> str:
    """What the documentation is to tell of "it", with the failure that the last result tells of, in quotes; any other step as it is."""
    last = next((m.text for m in reversed(messages) if isinstance(m, ToolMessage)), "")
    found = _CAUSE.match(last)
    if found is None or not CONSULTS.search(step) or not PRONOUN.search(step):
        return step
    cause = re.sub(r"[\"“”`]+", "", found.group(1))[:CAUSE]
    return f'{step.rstrip(" .?!")} "{cause}"'


def _remembered(messages: Sequence[BaseMessage]) -> list[str]:
    """What the user asked to be remembered, as the router's prompt tells it."""
    return next((remembered(m.text) for m in messages if isinstance(m, SystemMessage)), [])


@cache
def _embedding() -> WordLlamaEmbedding:
    return WordLlamaEmbedding()


def _call(tool: str, args: dict[str, Any], number: int, remarks: Sequence[str] = ()) -> AIMessage:
    call_id = f"call_{number}_{uuid.uuid4().hex[:12]}"
    call = {"name": tool, "args": args, "id": call_id, "type": "tool_call"}
    return AIMessage("", tool_calls=[call], additional_kwargs={_REMARKS: list(remarks)})


def _after_request(messages: Sequence[BaseMessage]) -> list[BaseMessage]:
    """What came after the user's last message."""
    last = max(i for i, m in enumerate(messages) if isinstance(m, HumanMessage))
    return list(messages[last + 1 :])
