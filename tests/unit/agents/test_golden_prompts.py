"""Prompts and tool schemas as a model sees them, taken from the requests that really go out, compared with `tests/golden/`."""

import asyncio
import difflib
import json
from pathlib import Path
from typing import Any

import pytest

from agents.registry import find_agents
from swarm import Assistant, Settings
from tests.scripted_model import Calls, Reply, Says, scripted_model

GOLDEN = Path(__file__).parents[2] / "golden"
RENEW = "If this is meant, run: pytest tests/unit/agents/test_golden_prompts.py --update-golden"
SPEAKERS = ["router", *find_agents()]


def _tools(request: dict[str, Any]) -> list[str]:
    return [tool["function"]["name"] for tool in request["tools"]]


def _speaker(request: dict[str, Any]) -> str:
    """Who sent a request, told by the tools in it."""
    agents = find_agents().items()
    return next((name for name, agent in agents if set(agent.toolset.tools) & set(_tools(request))), "router")


@pytest.fixture(scope="module")
def requests(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """One request of the router and one of every agent, by name."""

    def reply(request: dict[str, Any]) -> Reply:
        if _speaker(request) == "router" and request["messages"][-1]["role"] == "user":
            return Calls([(f"ask_{name}", {"task": "Say hello."}) for name in find_agents()])
        return Says("Hello.")

    async def ask() -> dict[str, dict[str, Any]]:
        with scripted_model([reply] * (len(SPEAKERS) + 1)) as model:
            given = {
                "swarm": {"home": tmp_path_factory.mktemp("home"), "samples": False, "tools_shown": 1000},
                "openai": {"base_url": model.url, "api_key": "x"},
            }
            async with Assistant.open(Settings.model_validate(given)) as assistant:
                await assistant.ask("hello to all", session="golden")
        return {_speaker(request): request for request in reversed(model.requests)}

    return asyncio.run(ask())


def _compare(file: Path, seen: str, update: bool) -> None:
    if update:
        file.write_text(seen, encoding="utf-8")
    known = file.read_text(encoding="utf-8") if file.exists() else ""
    diff = "\n".join(
        difflib.unified_diff(known.splitlines(), seen.splitlines(), f"golden/{file.name}", "what a model sees now", lineterm="")
    )
    if known != seen:
        pytest.fail(f"{diff}\n\n{RENEW}", pytrace=False)


@pytest.mark.parametrize("speaker", SPEAKERS)
def test_system_prompt(speaker: str, requests: dict[str, dict[str, Any]], update_golden: bool) -> None:
    system = requests[speaker]["messages"][0]
    assert system["role"] == "system"
    _compare(GOLDEN / f"{speaker}.prompt.md", system["content"].rstrip() + "\n", update_golden)


@pytest.mark.parametrize("speaker", SPEAKERS)
def test_tools(speaker: str, requests: dict[str, dict[str, Any]], update_golden: bool) -> None:
    tools = [tool["function"] for tool in requests[speaker]["tools"]]
    seen = json.dumps(sorted(tools, key=lambda tool: str(tool["name"])), indent=2, ensure_ascii=False)
    _compare(GOLDEN / f"{speaker}.tools.json", seen + "\n", update_golden)


def test_no_golden_file_is_left_over() -> None:
    expected = {f"{speaker}.{kind}" for speaker in SPEAKERS for kind in ("prompt.md", "tools.json")}
    assert {file.name for file in GOLDEN.iterdir()} - {"README.md"} == expected
