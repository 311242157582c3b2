"""The pages that are open: each shows one conversation, and one stream keeps it as it is."""

import asyncio
from collections.abc import AsyncIterator

from ui.web.conversation import Conversation

FRAME = 0.05
"""Seconds between two drawings."""
LINGER = 20.0
"""Seconds that a stream stays open when nothing happens: browsers allow few connections to a server, so that pages at rest keep none."""


class Screen:
    """One open page."""

    def __init__(self, conversation: Conversation, linger: float = LINGER) -> None:
        self._conversation = conversation
        self._linger = linger
        self._moved = asyncio.Event()
        self._stream: object = None
        """Which stream draws here."""

    @property
    def conversation(self) -> Conversation:
        """What is shown."""
        return self._conversation

    def show(self, conversation: Conversation) -> None:
        """Turn to another conversation."""
        self._conversation = conversation
        self._moved.set()

    async def stream(self, anew: bool = False) -> AsyncIterator[Conversation]:
        """Yields the conversation at once and whenever there is something to draw of it. Ends when another stream does that already; one
        that is wanted `anew`, because the page does not get the other any more, takes its place."""
        if self._stream is not None and not anew:
            return
        mine = self._stream = object()
        drawn: tuple[Conversation, int] | None = None
        try:
            while self._stream is mine:
                now = (self._conversation, self._conversation.changes)
                if now != drawn:
                    drawn = now
                    yield self._conversation
                    await asyncio.sleep(FRAME)
                elif not await self._news():
                    return
        finally:
            if self._stream is mine:
                self._stream = None

    async def _news(self) -> bool:
        """Whether something happens before the stream has lingered long enough."""
        conversation, changes = self._conversation, self._conversation.changes
        self._moved.clear()
        waits = [asyncio.ensure_future(event.wait()) for event in (conversation.changed, self._moved)]
        try:
            happened, _ = await asyncio.wait(
                waits, timeout=None if conversation.running else self._linger, return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            for wait in waits:
                wait.cancel()
        return bool(happened) or (conversation, changes) != (self._conversation, self._conversation.changes)
