"""What a tool message carries beside its text: the step, what can be drawn, and what it was about."""

import re
from collections.abc import Sequence
from typing import Any

from langchain_core.messages import ToolMessage
from pydantic import BaseModel, Field

from swarm.reply import Step
from tools.result import Artifact, Source, Subject, ToolResult

MAX_CONTENT = 2600
"""Characters of a result that a model sees: about 600 tokens."""


class Record(BaseModel):
    """What a tool message carries beside its text."""

    step: Step
    artifacts: list[Artifact] = Field(default_factory=list)
    sources: list[Source] = Field(default_factory=list)
    subjects: list[Subject] = Field(default_factory=list)
    choices: list[str] = Field(default_factory=list)
    given: list[str] = Field(default_factory=list)
    """Names of the arguments that the model gave; the others were filled in."""


def tool_message(call_id: str, result: ToolResult, step: Step, given: list[str]) -> ToolMessage:
    """A result as the model and the conversation's store take it."""
    record = Record(
        step=step, artifacts=result.artifacts, sources=result.sources, subjects=result.subjects, choices=result.choices, given=given
    )
    content = result.content
    if len(content) > MAX_CONTENT:
        content = content[:MAX_CONTENT].rsplit("\n", 1)[0] + "\n… (cut here; ask for less, or for the next part)"
    return ToolMessage(
        content=content,
        name=step.tool,
        tool_call_id=call_id,
        status="error" if result.status == "error" else "success",
        artifact=record.model_dump(mode="json"),
    )


def drawn(records: Sequence[Record]) -> list[Artifact]:
    """What can be drawn of a turn's calls, in their order. A table of what was changed afterwards says so, and gives way to a newer one."""
    return [
        artifact if artifact.kind != "table" else artifact.model_copy(update={"title": f"{artifact.title}{_before(record, later)}"})
        for record, later in ((r, records[place + 1 :]) for place, r in enumerate(records))
        for artifact in record.artifacts
        if artifact.kind != "table" or not any(_same(record.step, r.step) for r in later)
    ]


def _before(record: Record, later: Sequence[Record]) -> str:
    """Which change by the same agent a result was read before, for the end of a title."""
    steps = [r.step for r in later if r.step.agent == record.step.agent]
    changes = [s.tool for s in steps if s.effect != "read" and s.status == "ok" and record.step.effect == "read"]
    return f" (before {changes[0]})" if changes else ""


def _same(one: Step, later: Step) -> bool:
    return later.effect == "read" and later.status != "error" and (one.tool, one.args) == (later.tool, later.args)


def numbered(result: ToolResult, state: Any) -> ToolResult:
    """The result with its passages numbered on from those read before in this delegation; one that returns keeps its number."""
    if not result.sources or not isinstance(state, dict):
        return result
    known: dict[tuple[str, str, str], int] = {}
    for message in state.get("messages", []):
        if isinstance(message, ToolMessage) and isinstance(message.artifact, dict):
            known |= {(s["uri"], s["section"], s["text"]): s["n"] for s in message.artifact.get("sources", [])}
    numbers: dict[int, int] = {}
    free = max(known.values(), default=0)
    for source in result.sources:
        place = (source.uri, source.section, source.text)
        if place not in known:
            free += 1
            known[place] = free
        numbers[source.n] = known[place]
    content = re.sub(r"^\[(\d+)\]", lambda m: f"[{numbers.get(int(m.group(1)), int(m.group(1)))}]", result.content, flags=re.M)
    sources = [s.model_copy(update={"n": numbers[s.n]}) for s in result.sources]
    return result.model_copy(update={"content": content, "sources": sources})
