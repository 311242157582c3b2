"""What a model sees of an agent with many tools: what fits the task, what it asked for, what is in use, nothing beyond its role."""

import json
from typing import Any

import pytest
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, ToolMessage

from agents.registry import find_agents
from swarm.conversation import CONTEXT
from swarm.permissions import Permissions
from swarm.specialist import langchain_tool
from swarm.toolchoice import MORE, ToolChoice

SHOWN = 8
ADMIN = Permissions("admin")


@pytest.fixture(scope="module")
def choice() -> ToolChoice:
    return ToolChoice([langchain_tool(t) for t in find_agents()["kfp"].toolset.tools.values()], SHOWN)


def seen(choice: ToolChoice, messages: list[AnyMessage], permissions: Permissions = ADMIN) -> list[str]:
    return [t.name for t in choice.visible(messages, permissions)]


def called(tool: str, answer: str = "done", **args: Any) -> list[AnyMessage]:
    call = {"name": tool, "args": args, "id": f"c-{tool}", "type": "tool_call"}
    return [AIMessage("", tool_calls=[call]), ToolMessage(answer, tool_call_id=f"c-{tool}")]


@pytest.mark.parametrize(
    ("task", "tool"),
    [
        ("Kick off the churn workflow with a depth of five.", "run_pipeline"),
        ("Tell me why last night's training crashed.", "diagnose_run"),
        ("Set the two newest trainings side by side.", "compare_runs"),
        ("Have it start by itself every weekday morning.", "schedule_pipeline"),
        ("Which of our recipes exist, then halt the one in progress.", "terminate_run"),
    ],
)
def test_the_tools_that_a_task_needs_are_shown(choice: ToolChoice, task: str, tool: str) -> None:
    names = seen(choice, [HumanMessage(task)])
    assert tool in names
    assert len(names) == SHOWN + 1


def test_tools_in_use_and_asked_for_stay_visible(choice: ToolChoice) -> None:
    task = HumanMessage("List the pipelines.")
    wanted = ["pause_schedule", "delete_run", "explain_caching"]
    assert not set(wanted) & set(seen(choice, [task]))
    messages = [task, *called(MORE, names=wanted[:2]), *called("explain_caching", run="latest")]
    for _ in range(SHOWN):
        assert set(wanted) <= set(seen(choice, messages))
        messages += called("list_pipelines")


def test_what_an_earlier_turn_used_is_shown_again(choice: ToolChoice) -> None:
    briefing = json.dumps({"user_said": [], "calls": [{"tool": "pause_schedule", "args": {}, "status": "ok", "about": []}]})
    assert "pause_schedule" in seen(choice, [HumanMessage(f"And now the other one.{CONTEXT}It is Monday.\n{briefing}")])


@pytest.mark.parametrize("names", ["pause_schedule", ["nonsense", 7, None], [], None, {"a": 1}])
def test_asking_for_more_in_any_form_breaks_nothing(choice: ToolChoice, names: object) -> None:
    shown = seen(choice, [HumanMessage("List the runs."), *called(MORE, names=names)])
    assert ("pause_schedule" in shown) == (names == "pause_schedule")
    assert MORE in shown


def test_every_tool_is_shown_or_named_and_none_beyond_the_role(choice: ToolChoice) -> None:
    for role in ("viewer", "operator", "admin"):
        permissions = Permissions(role)
        tools = choice.visible([HumanMessage("Delete every run.")], permissions)
        named = tools[-1].description.partition("There are: ")[2].rstrip(".").split(", ")
        assert {t.name for t in tools[:-1]} | set(named) == set(choice.allowed(permissions))
    assert "delete_run" not in choice.allowed(Permissions("viewer"))
