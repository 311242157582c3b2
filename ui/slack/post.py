"""Posting into threads: messages that Slack takes, files beside them, one message that is edited while a turn goes on."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from slack_sdk.errors import SlackApiError, SlackRequestError
from slack_sdk.web.async_client import AsyncWebClient

from ui.slack import cards
from ui.slack.threads import Thread
from ui.slack.words import Block, Snippet, blocks, fallback, line, plain
from ui.turn import Turn

log = logging.getLogger(__name__)

PACE = 1.2
"""Seconds between two edits of one message: Slack takes about 50 a minute."""
BLOCKS, ROOM = 40, 9000
"""Blocks and characters of a message."""
Upload = dict[str, Any]
"""`filename`, `title` and `content`."""


class Post:
    """Writes into threads with the rights of the app."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client

    async def say(self, thread: Thread, text: str) -> None:
        """A message of Markdown."""
        await self.send(thread, blocks(text), text)

    async def send(
        self, thread: Thread, pieces: Sequence[Block | Snippet], text: str, uploads: Sequence[Upload] = (), last: Sequence[Block] = ()
    ) -> None:
        """Blocks in as many messages as they need, then the files; `text` is for notifications, `last` ends the last message."""
        snippets = [{"filename": p.name, "title": p.name, "content": p.text} for p in pieces if isinstance(p, Snippet)]
        shown = [p if not isinstance(p, Snippet) else line(plain(f"(see {p.name} below)", "italic")) for p in pieces]
        messages = parted(shown)
        for number, message in enumerate(messages):
            ending = list(last) if number == len(messages) - 1 else []
            await self._client.chat_postMessage(
                channel=thread.channel,
                thread_ts=thread.ts,
                text=fallback(text),
                blocks=[*message, *ending],
                unfurl_links=False,
                unfurl_media=False,
            )
        await self._upload(thread, [*snippets, *uploads])

    async def whisper(self, thread: Thread, user_id: str, text: str) -> None:
        """A message that only one person sees."""
        await self._client.chat_postEphemeral(
            channel=thread.channel, user=user_id, thread_ts=thread.ts, text=fallback(text), blocks=[line(plain(text))]
        )

    async def close(self, thread: Thread, ts: str, shown: Sequence[Block], *outcome: dict[str, Any]) -> None:
        """Take the buttons off a decision, and say how it went."""
        kept = [block for block in shown if block.get("type") != "actions"]
        await self._client.chat_update(channel=thread.channel, ts=ts, text="Decided.", blocks=[*kept, line(*outcome)])

    async def link(self, thread: Thread) -> str:
        """The address of a thread; empty where Slack has none."""
        try:
            return str((await self._client.chat_getPermalink(channel=thread.channel, message_ts=thread.ts))["permalink"])
        except SlackApiError:
            return ""

    @asynccontextmanager
    async def following(self, thread: Thread, turn: Turn) -> AsyncIterator[None]:
        """Show the steps of a turn in one message for as long as the block, and at its end once more."""
        task = asyncio.create_task(self._follow(thread, turn))
        try:
            yield
        finally:
            turn.running = False
            await task

    async def _follow(self, thread: Thread, turn: Turn) -> None:
        ts, shown = "", list[Block]()
        while True:
            running, now = turn.running, cards.progress(turn)
            if now != shown:
                try:
                    ts, shown = await self._draw(thread, ts, now), now
                except (SlackApiError, SlackRequestError, OSError, TimeoutError) as error:
                    log.warning("steps of %s cannot be shown: %s", thread.session, error)
            if not running:
                return
            for _ in range(int(PACE / 0.1)):
                await asyncio.sleep(0.1)
                if not turn.running:
                    break

    async def _draw(self, thread: Thread, ts: str, now: list[Block]) -> str:
        if ts:
            await self._client.chat_update(channel=thread.channel, ts=ts, text="Working …", blocks=now)
            return ts
        sent = await self._client.chat_postMessage(channel=thread.channel, thread_ts=thread.ts, text="Working …", blocks=now)
        return str(sent["ts"])

    async def _upload(self, thread: Thread, uploads: list[Upload]) -> None:
        if not uploads:
            return
        try:
            await self._client.files_upload_v2(channel=thread.channel, thread_ts=thread.ts, file_uploads=uploads)
        except (SlackApiError, SlackRequestError) as error:
            log.warning("files for %s were not taken: %s", thread.session, error)
            await self.say(thread, f"{len(uploads)} file(s) could not be sent to Slack. The app needs the scope `files:write`.")


def parted(shown: Sequence[Block]) -> list[list[Block]]:
    """Blocks in messages of a size that Slack takes, with one table each."""
    messages: list[list[Block]] = [[]]
    room, tables = ROOM, 0
    for block in shown:
        size, is_table = _size(block), block["type"] == "table"
        if messages[-1] and (len(messages[-1]) >= BLOCKS or size > room or (is_table and tables)):
            messages.append([])
            room, tables = ROOM, 0
        messages[-1].append(block)
        room, tables = room - size, tables + is_table
    return [m for m in messages if m]


def _size(value: object) -> int:
    """Characters of all texts inside."""
    if isinstance(value, dict):
        return sum(len(v) if k == "text" and isinstance(v, str) else _size(v) for k, v in value.items())
    return sum(map(_size, value)) if isinstance(value, list) else 0
