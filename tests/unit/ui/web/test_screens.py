"""What a page that is open is shown, over a real assistant."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from swarm.assistant import Assistant
from swarm.settings import Settings
from ui.web.conversation import Conversation, Conversations
from ui.web.screens import Screen


@pytest.fixture
async def conversations(tmp_path: Path) -> AsyncIterator[Conversations]:
    given = {"swarm": {"home": tmp_path, "samples": False}, "kfp": {"endpoint": "http://127.0.0.1:9"}}
    async with Assistant.open(Settings.model_validate(given)) as assistant:
        opened = Conversations(assistant)
        yield opened
        await opened.close()


async def drawn(stream: AsyncIterator[Conversation]) -> list[tuple[str, int, bool]]:
    """What a page gets until its stream ends: session, turns, whether one is under way."""
    return [(shown.session, len(shown.turns), shown.running) async for shown in stream]


async def test_a_stream_shows_turn_after_turn_and_ends_when_nothing_happens(conversations: Conversations) -> None:
    conversation = await conversations.open("web-1", "local")
    screen = Screen(conversation, linger=0.5)
    stream = screen.stream()
    assert await anext(stream) is conversation
    for count in (1, 2):
        conversation.send(f"which buckets are there? {count}", "local")
        async for shown in stream:
            if not shown.running:
                break
        assert len(conversation.turns) == count
    assert await drawn(stream) == []


async def test_one_stream_draws_a_page(conversations: Conversations) -> None:
    screen = Screen(await conversations.open("web-1", "local"), linger=0.1)
    first = screen.stream()
    await anext(first)
    assert await drawn(screen.stream()) == []
    assert await drawn(first) == []
    assert len(await drawn(screen.stream())) == 1


async def test_a_stream_that_is_lost_gives_way_to_a_new_one(conversations: Conversations) -> None:
    conversation = await conversations.open("web-1", "local")
    screen = Screen(conversation, linger=0.1)
    lost = screen.stream()
    await anext(lost)
    waiting = asyncio.create_task(drawn(lost))
    anew = screen.stream(anew=True)
    assert await anext(anew) is conversation
    conversation.remark("something to draw")
    assert await drawn(anew) == [("web-1", 0, False)]
    assert await waiting == []


async def test_a_stream_that_is_given_up_leaves_its_place(conversations: Conversations) -> None:
    screen = Screen(await conversations.open("web-1", "local"), linger=0.1)
    given_up = screen.stream()
    await anext(given_up)
    await given_up.aclose()  # type: ignore[attr-defined]
    assert len(await drawn(screen.stream())) == 1


async def test_a_page_turns_to_another_conversation_in_the_middle_of_a_turn(conversations: Conversations) -> None:
    one, other = await conversations.open("web-1", "local"), await conversations.open("web-2", "local")
    screen = Screen(one, linger=0.3)
    stream = screen.stream()
    one.send("which buckets are there?", "local")
    await anext(stream)
    screen.show(other)
    while one.running:
        await one.changed.wait()
    assert await drawn(stream) == [("web-2", 0, False)]
    screen.show(one)
    assert [turn.answer != "" for turn in one.turns] == [True]
    assert await drawn(screen.stream()) == [("web-1", 1, False)]
