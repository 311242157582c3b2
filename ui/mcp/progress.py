"""What is happening while a call works, as progress notifications in the order in which it happened."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from mcp.server.context import ServerRequestContext

Report = Callable[[str], None]


@asynccontextmanager
async def progress(context: ServerRequestContext[Any, Any]) -> AsyncIterator[Report]:
    """Gives a function that reports; a client that did not ask for progress gets none."""
    waiting: asyncio.Queue[str | None] = asyncio.Queue()

    async def send() -> None:
        number = 0
        while (text := await waiting.get()) is not None:
            number += 1
            await context.session.report_progress(number, message=text)

    sending = asyncio.create_task(send())
    try:
        yield waiting.put_nowait
        waiting.put_nowait(None)
        await sending
    finally:
        sending.cancel()
