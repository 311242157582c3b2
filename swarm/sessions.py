"""Where conversations are kept: LangGraph checkpoints in SQLite or PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

from swarm.store import Store

CONNECTIONS = 10
"""To PostgreSQL, for checkpoints, at the most."""


@asynccontextmanager
async def open_checkpointer(home: Path, url: str | None, store: Store) -> AsyncIterator[BaseCheckpointSaver[Any]]:
    """The checkpoints at a PostgreSQL address, or else those of this home; either way several processes can share them."""
    if url:
        async with _postgres(url, store) as saver:
            yield saver
        return
    await asyncio.to_thread(home.mkdir, parents=True, exist_ok=True)
    async with AsyncSqliteSaver.from_conn_string(str(home / "conversations.db")) as sqlite:
        await sqlite.conn.execute("PRAGMA busy_timeout = 10000")
        await sqlite.setup()
        yield sqlite


@asynccontextmanager
async def _postgres(url: str, store: Store) -> AsyncIterator[BaseCheckpointSaver[Any]]:
    from langgraph.checkpoint.postgres import PostgresSaver
    from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
    from psycopg.rows import dict_row
    from psycopg_pool import AsyncConnectionPool

    def set_up() -> None:
        with store.alone(), PostgresSaver.from_conn_string(url) as saver:
            saver.setup()

    await asyncio.to_thread(set_up)
    options: dict[str, Any] = {"autocommit": True, "prepare_threshold": 0, "row_factory": dict_row}
    pool: AsyncConnectionPool[Any] = AsyncConnectionPool(
        url, min_size=1, max_size=CONNECTIONS, kwargs=options, open=False, check=AsyncConnectionPool.check_connection
    )
    async with pool:
        yield AsyncPostgresSaver(pool)
