"""`swarm mcp` by the official client: every tool over both transports, approvals in both revisions of the protocol, who gets in."""

from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import httpx
import mcp_types as types
import pytest
from mcp import Client
from mcp.shared.exceptions import MCPError

from agents.registry import find_agents
from swarm.audit import AuditLog
from swarm.store import Store
from tests.integration.ui.mcp_servers import Person, http_server, over_http, over_stdio
from tests.integration.ui.test_cli import swarm
from ui.mcp.listing import ASK, META_TOOLS, offered, tokens

WORDS: dict[str, Any] = {
    "pipeline": "iris-classification",
    "run": "latest",
    "runs": ["latest"],
    "bucket": "datasets",
    "to_bucket": "models",
    "key": "iris.csv",
    "to_key": "copy.csv",
    "keys": ["iris.csv"],
    "path": "notes.md",
    "query": "caching",
    "pattern": "*.csv",
    "metric": "accuracy",
    "x": "sepal_length_cm",
    "cron": "0 2 * * *",
    "enabled": True,
    "days": 30,
    "tags": {"owner": "anna"},
    "steps": [],
    "arguments": {},
}
"""What arguments of these names get; others get a text that names nothing."""


@pytest.fixture(scope="module")
def world(home: Path) -> Path:
    """A home with a note in it, and a platform that has its samples."""
    (home / "notes.md").write_text("# Notes\n\nCaching is off on Mondays.\n")
    assert swarm(home, "ask", "run iris-classification and wait for it", "--approve", "all").returncode == 0
    return home


@pytest.fixture(scope="module")
def address(world: Path) -> Iterator[str]:
    with http_server(world) as url:
        yield url


@pytest.fixture(params=["stdio", "http"])
def transport(request: pytest.FixtureRequest, world: Path) -> Any:
    """Opens a client over one of the transports."""

    def opened(person: Person | None = None, mode: str = "auto") -> AbstractAsyncContextManager[Client]:
        if request.param == "stdio":
            return over_stdio(world, person=person, mode=mode)
        return over_http(request.getfixturevalue("address"), person, mode)

    return opened


def given(tool: types.Tool) -> dict[str, Any]:
    """Arguments for everything that a tool requires."""
    return {name: WORDS.get(name, "nothing-of-this-name") for name in tool.input_schema.get("required", [])}


def text(result: types.CallToolResult) -> str:
    return "\n".join(block.text for block in result.content if isinstance(block, types.TextContent))


def audited(home: Path, **fields: str) -> list[tuple[str, str, str]]:
    store = Store.open(home, None)
    try:
        return [(e.tool, e.approval, e.status) for e in AuditLog(store, b"any").entries(1000, 0.0, **fields)]
    finally:
        store.close()


async def test_every_tool_is_listed_with_its_effect_and_answers(transport: Any, world: Path) -> None:
    person = Person("decline")
    effects = {tool.name: tool.effect for _, tool in offered([(a, t) for a in find_agents().values() for t in a.toolset.tools.values()])}
    before = len(audited(world))
    async with transport(person) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert set(tools) == {*effects, ASK}
        for name, effect in effects.items():
            hints = tools[name].annotations
            assert hints is not None
            assert (hints.read_only_hint, hints.destructive_hint) == (effect == "read", effect == "destroy"), name
            result = await client.call_tool(name, given(tools[name]))  # the client checks it against the output schema
            assert result.structured_content["content"] in text(result), name
            assert result.structured_content.get("code") != "INTERNAL", (name, text(result))
    assert len(audited(world)) - before == len(effects)
    assert not any(status == "ok" for tool, _, status in audited(world)[before:] if effects[tool] != "read")
    assert len(person.asked) >= 10


@pytest.mark.parametrize("mode", ["legacy", "auto"])
async def test_a_person_accepts_what_code_computed(transport: Any, world: Path, mode: str) -> None:
    person = Person("accept")
    name = f"accepted-{mode}-{len(audited(world))}"
    async with transport(person, mode) as client:
        made = await client.call_tool("create_bucket", {"bucket": name})
        person.action = "decline"
        kept = await client.call_tool("delete_bucket", {"bucket": name})
    assert (made.structured_content["status"], kept.structured_content["code"]) == ("ok", "CANCELED")
    assert (world / "buckets" / name).is_dir()
    assert name in person.asked[0]
    assert "REMOVE" in person.asked[1]
    assert audited(world)[-2:] == [("create_bucket", "approved", "ok"), ("delete_bucket", "rejected", "rejected")]


