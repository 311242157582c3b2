"""The pages that are open: updates reach each of them in the order in which they were made."""

import asyncio
from collections.abc import AsyncIterator
from typing import TypeVar
from weakref import WeakValueDictionary

Update = TypeVar("Update")


class Screens:
    """Streams of updates to pages. Of several to one page only the latest goes on, and what is older cannot come after it."""

    def __init__(self) -> None:
        self._latest: dict[str | None, object] = {}
        self._sending: WeakValueDictionary[str | None, asyncio.Lock] = WeakValueDictionary()

    def followed(self, page: str | None) -> bool:
        """Whether something is streamed to the page right now."""
        return page in self._latest

    async def stream(self, page: str | None, updates: AsyncIterator[Update]) -> AsyncIterator[Update]:
        """Pass the updates on to a page. Gradio asks for the next one when it has sent the last: until then nothing else is sent there."""
        mine = self._latest[page] = object()
        sending = self._sending.setdefault(page, asyncio.Lock())
        try:
            async for update in updates:
                if self._latest.get(page) is not mine:
                    return
                async with sending:
                    if self._latest.get(page) is mine:
                        yield update
        finally:
            if self._latest.get(page) is mine:
                del self._latest[page]
