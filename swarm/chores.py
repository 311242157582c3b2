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
from swarm.watches import Watchman
from swarm.workers import Workers
from tools.services import Services

log = logging.getLogger(__name__)

DAY = 86_400.0
SWEEP = 900.0
"""Seconds between looks for old conversations."""
BY = "retention"
"""Who deletes them, in the audit log."""


@asynccontextmanager
async def background(
    desk: Desk, services: Services, workers: Workers, conversations: Conversations, settings: SwarmSettings
) -> AsyncIterator[None]:
    """The chores go on for as long as the block."""
    watchman = Watchman(desk.store, desk.notices, services, workers, settings.watch_seconds)
    retention = Lease(desk.store, "retention", 2 * SWEEP)
    chores = [_repeated(watchman.look, settings.watch_seconds)]
    if settings.retention_days:
        chores.append(_repeated(partial(_swept, retention, conversations, settings.retention_days), SWEEP))
    tasks = [asyncio.create_task(chore) for chore in chores]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for held in (watchman, retention):
            held.give_up()


async def _repeated(chore: Callable[[], Awaitable[object]], seconds: float) -> None:
    """Do it again and again; what breaks it off, such as a database that does not answer for a while, does not end it."""
    while True:
        try:
            await chore()
        except Exception:
            log.exception("work in the background broke off; it is tried again in %g seconds", seconds)
        await asyncio.sleep(seconds)


async def _swept(lease: Lease, conversations: Conversations, days: float) -> None:
    if await asyncio.to_thread(lease.held):
        await sweep(conversations, days)


async def sweep(conversations: Conversations, days: float) -> int:
    """Delete the conversations in which nothing was said for so many days; how many."""
    before = time.time() - days * DAY
    return sum([await conversations.remove(session, BY, before) for session in await conversations.forgotten(before)])
