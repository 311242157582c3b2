"""Outside MCP servers as agents: real servers as processes, under our approvals and in our audit log, whatever they say."""

import json
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from swarm import Assistant, Settings
from swarm.approvals import Decision
from swarm.reply import Approval
from tests.scripted_model import Calls, Says, scripted_model
from tools.outside.settings import read_servers
from ui.doctor import examine

pytestmark = pytest.mark.asyncio(loop_scope="module")
SERVER = Path(__file__).with_name("outside_server.py")


def servers(folder: Path) -> str:
    return json.dumps(
        {
            "tickets": {"command": [sys.executable, str(SERVER), str(folder)], "env": {"DESK_KEY": "the-key-of-the-desk"}},
            "gone": {"command": [str(folder / "no-such-program")]},
            "away": {"url": "http://127.0.0.1:9/mcp"},
            "kfp": {"command": [sys.executable, str(SERVER), str(folder)]},
        }
    )


def settings(home: Path, **more: Any) -> Settings:
    return Settings.model_validate({"swarm": {"home": home, "samples": False, "mcp_servers": servers(home)}, **more})


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def assistant(home: Path) -> AsyncIterator[Assistant]:
    async with Assistant.open(settings(home)) as opened:
        yield opened


async def approve(approval: Approval) -> Decision:
    return Decision(decision="approve", args=approval.args, effect=approval.effect, by="anna")


async def reject(approval: Approval) -> Decision:
    return Decision(decision="reject", by="anna")


async def test_its_tools_have_the_effects_that_it_admits_to(assistant: Assistant) -> None:
    agent = assistant.toolbox.agents["tickets"]
    effects = {name: tool.effect for name, tool in agent.toolset.tools.items()}
    assert effects == {
        "tickets_search_tickets": "read",
        "tickets_open_ticket": "write",
        "tickets_close_ticket": "destroy",
        "tickets_read_environment": "write",
        "tickets_crash": "write",
    }
    assert not {"gone", "away"} & set(assistant.toolbox.agents)
    assert "list_pipelines" in assistant.toolbox.agents["kfp"].toolset.tools, "no outside server takes the place of an agent"


async def test_a_call_is_approved_made_and_audited(assistant: Assistant, home: Path) -> None:
    asked: list[Approval] = []

    async def look(approval: Approval) -> Decision:
        asked.append(approval)
        return await reject(approval)

    refused = await assistant.toolbox.call("tickets_open_ticket", {"title": "a"}, look)
    assert refused.code == "CANCELED"
    assert not (home / "a.ticket").exists()
    assert '"title": "a"' in asked[0].preview
    done = await assistant.toolbox.call("tickets_open_ticket", {"title": "a", "urgent": True}, approve)
    assert (done.status, (home / "a.ticket").read_text()) == ("ok", "True")
    kept = assistant._desk.audit.entries(2)
    assert [(e.agent, e.tool, e.approval) for e in kept] == [
        ("tickets", "tickets_open_ticket", "rejected"),
        ("tickets", "tickets_open_ticket", "approved"),
    ]


@pytest.mark.parametrize("given", [{}, {"title": 7}, {"title": "b", "urgent": "very"}])
async def test_wrong_arguments_are_told_before_anybody_is_asked(assistant: Assistant, given: dict[str, Any]) -> None:
    result = await assistant.toolbox.call("tickets_open_ticket", given, approve)
    assert result.code == "INVALID_ARGUMENT"
    assert "title, urgent?" in result.content


async def test_results_are_bounded_and_the_environment_is_its_own(assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    result = await assistant.toolbox.call("tickets_search_tickets", {"text": "disk"}, reject)
    assert "T-7" in result.content
    assert len(result.content) < 2_500
    monkeypatch.setitem(os.environ, "AWS_SECRET", "ours")
    seen = [(await assistant.toolbox.call("tickets_read_environment", {"name": n}, approve)).content for n in ("AWS_SECRET", "DESK_KEY")]
    assert seen == ["not set", "<secret:own>"]


async def test_the_built_in_planner_reaches_it(assistant: Assistant) -> None:
    reply = await assistant.ask('search the support tickets for "disk full"', "planner")
    assert [(s.agent, s.tool, s.status) for s in reply.steps] == [("tickets", "tickets_search_tickets", "ok")]


async def test_a_language_model_reaches_it_and_an_approval_waits(home: Path) -> None:
    (home / "a.ticket").touch()
    script = [
        Calls([("ask_tickets", {"task": "Close ticket a."})]),
        Calls([("tickets_close_ticket", {"title": "a"})]),
        Says("Ticket a is closed."),
    ]
    with scripted_model(script) as model:
        given = settings(home, openai={"base_url": model.url, "api_key": "sk-test"})
        async with Assistant.open(given) as opened:
            asked = await opened.ask("close ticket a", "model")
            assert asked.approval is not None
            assert asked.approval.effect == "destroy"
            assert (home / "a.ticket").exists()
            done = await opened.decide("model", "approve")
    assert done.status == "done"
    assert not (home / "a.ticket").exists()


async def test_a_server_that_dies_is_an_error_and_is_started_again(assistant: Assistant) -> None:
    died = await assistant.toolbox.call("tickets_crash", {}, approve)
    assert died.status == "error"
    assert "tickets" in died.content
    assert (await assistant.toolbox.call("tickets_search_tickets", {"text": "again"}, reject)).status == "ok"


async def test_the_doctor_names_those_that_are_down(home: Path) -> None:
    findings = {f.backend: f for f in await examine(settings(home))}
    assert findings["tickets"].ok
    for name in ("gone", "away", "kfp"):
        assert not findings[name].ok
        assert "SWARM_MCP_SERVERS" in findings[name].message


WRONG = ["{", "no-such-file.json", '{"x": {}}', '{"X!": {"url": "http://a"}}', '{"x": {"url": "ftp://a"}}', '{"x": 1}']


@pytest.mark.parametrize("given", WRONG)
async def test_a_wrong_setting_is_refused(given: str) -> None:
    with pytest.raises(ValueError, match=r"JSON|file|x|X!"):
        read_servers(given)
