"""Watches: set by words, kept through restarts, reported once with cause and next step, whichever replica is there."""

import asyncio
from collections.abc import Iterator

import pytest
from kfp import dsl

from standalone.platform import stop_server
from swarm import Assistant, Settings
from swarm.notices import Notice
from tests.integration.tools.kfp_world import World, opened

PATIENCE = 60.0


@dsl.component
def wait_for_gate(good: bool):  # type: ignore[no-untyped-def]
    import tempfile
    import time
    from pathlib import Path

    while not Path(tempfile.gettempdir(), "gate").exists():
        time.sleep(0.05)
    if not good:
        raise ValueError("the column churned is missing, password=leaks-Here-77")


@dsl.pipeline(name="patient-training")
def patient(good: bool = True):  # type: ignore[no-untyped-def]
    wait_for_gate(good=good)


@pytest.fixture(scope="module")
def world(database_url: str | None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    home = tmp_path_factory.mktemp("watched")
    with opened(home, [patient]) as world:
        yield world
    stop_server(home)


@pytest.fixture
def settings(world: World, database_url: str | None) -> Settings:
    swarm = {"home": world.home, "samples": False, "watch_seconds": 0.2}
    return Settings.model_validate({"swarm": swarm, "database": {"url": database_url}})


def open_gate(world: World, name: str) -> None:
    """Let a run end: its step waits for a file in its own temporary folder, the only one that both see."""
    folder = world.home / "runs" / world.kfp.run(name).id / "tmp" / "wait-for-gate"
    world.until(name, lambda _: folder.is_dir())
    (folder / "gate").touch()


async def first(assistant: Assistant, sessions: str, user: str = "local") -> Notice:
    async with asyncio.timeout(PATIENCE):
        async for notice in assistant.notifications(sessions, user):
            return notice
    raise AssertionError("notifications do not end by themselves")


async def next_ended(world: World, assistant: Assistant, session: str, user: str = "local") -> str:
    """Have one more run watched and stopped; its name. What is told of it comes after all that was to be told before."""
    name = f"after-{session.rpartition(':')[2]}"
    world.start("patient-training", name)
    watched = await assistant.ask(f"tell me when {name} is done", session, user)
    assert [(s.tool, s.status) for s in watched.steps] == [("watch_run", "ok")], watched.answer
    await asyncio.to_thread(world.kfp.terminate_run, world.kfp.run(name))
    return name


async def test_a_watch_survives_a_restart(world: World, settings: Settings) -> None:
    world.start("patient-training", "stopped-away")
    async with Assistant.open(settings) as assistant:
        reply = await assistant.ask("tell me when stopped-away is done", "w1")
        assert [(s.tool, s.status) for s in reply.steps] == [("watch_run", "ok")]
    await asyncio.to_thread(world.kfp.terminate_run, world.kfp.run("stopped-away"))
    await asyncio.to_thread(world.finish, "stopped-away")
    async with Assistant.open(settings) as restarted:
        notice = await first(restarted, "w1")
        assert notice.session == "w1"
        assert notice.text.startswith("Run `stopped-away` of pipeline `patient-training` was stopped after ")
        assert "failed" not in notice.text
        listed = await restarted.ask("which runs are you watching?", "w1")
        assert listed.steps[0].status == "no_data"
        assert [s.role for s in await restarted.conversations.messages("w1")][2] == "notice"
        after = await next_ended(world, restarted, "w1")
        assert after in (await first(restarted, "w1")).text, "the first was told once"


async def test_replicas_report_once_and_the_conversation_goes_on_from_there(world: World, settings: Settings) -> None:
    world.start("patient-training", "breaks-soon", good=False)
    async with Assistant.open(settings) as one, Assistant.open(settings) as two:
        asked = await one.ask("tell me when breaks-soon is done", "chan:w2", user="ann")
        assert [(s.tool, s.status) for s in asked.steps] == [("watch_run", "ok")], asked.answer
        await asyncio.to_thread(open_gate, world, "breaks-soon")
        takers = [asyncio.create_task(first(a, "chan:*")) for a in (one, two)]
        done, waiting = await asyncio.wait(takers, timeout=PATIENCE, return_when=asyncio.FIRST_COMPLETED)
        notice = done.pop().result()
        assert (notice.session, notice.user) == ("chan:w2", "ann")
        assert "ValueError" in notice.text or "churned" in notice.text
        assert "What to do" in notice.text
        assert "leaks-Here-77" not in notice.text
        why = await two.ask("why did it fail?", "chan:w2", user="ann")
        assert [(s.tool, s.args.get("run")) for s in why.steps] == [("diagnose_run", "breaks-soon")]
        after = await next_ended(world, one, "chan:w2", "ann")
        assert [after in (await task).text for task in waiting] == [True], "the first was told to one of the two"


async def test_a_watch_is_canceled(world: World, settings: Settings) -> None:
    world.start("patient-training", "left-alone")
    async with Assistant.open(settings) as assistant:
        await assistant.ask("watch left-alone", "w3")
        listed = await assistant.ask("which runs are you watching?", "w3")
        assert "left-alone" in listed.answer
        canceled = await assistant.ask("stop watching left-alone", "w3")
        assert [(s.tool, s.status) for s in canceled.steps] == [("cancel_watch", "ok")]
        await asyncio.to_thread(world.kfp.terminate_run, world.kfp.run("left-alone"))
        await asyncio.to_thread(world.finish, "left-alone")
        after = await next_ended(world, assistant, "w3")
        assert after in (await first(assistant, "w3")).text
