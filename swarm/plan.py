"""The plan of a turn: what the router has delegated, and what it said is still to do."""

from collections.abc import Sequence
from typing import Literal

from langchain_core.messages import AIMessage, AnyMessage, ToolMessage

from swarm.conversation import ASK_USER, turn
from swarm.reply import PlanStep

THEN = "then"
"""Argument of a delegation: the steps that follow it."""
LENGTH = 160
"""Characters of a step."""
_STATES: dict[str, Literal["done", "failed", "asked"]] = {"done": "done", "failed": "failed", "needs_input": "asked"}


def plan(messages: Sequence[AnyMessage]) -> list[PlanStep]:
    """The steps of the last turn in order: delegations made, those under way, and those announced; empty for a turn of one step."""
    said = turn(messages)
    outcomes = {m.tool_call_id: m.artifact for m in said if isinstance(m, ToolMessage)}
    steps: list[PlanStep] = []
    announced: list[str] = []
    for message in said:
        if not isinstance(message, AIMessage):
            continue
        calls = [c for c in message.tool_calls if c["name"] != ASK_USER and c["args"].get("task")]
        for call in calls:
            step = PlanStep(text=_short(call["args"]["task"]), agent=call["name"].removeprefix("ask_"), state="running")
            if call["id"] in outcomes:
                outcome = outcomes[call["id"]]
                step.state = _STATES.get(str(outcome.get("status")), "done") if isinstance(outcome, dict) else "failed"
            steps.append(step)
        announced = [_short(line) for call in calls for line in _lines(call["args"].get(THEN))]
    if said and isinstance(said[-1], AIMessage) and not said[-1].tool_calls:
        announced = []
    steps += [PlanStep(text=text) for text in dict.fromkeys(announced)]
    return steps if len(steps) > 1 else []


def _lines(value: object) -> list[str]:
    if isinstance(value, str):
        return [value] if value.strip() else []
    return [str(line) for line in value if str(line).strip()] if isinstance(value, list) else []


def _short(text: object) -> str:
    line = " ".join(str(text).split())
    return line if len(line) <= LENGTH else f"{line[: LENGTH - 1]}…"
