"""Which of an agent's tools its model sees: all of a few, else those nearest in meaning to the task and those already in use."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import chain, zip_longest

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage
from langchain_core.tools import BaseTool, StructuredTool

from swarm.conversation import parted
from swarm.permissions import Permissions
from swarm.planner.ranking import Ranker
from swarm.planner.shape import shape
from swarm.planner.toolview import views

MORE = "more_tools"
_CLAUSE = re.compile(r"[.;:!?\n]+|,|\b(?:and|then|after that|or)\b", re.I)


def more_tools() -> BaseTool:
    """The way for a model to a tool that was not thought to fit; its description names those that are hidden."""
    schema = {
        "type": "object",
        "properties": {"names": {"type": "array", "items": {"type": "string"}, "description": "Names of the tools to show."}},
        "required": ["names"],
    }
    return StructuredTool(name=MORE, description="Shows further tools.", args_schema=schema, func=_shown)


def _shown(names: object = ()) -> str:
    return f"Shown from now on, if they exist: {', '.join(_names(names)) or 'none'}. Go on with the task."


class ToolChoice:
    """Chooses among the tools of one agent.

    Attributes:
        all: the tools by name.
    """

    def __init__(self, tools: Sequence[BaseTool], shown: int) -> None:
        self.all = {t.name: t for t in tools}
        self._shown = shown
        self._more = more_tools()

    def ranks(self, permissions: Permissions) -> bool:
        """Whether `visible` has to rank, because there are more tools than are shown."""
        return len(self.allowed(permissions)) > self._shown

    def visible(self, messages: Sequence[AnyMessage], permissions: Permissions) -> list[BaseTool]:
        """The tools to show for a delegation; blocks when it ranks for the first time."""
        allowed = self.allowed(permissions)
        if not self.ranks(permissions):
            return list(allowed.values())
        task, before, *_ = parted(next(m.text for m in messages if isinstance(m, HumanMessage)))
        calls = [c for m in messages if isinstance(m, AIMessage) for c in m.tool_calls]
        asked = [name for c in calls if c["name"] == MORE for name in _names(c["args"].get("names"))]
        used = [*(c["name"] for c in calls), *asked, *(str(c.get("tool")) for c in before[::-1])]
        names = [n for n in dict.fromkeys(chain(used, self.nearest(task))) if n in allowed]
        shown = set(names[: max(self._shown, len(calls) + len(asked))])
        hidden = ", ".join(n for n in allowed if n not in shown)
        description = f"Call this when none of the tools you see does what the task needs. It shows you further tools. There are: {hidden}."
        return [*(t for n, t in allowed.items() if n in shown), self._more.model_copy(update={"description": description})]

    def allowed(self, permissions: Permissions) -> dict[str, BaseTool]:
        """The tools that a role may use."""
        return {name: tool for name, tool in self.all.items() if permissions.allows((tool.metadata or {})["effect"])}

    @cached_property
    def _ranker(self) -> Ranker:
        from knowledge.embeddings import WordLlamaEmbedding

        seen = [view for tool in self.all.values() for view in views(tool)]
        return Ranker([replace(view, examples=(*view.examples, view.phrase)) for view in seen], WordLlamaEmbedding())

    def nearest(self, task: str) -> Iterable[str]:
        """The tools by nearness: first the best for the whole task and for each of its clauses, then the second best, and so on."""
        clauses = [task, *(c for c in _CLAUSE.split(task) if len(c.split()) > 1)]
        rankings = [[candidate.tool.name for candidate in self._ranker.rank(shape(clause))] for clause in dict.fromkeys(clauses)]
        return (name for rank in zip_longest(*rankings) for name in rank if name)


def _names(value: object) -> list[str]:
    return [str(name) for name in value] if isinstance(value, list | tuple) else [str(value)] if value else []
