"""The page's handlers as Gradio calls them, over a real assistant."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from swarm.assistant import Assistant
from swarm.settings import Settings
from ui.readiness import Readiness
from ui.web import page as pages
from ui.web.conversation import Conversations
from ui.web.page import Page

WHO = gr.Request(username="local", session_hash="one page")
ELSEWHERE = gr.Request(username="local", session_hash="another page")
SAID = "which buckets are there?"


@pytest.fixture
async def page(tmp_path: Path) -> AsyncIterator[Page]:
    given = {"swarm": {"home": tmp_path, "samples": False}, "kfp": {"endpoint": "http://127.0.0.1:9"}}
    settings = Settings.model_validate(given)
    async with Assistant.open(settings) as assistant:
        conversations = Conversations(assistant)
        with gr.Blocks():
            yield Page(settings, conversations, Readiness(settings, assistant.services))
        await conversations.close()


async def until(page: Page, updates: AsyncIterator[Any], mark: str) -> list[dict[Any, Any]]:
    """What a page gets until it shows this."""
    seen: list[dict[Any, Any]] = []
    async for update in updates:
        if page.shown in update:
            seen.append(update)
            if mark in update[page.shown]:
                return seen
    raise AssertionError(f"the stream ended without {mark}")


def said(update: dict[Any, Any], page: Page) -> list[str]:
    return [message.content for message in update[page.chat] if message.role == "user"]


async def test_a_stream_draws_only_what_is_new(page: Page) -> None:
    stream = page.follow("web-1", WHO)
    (first,) = await until(page, stream, "still")
    assert {page.session, page.composer, page.decision, page.arguments} < set(first)
    await page.send({"text": SAID, "files": []}, "web-1", WHO)
    updates = await until(page, stream, "still")
    assert all(said(update, page) == [SAID] for update in updates)
    assert not any(page.session in update or page.decision in update for update in updates)
    assert [update[page.composer].interactive for update in updates if page.composer in update] == [False, True]
    assert len(updates[-1][page.chat]) > 1


async def test_every_event_begins_and_ends_with_an_update_that_changes_nothing(page: Page) -> None:
    stream = page.follow("web-1", WHO)
    kept = [await anext(stream), await anext(stream)]  # type: ignore[arg-type]
    beside = [update async for update in page.follow("web-1", WHO)]
    assert kept[0] == gr.skip() and page.chat in kept[1]
    assert beside == [gr.skip(), gr.skip()]


async def test_what_cannot_be_taken_stays_in_the_composer_and_is_explained(page: Page) -> None:
    stream = page.follow("web-1", WHO)
    await until(page, stream, "still")
    assert await page.send({"text": "  ", "files": []}, "web-1", WHO) == gr.skip()
    (update,) = await until(page, stream, "still")
    assert "The message is empty" in str(update[page.chat][-1].content.value)


async def test_a_page_at_rest_takes_a_message_and_shows_it(page: Page) -> None:
    taken = await page.send({"text": SAID, "files": []}, "web-1", WHO)
    assert taken == {"text": "", "files": []}
    updates = await until(page, page.follow("web-1", WHO), "still")
    assert said(updates[-1], page) == [SAID]


async def test_a_new_chat_leaves_the_other_page_where_it_is(page: Page) -> None:
    streams = [page.follow("web-1", who) for who in (WHO, ELSEWHERE)]
    for stream in streams:
        await until(page, stream, "web-1")
    session = await page.begin(WHO)
    assert session.startswith(pages.PREFIX) and session != "web-1"
    await until(page, streams[0], session)
    await page.send({"text": SAID, "files": []}, session, ELSEWHERE)
    assert said((await until(page, streams[1], "web-1"))[-1], page) == [SAID]


async def test_refused_changes_of_arguments_stay_in_the_form(page: Page) -> None:
    stream = page.follow("web-1", WHO)
    await page.send({"text": "create a bucket called alpha", "files": []}, "web-1", WHO)
    shown: dict[Any, Any] = {page.arguments: ""}
    while "alpha" not in shown[page.arguments]:
        shown |= (await until(page, stream, "still"))[-1]
    assert not shown[page.editor].visible
    opened = {page.editor: gr.Column(visible=True), page.arguments: "as somebody left it: Not A Name"}
    shown |= opened
    await page.on_edit('{"[\\"bucket\\"]": "Not A Name"}', "web-1", WHO)
    for update in await until(page, stream, "still"):
        shown |= update
    assert shown[page.decision].visible and shown[page.editor].visible
    assert "Not A Name" in shown[page.arguments]
    assert "still waits" in str(shown[page.chat][-1].content.value)


async def test_hands_that_are_quicker_than_the_page_lose_nothing(page: Page) -> None:
    stream = page.follow("web-1", WHO)
    await asyncio.gather(*(page.send({"text": SAID, "files": []}, "web-1", WHO) for _ in range(3)))
    updates = await until(page, stream, "still")
    while page.composer not in updates[-1] or not updates[-1][page.composer].interactive:
        updates += await until(page, stream, "still")
    assert said(updates[-1], page) == [SAID]


async def test_a_message_that_comes_before_the_page_is_drawn_is_shown_there(page: Page) -> None:
    stream = page.follow("", WHO)
    beginning = asyncio.create_task(until(page, stream, "still"))
    await page.send({"text": SAID, "files": []}, "", WHO)
    await beginning
    if not said((updates := await beginning)[-1], page):
        updates = await until(page, stream, "still")
    assert said(updates[-1], page) == [SAID]
