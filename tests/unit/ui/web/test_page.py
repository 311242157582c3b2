"""The page's handlers at work at once, as several events of one page are; over a real assistant."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from swarm.assistant import Assistant
from swarm.settings import Settings
from ui.readiness import Readiness
from ui.web.conversation import Conversation, Conversations
from ui.web.page import Page

WHO = gr.Request(username="local", session_hash="one page")


@pytest.fixture
async def opened(tmp_path: Path) -> AsyncIterator[tuple[Page, Conversation]]:
    given = {"swarm": {"home": tmp_path, "samples": False}, "kfp": {"endpoint": "http://127.0.0.1:9"}}
    settings = Settings.model_validate(given)
    async with Assistant.open(settings) as assistant:
        conversations = Conversations(assistant)
        with gr.Blocks():
            page = Page(settings, conversations, Readiness(settings, assistant.services))
        yield page, await conversations.open("web-1", "local")
        await conversations.close()


async def taken(updates: AsyncIterator[dict[Any, Any]], sent: list[dict[Any, Any]]) -> None:
    """Gradio's part: take an update, send it, ask for the next."""
    async for update in updates:
        sent.append(update)


async def test_a_page_that_catches_up_all_the_time_shows_every_turn_to_its_end(opened: tuple[Page, Conversation]) -> None:
    page, conversation = opened
    sent: list[dict[Any, Any]] = []
    for number in range(5):
        message = {"text": f"which buckets are there? {number}", "files": []}
        sending = asyncio.create_task(taken(page.send(message, conversation, conversation.session, WHO), sent))
        while not sending.done():
            await taken(page.catch_up(-1, conversation, conversation.session, WHO), sent)
            await asyncio.sleep(0)
        await sending
    last = next(update for update in reversed(sent) if page.chat in update)
    assert [m.content for m in last[page.chat] if m.role == "user"] == [f"which buckets are there? {n}" for n in range(5)]
    assert last[page.composer].interactive
    assert last[page.seen] == conversation.changes


async def test_what_was_on_its_way_is_sent_before_what_is_newer(opened: tuple[Page, Conversation]) -> None:
    page, conversation = opened
    catching_up = page.catch_up(-1, conversation, conversation.session, WHO)
    older = await anext(catching_up)  # type: ignore[arg-type]
    assert older[page.chat] == []
    sent: list[dict[Any, Any]] = []
    message = {"text": "which buckets are there?", "files": []}
    newer = page.send(message, conversation, conversation.session, WHO)
    assert page.composer in await anext(newer)  # type: ignore[arg-type]
    sending = asyncio.create_task(taken(newer, sent))
    async for _ in conversation.follow():
        pass
    assert not sent
    assert [update async for update in catching_up] == []
    await sending
    assert sent[-1][page.chat]
