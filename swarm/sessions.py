"""Where conversations are kept: LangGraph checkpoints in SQLite or PostgreSQL."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, closing
from functools import partial
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import BaseCheckpointSaver, ChannelVersions, Checkpoint, CheckpointMetadata, CheckpointTuple
from langgraph.checkpoint.sqlite import SqliteSaver

from swarm.store import Store

CONNECTIONS = 10
"""To PostgreSQL, for checkpoints, at the most."""
P = ParamSpec("P")
T = TypeVar("T")


class SqliteCheckpoints(SqliteSaver):
    """The library's saver on a thread of its own. Each checkpoint goes there and back once; the library's own asynchronous saver
    does so four times, for every statement, and spends more time on that than on SQLite."""

    def __init__(self, connection: sqlite3.Connection, thread: ThreadPoolExecutor) -> None:
        super().__init__(connection)
        self._thread = thread

    @classmethod
    @asynccontextmanager
    async def open(cls, file: Path) -> AsyncIterator["SqliteCheckpoints"]:
        """The checkpoints in a file."""
        with (
            closing(sqlite3.connect(file, timeout=10, check_same_thread=False)) as connection,
            ThreadPoolExecutor(1, thread_name_prefix="swarm-checkpoints") as thread,
        ):
            saver = cls(connection, thread)
            await saver._run(saver.setup)
            yield saver

    async def _run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, partial(work, *args, **kwargs))

    async def aget_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        """A checkpoint, by default the last one."""
        return await self._run(self.get_tuple, config)

    async def aput(
        self, config: RunnableConfig, checkpoint: Checkpoint, metadata: CheckpointMetadata, new_versions: ChannelVersions
    ) -> RunnableConfig:
        """Keep a checkpoint."""
        return await self._run(self.put, config, checkpoint, metadata, new_versions)

    async def aput_writes(self, config: RunnableConfig, writes: Sequence[tuple[str, Any]], task_id: str, task_path: str = "") -> None:
        """Keep what a task has written."""
        await self._run(self.put_writes, config, writes, task_id, task_path)

    async def adelete_thread(self, thread_id: str) -> None:
        """Drop a conversation."""
        await self._run(self.delete_thread, thread_id)


@asynccontextmanager
async def open_checkpointer(home: Path, url: str | None, store: Store) -> AsyncIterator[BaseCheckpointSaver[Any]]:
    """The checkpoints at a PostgreSQL address, or else those of this home; either way several processes can share them."""
    if url:
        async with _postgres(url, store) as shared:
            yield shared
        return
    await asyncio.to_thread(home.mkdir, parents=True, exist_ok=True)
    async with SqliteCheckpoints.open(home / "conversations.db") as saver:
        yield saver


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
