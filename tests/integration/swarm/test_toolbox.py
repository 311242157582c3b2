"""Tools outside of a conversation: what front-ends call directly is held to the role of its user, approved and audited all the same."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from swarm import Assistant, Settings
from swarm.audit import Numbered
from tools.call import Call
from tools.result import ToolResult
from tools.speaker import Speaker, speaking

pytestmark = pytest.mark.asyncio(loop_scope="module")
SECRET = "ghp_" + "Zq4" * 12


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def assistant(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Assistant]:
    home = tmp_path_factory.mktemp("toolbox")
    (home / "buckets").mkdir()
    given = {
        "swarm": {"home": home, "samples": False, "roles": {"vera": "viewer", "olaf": "operator"}},
        "kfp": {"endpoint": "http://127.0.0.1:9"},
    }
    async with Assistant.open(Settings.model_validate(given)) as assistant:
        yield assistant


async def made(assistant: Assistant, user: str, name: str, approved_by: str = "", **arguments: object) -> ToolResult:
    with speaking(Speaker(user, "")):
        call = await assistant.toolbox.prepare(name, arguments)
        return await assistant.toolbox.run(call, approved_by) if isinstance(call, Call) else call


async def audited(assistant: Assistant, user: str) -> list[Numbered]:
    return await asyncio.to_thread(assistant.audit.entries, user=user)


async def exists(assistant: Assistant, bucket: str) -> bool:
    listed = await assistant.toolbox.read("list_buckets")
    return bucket in listed.content


async def test_a_write_that_nobody_approved_is_refused_and_audited(assistant: Assistant) -> None:
    refused = await made(assistant, "anna", "create_bucket", bucket="unasked")
    assert (refused.status, refused.code) == ("error", "PERMISSION_DENIED")
    assert not await exists(assistant, "unasked")
    assert [(e.session, e.tool, e.approval, e.status) for e in await audited(assistant, "anna")] == [
        ("", "create_bucket", "forbidden", "rejected")
    ]


async def test_an_approved_write_is_made_and_audited_with_who_approved(assistant: Assistant) -> None:
    done = await made(assistant, "olaf", "create_bucket", "ben", bucket="asked-for")
    assert done.status == "ok"
    assert await exists(assistant, "asked-for")
    entries = await audited(assistant, "olaf")
    assert [(e.agent, e.tool, e.effect, e.args, e.approval, e.approved_by, e.status) for e in entries] == [
        ("minio", "create_bucket", "write", {"bucket": "asked-for"}, "approved", "ben", "ok")
    ]


@pytest.mark.parametrize(
    ("user", "tool", "arguments"), [("vera", "create_bucket", {"bucket": "not-vera"}), ("olaf", "delete_bucket", {"bucket": "kept"})]
)
async def test_a_role_is_not_exceeded_by_an_approval(assistant: Assistant, user: str, tool: str, arguments: dict[str, str]) -> None:
    await made(assistant, "root", "create_bucket", "root", bucket="kept")
    with speaking(Speaker(user, "")):
        assert tool not in {t.name for _, t in assistant.toolbox.tools}
    assert (await made(assistant, user, tool, "root", **arguments)).status == "error"
    prepared = await assistant.toolbox.prepare(tool, arguments)
    assert isinstance(prepared, Call)
    with speaking(Speaker(user, "")):
        assert (await assistant.toolbox.run(prepared, "root")).code == "PERMISSION_DENIED"
    assert await exists(assistant, "kept")
    assert not await exists(assistant, "not-vera")


async def test_reading_is_audited_without_secrets(assistant: Assistant) -> None:
    with speaking(Speaker("rita", "")):
        read = await assistant.toolbox.read("find_objects", pattern=f"{SECRET}*")
    assert SECRET not in read.model_dump_json()
    entries = await audited(assistant, "rita")
    assert [(e.tool, e.effect) for e in entries] == [("find_objects", "read")]
    assert SECRET not in entries[0].model_dump_json()