async def test_without_elicitation_nothing_changes(transport: Any, world: Path) -> None:
    async with transport() as client:
        refused = await client.call_tool("delete_objects", {"bucket": "datasets", "keys": ["iris.csv"]})
        task = await client.call_tool(ASK, {"message": "remove the object iris.csv from datasets"})
        session = task.structured_content["session"]
        again = await client.call_tool(ASK, {"message": "yes, approve it", "session": session})
    assert refused.is_error
    assert "swarm chat" in text(refused)
    assert "swarm chat" in text(task)
    assert [s["status"] for s in task.structured_content["steps"]] == ["rejected"]
    assert not any(step["status"] == "ok" and step["effect"] != "read" for step in again.structured_content["steps"])
    assert (world / "buckets" / "datasets" / "iris.csv").exists()


@pytest.mark.parametrize("mode", ["legacy", "auto"])
async def test_a_whole_task_reports_progress_and_asks_on_the_way(transport: Any, world: Path, mode: str) -> None:
    person, told = Person("accept"), []

    async def progress(number: float, total: float | None, message: str | None) -> None:
        told.append((number, message or ""))

    name = f"task-{mode}-{len(audited(world))}"
    async with transport(person, mode) as client:
        done = await client.call_tool(ASK, {"message": f"create a bucket called {name}"}, progress_callback=progress)
        more = await client.call_tool(ASK, {"message": "which buckets are there?", "session": done.structured_content["session"]})
    assert done.structured_content["status"] == "done"
    assert (world / "buckets" / name).is_dir()
    assert name in more.structured_content["answer"]
    assert "create_bucket" in " ".join(message for _, message in told)
    assert len(person.asked) == 1


async def test_words_never_approve_a_waiting_call(world: Path, address: str) -> None:
    """A turn waits in a conversation; a client that could ask sends `approve` as a message instead."""
    swarm(world, "ask", "create a bucket called never-by-words", "--session", "waits")
    person = Person("decline")
    async with over_http(address, person) as client:
        await client.call_tool(ASK, {"message": "approve", "session": "waits"})
    assert not (world / "buckets" / "never-by-words").exists()


async def test_an_answer_counts_for_nothing_else(address: str, world: Path) -> None:
    """What was asked travels sealed: it fits no other arguments, and no forged one is taken."""
    async with over_http(address, Person("accept")) as client:
        first = await client.session.call_tool("create_bucket", {"bucket": "sealed-one"}, allow_input_required=True)
        assert isinstance(first, types.InputRequiredResult)
        yes: Any = {"approval": types.ElicitResult(action="accept", content={})}
        for state in (first.request_state, "forged", '{"approval": {}}'):
            with pytest.raises(MCPError):
                await client.session.call_tool(
                    "create_bucket", {"bucket": "sealed-two"}, input_responses=yes, request_state=state, allow_input_required=True
                )
        for _ in range(2):
            made = await client.session.call_tool(
                "create_bucket", {"bucket": "sealed-one"}, input_responses=yes, request_state=first.request_state, allow_input_required=True
            )
    assert isinstance(made, types.CallToolResult)
    assert made.is_error, "an answer is good for one call"
    assert (world / "buckets" / "sealed-one").is_dir()
    assert not (world / "buckets" / "sealed-two").exists()


async def test_artifacts_pages_and_prompts(transport: Any) -> None:
    async with transport() as client:
        shown = await client.call_tool("plot_dataset", {"bucket": "datasets", "key": "iris.csv", "x": "sepal_length_cm"})
        artifact = shown.structured_content["artifacts"][0]
        chart = (await client.read_resource(artifact["uri"])).contents[0]
        assert isinstance(chart, types.TextResourceContents)
        assert '"data"' in chart.text
        pages = [r for r in (await client.list_resources()).resources if r.uri.startswith("swarm://handbook/")]
        page = (await client.read_resource(pages[0].uri)).contents[0]
        assert isinstance(page, types.TextResourceContents)
        assert page.text.startswith("---")
        with pytest.raises(MCPError, match="no resource"):
            await client.read_resource("swarm://artifact/../../etc/passwd")
        prompts = (await client.list_prompts()).prompts
        for prompt in prompts:
            filled = await client.get_prompt(prompt.name, {a.name: f"my {a.name}" for a in prompt.arguments or []})
            assert "my " in str(filled.messages[0].content)
        with pytest.raises(MCPError, match="needs"):
            await client.get_prompt("diagnose_run", {})
        with pytest.raises(MCPError, match="no tool"):
            await client.call_tool("rm_rf", {})


