"""What has to be done now and then whether anybody asks or not: expired objects go."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from standalone.objects import FolderStore
from tools.result import ToolError

logger = logging.getLogger(__name__)

INTERVAL = 3600.0
"""Seconds between two rounds."""


@asynccontextmanager
async def housekeeping(buckets: Path) -> AsyncIterator[None]:
    """Keep house as long as the server runs, from its start on."""
    task = asyncio.create_task(_rounds(buckets))
    yield
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def _rounds(buckets: Path) -> None:
    while True:
        try:
            gone = await asyncio.to_thread(_expire, buckets)
            if gone:
                logger.info("%d expired objects are gone", gone)
        except ToolError as error:  # a full disk, say: the next round may do better
            logger.warning("%s", error.message)
        await asyncio.sleep(INTERVAL)


def _expire(buckets: Path) -> int:
    return FolderStore(buckets).expire_due(time.time()) if buckets.is_dir() else 0
