"""What is kept of conversations, on SQLite and PostgreSQL: lists, search, export, deletion, retention, profiles, what is measured."""

import asyncio
import json
import time
import urllib.request
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from sqlalchemy import delete, update
from typer.testing import CliRunner

from swarm import Assistant, Settings
from swarm.archive import open_archive
from swarm.chores import sweep
from swarm.errors import AccessError, MessageError, RateError
from swarm.settings import SwarmSettings
from swarm.store import Store
from swarm.tables import conversations
from swarm.telemetry import Telemetry
from swarm.turnlocks import TurnLocks
from ui.cli import app

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def settings(database_url: str | None, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    swarm = SwarmSettings(home=tmp_path_factory.mktemp("kept"), samples=False, metrics_port=0)
    return Settings.model_validate({"swarm": swarm, "database": {"url": database_url}})


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def assistant(settings: Settings) -> AsyncIterator[Assistant]:
    async with Assistant.open(settings) as opened:
        yield opened


async def test_conversations_are_listed_named_and_found(assistant: Assistant) -> None:
    await assistant.ask("hello there", "k1", user="ann")
    await assistant.ask("how do I turn off caching for one step?", "k2", user="ann")
    await assistant.ask("hello", "k3", user="ben")
    archive = assistant.conversations
    assert [(c.session, c.title) for c in await archive.recent("ann")] == [
        ("k2", "how do I turn off caching for one step?"),
        ("k1", "hello there"),
    ]
    await archive.rename("k1", "  Greetings  ", "ann")
    assert (await archive.summary("k1", "ann")).title == "Greetings"
    assert {s.session for s in await archive.search("caching STEP", "ann")} == {"k2"}
    assert [s.session for s in await archive.search("turn off cachi", "ann") if s.role == "user"] == ["k2"]
    assert {s.session for s in await archive.search("hello", "ben")} == {"k3"}
    assert await archive.search("turn off caching", "ben") == []
    assert [s.role for s in await archive.messages("k1", "ann")] == ["user", "assistant"]


@pytest.mark.parametrize("words", ["", "  ", '"', "' OR 1=1 --", "a & | ! ( ) : *", "NEAR(x y)", "%", "\u0000x"])
async def test_any_words_can_be_searched(assistant: Assistant, words: str) -> None:
    assert not await assistant.conversations.search(words, "nobody")


async def test_names_are_found_by_their_parts(assistant: Assistant) -> None:
    await assistant.ask("thanks for datasets/iris-classification_v2.csv", "k4", user="cy")
    for words in ("iris", "iris-classification", "classification_v2", "DATASETS/iris", "v2.csv"):
        assert [s.session for s in await assistant.conversations.search(words, "cy") if s.role == "user"] == ["k4"], words


async def test_a_conversation_is_exported_whole(assistant: Assistant) -> None:
    reply = await assistant.ask("how do I turn off caching for one step?", "k5", user="ann")
    document = json.loads(await assistant.conversations.export("k5", "json", "ann"))
    assert document["turns"][0]["reply"] == reply.model_dump(mode="json")
    page = await assistant.conversations.export("k5", "markdown", "ann")
    assert reply.answer in page
    assert "`search_docs`" in page
    assert reply.sources[0].uri in page


async def test_a_deleted_conversation_is_gone_and_can_begin_anew(assistant: Assistant) -> None:
    await assistant.ask("my password is delete-me-77x", "k6", user="ann")
    await assistant.conversations.delete("k6", "ann")
    assert await assistant.history("k6", "ann") == []
    assert await assistant.conversations.search("password", "ann") == []
    with pytest.raises(AccessError):
        await assistant.conversations.summary("k6", "ann")
    await assistant.ask("hello", "k6", user="ben")
    assert (await assistant.conversations.summary("k6", "ben")).owner == "ben"


async def test_a_message_that_waited_does_not_revive_what_was_deleted(
    assistant: Assistant, settings: Settings, database_url: str | None
) -> None:
    """It would begin the conversation anew for nobody, and whoever took its name next would read it."""
    home = settings.swarm.home
    await assistant.ask("hello", "k20", user="ann")
    store = await asyncio.to_thread(Store.open, home, database_url)
    async with TurnLocks.open(store, home) as others, others.turn("k20"):
        waiting = asyncio.create_task(assistant.ask("which buckets are there?", "k20", user="ann"))
        while len(await assistant.conversations.messages("k20", "ann")) < 3:  # noqa: ASYNC110 - it is kept before it waits
            await asyncio.sleep(0.01)
        with store.writing() as connection:
            connection.execute(delete(conversations).where(conversations.c.session == "k20"))
    with pytest.raises(MessageError, match="deleted"):
        await waiting
    store.close()


async def test_another_program_deletes_no_conversation_in_the_middle_of_a_turn(
    assistant: Assistant, settings: Settings, database_url: str | None
) -> None:
    await assistant.ask("hello", "k21", user="ann")
    store = await asyncio.to_thread(Store.open, settings.swarm.home, database_url)
    async with open_archive(settings) as archive:
        async with TurnLocks.open(store, settings.swarm.home) as others, others.turn("k21"):
            deleting = asyncio.create_task(archive.delete("k21", "ann"))
            await asyncio.wait([deleting], timeout=0.5)
            assert not deleting.done()
        await deleting
    store.close()
    assert await assistant.history("k21", "ann") == []


async def test_what_was_said_meanwhile_keeps_an_old_conversation(assistant: Assistant) -> None:
    since = time.time()
    await assistant.ask("hello", "k22", user="ann")
    assert not await assistant.conversations.remove("k22", "retention", unused_since=since)
    assert len(await assistant.history("k22", "ann")) == 2


async def test_a_secret_said_to_one_replica_is_none_to_the_other(assistant: Assistant, settings: Settings) -> None:
    alone = settings.model_copy(update={"swarm": settings.swarm.model_copy(update={"metrics_port": None})})
    async with Assistant.open(alone) as other:
        await other.ask("hello", "k23", user="ann")
        await assistant.ask("my password is late-Secret-1x", "k23", user="ann")
        await other.ask("what do the documents say about late-Secret-1x?", "k23", user="ann")
    assert "late-Secret-1x" not in str(await assistant.conversations.messages("k23", "ann"))


async def test_members_take_part_until_they_do_not(assistant: Assistant) -> None:
    archive = assistant.conversations
    await assistant.ask("hello", "k7", user="ann")
    await archive.share("k7", "ben", "ann")
    await assistant.ask("hello too", "k7", user="ben")
    assert [s.user for s in await archive.messages("k7", "ben") if s.role == "user"] == ["ann", "ben"]
    with pytest.raises(AccessError, match="owner"):
        await archive.delete("k7", "ben")
    await archive.unshare("k7", "ben", "ann")
    with pytest.raises(AccessError):
        await assistant.ask("hello again", "k7", user="ben")


async def test_old_conversations_are_deleted_by_themselves(assistant: Assistant, settings: Settings, database_url: str | None) -> None:
    for session in ("old", "new"):
        await assistant.ask("hello", session, user="dora")
    store = await asyncio.to_thread(Store.open, settings.swarm.home, database_url)
    with store.writing() as connection:
        connection.execute(update(conversations).where(conversations.c.session == "old").values(updated=time.time() - 8 * 86_400))
    store.close()
    assert await sweep(assistant.conversations, days=9) == 0
    assert await sweep(assistant.conversations, days=7) == 1
    assert [c.session for c in await assistant.conversations.recent("dora")] == ["new"]
    assert await assistant.history("old", "dora") == []


async def test_retention_runs_while_an_assistant_is_open(settings: Settings) -> None:
    days = settings.model_copy(update={"swarm": settings.swarm.model_copy(update={"retention_days": 1e-9, "metrics_port": None})})
    async with Assistant.open(settings.model_copy(update={"swarm": settings.swarm.model_copy(update={"metrics_port": None})})) as first:
        await first.ask("hello", "short-lived", user="finn")
    async with Assistant.open(days) as opened, asyncio.timeout(30):
        while await opened.conversations.recent("finn"):  # noqa: ASYNC110 - another task deletes, nothing rings
            await asyncio.sleep(0.05)


async def test_a_user_may_send_so_many_messages_a_minute(settings: Settings) -> None:
    limited = settings.swarm.model_copy(update={"turns_per_minute": 2, "metrics_port": None})
    async with Assistant.open(settings.model_copy(update={"swarm": limited})) as opened:
        for number in range(2):
            await opened.ask("hello", f"r{number}", user="fast")
        with pytest.raises(RateError, match="2 messages a minute"):
            await opened.ask("hello", "r3", user="fast")
        await opened.ask("hello", "r4", user="slow")


async def test_what_users_say_of_themselves_is_kept_across_conversations(assistant: Assistant) -> None:
    told = await assistant.ask("remember that my bucket is datasets", "p1", user="ann")
    assert [(s.tool, s.status) for s in told.steps] == [("remember_note", "ok")]
    asked = await assistant.ask("what do you remember about me?", "p2", user="ann")
    assert "my bucket is datasets" in asked.answer
    used = await assistant.ask("what is in my bucket?", "p3", user="ann")
    assert [(s.tool, s.args.get("bucket")) for s in used.steps] == [("list_objects", "datasets")]
    other = await assistant.ask("what do you remember about me?", "p4", user="ben")
    assert [(s.tool, s.status) for s in other.steps] == [("list_notes", "no_data")]
    gone = await assistant.ask("forget my bucket", "p5", user="ann")
    assert [s.tool for s in gone.steps] == ["forget_note"]
    assert assistant.profiles.notes("ann") == []


async def test_thumbs_are_kept_once(assistant: Assistant) -> None:
    await assistant.ask("hello", "t1", user="ann")
    await assistant.conversations.rate("t1", 0, good=True, user="ann")
    await assistant.conversations.rate("t1", 0, good=False, comment="wrong", user="ann")


async def test_prometheus_sees_turns_models_and_tools(assistant: Assistant) -> None:
    await assistant.ask("which buckets are there?", "m1", user="ann")
    url = f"http://127.0.0.1:{assistant.telemetry.port}/metrics"
    page = (await asyncio.to_thread(urllib.request.urlopen, url)).read().decode()
    assert 'swarm_tool_calls_total{agent="minio",status=' in page
    assert 'swarm_turns_total{status="done"}' in page
    assert "swarm_model_calls_total" in page
    assert "buckets are there" not in page


async def test_spans_of_a_turn_hang_together_and_hold_no_content(assistant: Assistant) -> None:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    assistant.telemetry.use(provider.get_tracer("test"))
    reply = await assistant.ask("which buckets are there?", "m2", user="ann")
    spans = exporter.get_finished_spans()
    assert [s.name for s in spans].count("swarm.model") == reply.usage.model_calls
    assert {s.name for s in spans} == {"swarm.turn", "swarm.model", "swarm.tool"}
    assert len({s.context.trace_id for s in spans if s.context}) == 1
    assert "buckets" not in json.dumps([dict(s.attributes or {}) for s in spans if s.name != "swarm.tool"])
    entry = assistant.audit.entries(session="m2")[-1]
    assert entry.trace == f"{spans[0].context.trace_id:032x}"  # type: ignore[union-attr]
    assistant.telemetry.use(None)
    assert isinstance(assistant.telemetry, Telemetry)


def cli(settings: Settings, monkeypatch: pytest.MonkeyPatch, *words: str) -> str:
    monkeypatch.setenv("SWARM_HOME", str(settings.swarm.home))
    if settings.database_url:
        monkeypatch.setenv("DATABASE_URL", settings.database_url)
    done = CliRunner().invoke(app, list(words))
    assert done.exit_code == 0, done.output
    return done.stdout


async def test_the_commands(assistant: Assistant, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    await assistant.ask("hello from the command line", "c1")

    async def command(*words: str) -> str:
        return await asyncio.to_thread(cli, settings, monkeypatch, *words)

    assert "hello from the command line" in await command("conversations", "list")
    await command("conversations", "rename", "c1", "Renamed")
    assert json.loads(await command("conversations", "list", "--json"))[0]["title"] == "Renamed"
    assert "hello from" in await command("conversations", "show", "c1")
    assert "c1" in await command("conversations", "search", "command lin")
    assert (await command("conversations", "export", "c1")).startswith("# Renamed")
    assert json.loads(await command("conversations", "export", "c1", "--format", "json"))["conversation"]["session"] == "c1"
    await command("conversations", "share", "c1", "--with", "maria")
    assert "Renamed" in await command("conversations", "list", "--user", "maria")
    await command("conversations", "share", "c1", "--with", "maria", "--end")
    assert "Renamed" not in await command("conversations", "list", "--user", "maria")
    await command("conversations", "delete", "c1", "--yes")
    assert "c1" not in await command("conversations", "list")
    assert json.loads(await command("audit", "--session", "c1", "--json"))[-1]["event"] == "deleted"
    assert "none changed" in await command("audit", "--verify")
