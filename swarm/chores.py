"""Chores: what the assistant does by itself while it is open. Watched runs are looked at, old conversations are deleted."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial

from swarm.archive import Conversations
from swarm.desk import Desk
from swarm.lease import Lease
from swarm.settings import SwarmSettings
from swarm.store import Store
from swarm.watches import Watchman
from swarm.workers import Workers
from tools.services import Services

log = logging.getLogger(__name__)

DAY = 86_400.0
SWEEP = 900.0
"""Seconds between looks for old conversations."""
BY = "retention"
"""Who deletes them, in the audit log."""
Chore = Callable[[], Awaitable[None]]


@asynccontextmanager
async def background(
    desk: Desk, services: Services, workers: Workers, conversations: Conversations, settings: SwarmSettings
) -> AsyncIterator[None]:
    """The chores go on for as long as the block."""
    watchman = Watchman(desk.store, desk.notices, services, workers, settings.watch_seconds)
    chores: list[Chore] = [watchman.work]
    if settings.retention_days:
        chores.append(partial(_sweeping, desk.store, conversations, settings.retention_days))
    tasks = [asyncio.create_task(_unbroken(chore)) for chore in chores]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _unbroken(chore: Chore) -> None:
    try:
        await chore()
    except Exception:
        log.exception("work in the background has ended")


async def _sweeping(store: Store, conversations: Conversations, days: float) -> None:
    lease = Lease(store, "retention", 2 * SWEEP)
    try:
        while True:
            if await asyncio.to_thread(lease.held):
                await sweep(conversations, days)
            await asyncio.sleep(SWEEP)
    finally:
        lease.give_up()


async def sweep(conversations: Conversations, days: float) -> int:
    """Delete the conversations in which nothing was said for so many days; how many."""
    old = await conversations.forgotten(time.time() - days * DAY)
    for session in old:
        await conversations.remove(session, BY)
    return len(old)
