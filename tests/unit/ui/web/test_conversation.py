"""Conversations over a real assistant: built-in planner, folder store, no pipeline server."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from swarm.assistant import Assistant
from swarm.errors import MessageError
from swarm.settings import Settings
from ui.web.conversation import Conversation, Conversations


@pytest.fixture
async def assistant(tmp_path: Path) -> AsyncIterator[Assistant]:
    given = {"swarm": {"home": tmp_path, "samples": False}, "kfp": {"endpoint": "http://127.0.0.1:9"}}
    async with Assistant.open(Settings.model_validate(given)) as opened:
        yield opened


@pytest.fixture
def conversations(assistant: Assistant) -> Conversations:
    return Conversations(assistant)


async def settled(conversation: Conversation) -> int:
    """Wait for the end of the turn; how often there was something to draw."""
    before = conversation.changes
    while conversation.running:
        await conversation.changed.wait()
    return conversation.changes - before


async def asked(conversations: Conversations, message: str, session: str = "s") -> Conversation:
    conversation = await conversations.open(session, "local")
    conversation.send(message, "local")
    await settled(conversation)
    return conversation


def buckets(home: Path) -> list[str]:
    return sorted(p.name for p in (home / "buckets").iterdir() if not p.name.startswith("."))


async def test_an_approved_call_is_made(conversations: Conversations, tmp_path: Path) -> None:
    conversation = await asked(conversations, "create a bucket called alpha")
    assert conversation.last is not None and conversation.last.waiting is not None
    conversation.decide("approve", None, "local")
    assert await settled(conversation) >= 2
    assert (conversation.last.waiting, conversation.last.running) == (None, False)
    assert buckets(tmp_path) == ["alpha"]


async def test_a_new_look_finds_turns_and_the_pending_approval(conversations: Conversations, assistant: Assistant) -> None:
    await asked(conversations, "which buckets are there?")
    await asked(conversations, "create a bucket called beta")
    found = await Conversations(assistant).open("s", "local")
    assert [t.said for t in found.turns] == ["which buckets are there?", "create a bucket called beta"]
    assert found.turns[0].answer
    assert found.last is not None and found.last.waiting is not None
    assert found.last.waiting.approval.args["bucket"] == "beta"


async def test_a_turn_that_begins_during_a_look_stays_in_sight(conversations: Conversations) -> None:
    conversation = await asked(conversations, "which buckets are there?")
    look = asyncio.create_task(conversations.open("s", "local"))
    await asyncio.sleep(0)  # the look has begun to read
    conversation.send("create a bucket called gamma", "local")
    await look
    await settled(conversation)
    assert [t.said for t in conversation.turns] == ["which buckets are there?", "create a bucket called gamma"]
    assert conversation.last is not None and conversation.last.waiting is not None


async def test_the_same_message_twice_is_one(conversations: Conversations) -> None:
    conversation = await conversations.open("s", "local")
    conversation.send("which buckets are there?", "local")
    conversation.send("which buckets are there? ", "local")
    await settled(conversation)
    assert len(conversation.turns) == 1


async def test_every_change_has_another_mark(conversations: Conversations, assistant: Assistant) -> None:
    life, _, nobody_looks = conversations.mark("s").partition(" ")
    assert nobody_looks == ""
    conversation = await conversations.open("s", "local")
    before = conversations.mark("s")
    conversation.send("which buckets are there?", "local")
    await settled(conversation)
    assert conversations.mark("s") != before
    assert conversations.mark("s").startswith(f"{life} ")
    restarted = Conversations(assistant)
    again = await restarted.open("s", "local")
    assert restarted.mark("s") not in (before, conversations.mark("s"))
    assert not restarted.mark("s").startswith(life)
    assert again.turns


async def test_a_refused_change_leaves_the_approval_waiting(conversations: Conversations) -> None:
    conversation = await asked(conversations, "create a bucket called gamma")
    conversation.decide("edit", {"bucket": "No Good"}, "local")
    await settled(conversation)
    assert "still waits" in conversation.notice
    assert conversation.last is not None and conversation.last.waiting is not None
    assert not conversation.last.running


async def test_a_decision_that_came_too_late_is_said(conversations: Conversations, assistant: Assistant, tmp_path: Path) -> None:
    conversation = await asked(conversations, "create a bucket called delta")
    await assistant.decide("s", "approve")
    conversation.decide("reject", None, "local")
    await settled(conversation)
    assert conversation.notice.startswith("Nothing waits")
    assert conversation.last is not None and conversation.last.waiting is None
    assert buckets(tmp_path) == ["delta"]


async def test_one_turn_at_a_time(conversations: Conversations) -> None:
    conversation = await conversations.open("s", "local")
    conversation.send("which buckets are there?", "local")
    with pytest.raises(MessageError, match="under way"):
        conversation.send("and now?", "local")
    await settled(conversation)
    assert [t.said for t in conversation.turns] == ["which buckets are there?"]


async def test_a_stopped_turn_says_so_and_the_next_one_works(conversations: Conversations) -> None:
    conversation = await conversations.open("s", "local")
    conversation.send("which buckets are there?", "local")
    conversation.stop()
    assert await settled(conversation)
    assert conversation.last is not None
    assert conversation.last.notice == "You stopped this turn."
    conversation = await asked(conversations, "which buckets are there?")
    assert conversation.last is not None and conversation.last.answer


async def test_an_approval_of_a_stopped_turn_is_used_up(conversations: Conversations) -> None:
    conversation = await asked(conversations, "create a bucket called epsilon")
    conversation.decide("approve", None, "local")
    await conversation.changed.wait()
    conversation.stop()
    await settled(conversation)
    found = await asked(conversations, "which buckets are there?")
    assert [t.waiting for t in found.turns] == [None, None]
    assert found.last is not None and found.last.answer


async def test_two_pages_share_a_turn_under_way(conversations: Conversations) -> None:
    first = await conversations.open("s", "local")
    first.send("which buckets are there?", "local")
    assert await conversations.open("s", "local") is first
    await settled(first)


async def test_closing_ends_the_turns_under_way(conversations: Conversations) -> None:
    conversation = await conversations.open("s", "local")
    conversation.send("which buckets are there?", "local")
    await conversations.close()
    assert not conversation.running
