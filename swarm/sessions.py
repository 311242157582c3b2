"""Where conversations are kept: LangGraph checkpoints in SQLite."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver


@asynccontextmanager
async def open_checkpointer(home: Path) -> AsyncIterator[AsyncSqliteSaver]:
    """The checkpoints of this home, in write-ahead mode so that several processes can share them."""
    await asyncio.to_thread(home.mkdir, parents=True, exist_ok=True)
    async with AsyncSqliteSaver.from_conn_string(str(home / "conversations.db")) as saver:
        await saver.conn.execute("PRAGMA busy_timeout = 10000")
        await saver.setup()
        yield saver