async def test_secrets_do_not_come_back(transport: Any, world: Path) -> None:
    secret = "AKIAIOSFODNN7EXAMPLE"
    async with transport() as client:
        result = await client.call_tool("search_docs", {"query": f"what is {secret} for"})
        assert secret not in result.model_dump_json()
    assert secret not in str(audited(world))


async def test_progressive_mode_finds_and_calls(world: Path) -> None:
    person = Person("accept")
    async with over_stdio(world, "--progressive", person=person) as client:
        listed = (await client.list_tools()).tools
        assert tokens(listed) <= 400
        found = await client.call_tool("find_tools", {"query": "make a new bucket"})
        tool = next(t for t in found.structured_content["tools"] if t["name"] == "create_bucket")
        assert tool["input_schema"]["required"] == ["bucket"]
        made = await client.call_tool("call_tool", {"name": "create_bucket", "arguments": {"bucket": "found-bucket"}})
        unknown = await client.call_tool("call_tool", {"name": "rm_rf"})
        with pytest.raises(MCPError):
            await client.call_tool("create_bucket", {"bucket": "hidden"})
    assert made.structured_content["status"] == "ok"
    assert unknown.is_error
    assert len(person.asked) == 1
    assert {tool.name for tool in listed} == {tool.name for tool in META_TOOLS}


TOKENS = {"SWARM_API_TOKENS": "anna=anna-has-a-token-of-hers,vera=vera-has-a-token-of-hers", "SWARM_ROLES": "vera=viewer"}


@pytest.fixture(scope="module")
def guarded(world: Path) -> Iterator[str]:
    with http_server(world, **TOKENS) as url:
        yield url


async def test_a_token_names_the_user(guarded: str, world: Path) -> None:
    async with over_http(guarded, Person("accept"), token="anna-has-a-token-of-hers") as client:
        anna = await client.call_tool(ASK, {"message": "which buckets are there?"})
        await client.call_tool("list_buckets", {})
        names = {tool.name for tool in (await client.list_tools()).tools}
    async with over_http(guarded, Person("accept"), token="vera-has-a-token-of-hers") as client:
        theirs = await client.call_tool(ASK, {"message": "go on", "session": anna.structured_content["session"]})
        read_only = {tool.name for tool in (await client.list_tools()).tools}
        with pytest.raises(MCPError):
            await client.call_tool("create_bucket", {"bucket": "not-hers"})
        uris = [r.uri for r in (await client.list_resources()).resources]
    assert theirs.is_error
    assert "no conversation" in text(theirs)
    assert "create_bucket" in names - read_only
    assert not any(uri.startswith("swarm://artifact/") for uri in uris), "anna's artifacts are anna's"
    assert audited(world, user="anna")


CALL = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}


@pytest.mark.parametrize("token", ["wrong", "anna-has-a-token-of-her", "Bearer", "é" * 30, "a.b.c"])
async def test_wrong_tokens_are_refused(guarded: str, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}".encode(), "Accept": "application/json, text/event-stream"}
    async with httpx.AsyncClient() as http:
        assert (await http.post(guarded, json=CALL, headers=headers)).status_code == 401


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({"Origin": "https://evil.example"}, b"{}", 403),
        ({"Host": "evil.example"}, b"{}", 403),
        ({}, b"x" * 1_100_000, 413),
        ({}, b"{broken", 400),
        ({}, b"\xff\xfe", 400),
        ({}, b"[]", 400),
    ],
)
async def test_foreign_origins_large_bodies_and_broken_json(address: str, headers: dict[str, str], body: bytes, status: int) -> None:
    usual = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
    async with httpx.AsyncClient() as http:
        assert (await http.post(address, content=body, headers=usual | headers)).status_code == status


def test_other_addresses_need_tokens(world: Path) -> None:
    done = swarm(world, "mcp", "--http", "--host", "0.0.0.0")
    assert done.returncode == 2
    assert "SWARM_API_TOKENS" in done.stderr


def test_the_figures_in_the_documentation_are_those_of_the_command(world: Path) -> None:
    counted = dict(line.split()[:2] for line in swarm(world, "mcp", "--tokens").stdout.splitlines())
    page = (Path(__file__).parents[3] / "docs" / "users" / "mcp.md").read_text(encoding="utf-8").replace(",", "")
    assert int(counted["progressive"]) <= 400
    assert all(f"{count} tokens" in page for count in counted.values()), counted
