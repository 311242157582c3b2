"""A tool as the planner sees it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from langchain_core.tools import BaseTool


@dataclass(frozen=True)
class ToolView:
    """A tool as the planner sees it: what a model sees, and its examples."""

    name: str
    schema: Mapping[str, Any]
    examples: Sequence[str]
    kinds: Mapping[str, str]
    effect: str = "read"
    delegate: str = ""
    """For the router: the specialist who has this tool."""

    @cached_property
    def required(self) -> list[str]:
        """Arguments that must be given."""
        return list(self.schema.get("required", []))

    @cached_property
    def takes(self) -> frozenset[str]:
        """The kinds of its arguments."""
        return frozenset(self.kinds.values())

    @cached_property
    def needs(self) -> frozenset[str]:
        """The kinds of the arguments that must be given."""
        return frozenset(self.kinds[a] for a in self.required if a in self.kinds)

    @cached_property
    def lists(self) -> frozenset[str]:
        """The kinds of the arguments that take several things."""
        return frozenset(kind for name, kind in self.kinds.items() if self.schema["properties"][name].get("type") == "array")

    @property
    def phrase(self) -> str:
        """Its name as words."""
        return self.name.replace("_", " ")


def views(tool: BaseTool, delegate: str = "") -> list[ToolView]:
    """A tool, or the tools behind a delegation; none for tools without examples, which are no work for the planner."""
    meta = tool.metadata or {}
    if "tools" in meta:
        return [view for inner in meta["tools"] for view in views(inner, tool.name)]
    if not meta.get("examples"):
        return []
    schema = tool.args_schema if isinstance(tool.args_schema, dict) else tool.get_input_jsonschema()
    return [ToolView(tool.name, schema, tuple(meta["examples"]), meta.get("kinds", {}), meta.get("effect", "read"), delegate)]


def noun_forms(tool: str) -> set[str]:
    """The noun that a tool's name ends in, in singular and plural, with its synonyms."""
    last = tool.split("_")[-1]
    singular = last.rstrip("s")
    forms = {singular, singular + "s"}
    return {f for f in forms if len(f) > 2} if "_" in tool else set()
