"""Where conversations are kept: LangGraph checkpoints in SQLite or PostgreSQL."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, ParamSpec, Self, TypeVar

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import (
    BaseCheckpointSaver,
    ChannelVersions,
    Checkpoint,
    CheckpointMetadata,
    CheckpointTuple,
    copy_checkpoint,
    get_checkpoint_metadata,
)
from langgraph.checkpoint.sqlite import SqliteSaver

from swarm.store import Store

CONNECTIONS = 10
"""To PostgreSQL, for checkpoints, at the most."""
P = ParamSpec("P")
T = TypeVar("T")


class Remembering(BaseCheckpointSaver[Any]):
    """Remembers the last checkpoint of a conversation while its turn runs: a turn asks for it four times, and to read a long
    conversation takes longer than all else. Mixed into a saver that keeps them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._last: dict[str, CheckpointTuple | None] = {}
        """By thread, for those whose turn runs; None where it has to be read."""
        self._new: set[str] = set()
        """Threads whose branches have kept nothing yet."""
        self._replaced: set[str] = set()
        """Threads whose last checkpoint is about to be followed by another."""

    @contextmanager
    def turn(self, thread: str) -> Iterator[None]:
        """While the block lasts nobody else changes this thread: the caller holds the lock of its turn."""
        self._last[thread] = None
        try:
            yield
        finally:
            self._last.pop(thread, None)

    @contextmanager
    def beginning(self, thread: str) -> Iterator[None]:
        """While the block lasts, a new message is worked on, whose branches keep nothing before it ends: nothing of them can be read."""
        self._new.add(thread)
        try:
            yield
        finally:
            self._new.discard(thread)

    @contextmanager
    def replacing(self, thread: str) -> Iterator[None]:
        """While the block lasts, one new checkpoint is made: what is noted on the one before it for the case that it fails, is not kept."""
        self._replaced.add(thread)
        try:
            yield
        finally:
            self._replaced.discard(thread)

    async def aget_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        """A checkpoint, by default the last one."""
        where = config["configurable"]
        if where["thread_id"] in self._new and where.get("checkpoint_ns") and not where.get("checkpoint_id"):
            return None
        thread = self._thread_of(config)
        if thread is None or config["configurable"].get("checkpoint_id"):
            return await super().aget_tuple(config)
        known = self._last[thread]
        if known is None:
            known = await super().aget_tuple(config)
            self._remember(thread, known)
        return known and known._replace(checkpoint=copy_checkpoint(known.checkpoint), pending_writes=list(known.pending_writes or []))

    async def aput(
        self, config: RunnableConfig, checkpoint: Checkpoint, metadata: CheckpointMetadata, new_versions: ChannelVersions
    ) -> RunnableConfig:
        """Keep a checkpoint."""
        thread = self._thread_of(config)
        self._remember(thread, None)  # whatever becomes of the writing
        kept = await super().aput(config, checkpoint, metadata, new_versions)
        parent = config if config["configurable"].get("checkpoint_id") else None
        self._remember(thread, CheckpointTuple(kept, copy_checkpoint(checkpoint), get_checkpoint_metadata(config, metadata), parent, []))
        return kept

    async def aput_writes(self, config: RunnableConfig, writes: Sequence[tuple[str, Any]], task_id: str, task_path: str = "") -> None:
        """Keep what a task has written."""
        if config["configurable"]["thread_id"] in self._replaced:
            return
        self._remember(self._thread_of(config), None)
        await super().aput_writes(config, writes, task_id, task_path)
        self._remember(self._thread_of(config), None)

    async def adelete_thread(self, thread_id: str) -> None:
        """Drop a conversation."""
        await super().adelete_thread(thread_id)
        self._remember(thread_id, None)

    def _thread_of(self, config: RunnableConfig) -> str | None:
        """The thread whose last checkpoint this is about, if its turn runs; what its branches keep is not remembered."""
        where = config["configurable"]
        return where["thread_id"] if where["thread_id"] in self._last and not where.get("checkpoint_ns") else None

    def _remember(self, thread: str | None, known: CheckpointTuple | None) -> None:
        if thread in self._last:
            self._last[thread] = known


class ThreadedSqliteSaver(SqliteSaver):
    """The library's saver on a thread of its own. Each checkpoint goes there and back once; the library's own asynchronous saver
    does so four times, for every statement, and spends more time on that than on SQLite."""

    def __init__(self, connection: sqlite3.Connection, thread: ThreadPoolExecutor) -> None:
        super().__init__(connection)
        self._thread = thread

    @classmethod
    @asynccontextmanager
    async def open(cls, file: Path) -> AsyncIterator[Self]:
        """The checkpoints in a file."""
        with (
            closing(sqlite3.connect(file, timeout=10, check_same_thread=False)) as connection,
            ThreadPoolExecutor(1, thread_name_prefix="swarm-checkpoints") as thread,
        ):
            saver = cls(connection, thread)
            await saver._run(saver.setup)
            await saver._run(connection.execute, "PRAGMA synchronous = NORMAL")
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


class SqliteCheckpoints(Remembering, ThreadedSqliteSaver):
    """The checkpoints in a file of SQLite."""


@asynccontextmanager
async def open_checkpointer(home: Path, url: str | None, store: Store) -> AsyncIterator[Remembering]:
    """The checkpoints at a PostgreSQL address, or else those of this home; either way several processes can share them."""
    if url:
        async with _postgres(url, store) as shared:
            yield shared
        return
    await asyncio.to_thread(home.mkdir, parents=True, exist_ok=True)
    async with SqliteCheckpoints.open(home / "conversations.db") as saver:
        yield saver


@asynccontextmanager
async def _postgres(url: str, store: Store) -> AsyncIterator[Remembering]:
    from langgraph.checkpoint.postgres import PostgresSaver
    from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
    from psycopg.rows import dict_row
    from psycopg_pool import AsyncConnectionPool

    class PostgresCheckpoints(Remembering, AsyncPostgresSaver):
        """The checkpoints in a database of PostgreSQL."""

    def set_up() -> None:
        with store.alone(), PostgresSaver.from_conn_string(url) as saver:
            saver.setup()

    await asyncio.to_thread(set_up)
    options: dict[str, Any] = {"autocommit": True, "prepare_threshold": 0, "row_factory": dict_row}
    pool: AsyncConnectionPool[Any] = AsyncConnectionPool(
        url, min_size=1, max_size=CONNECTIONS, kwargs=options, open=False, check=AsyncConnectionPool.check_connection
    )
    async with pool:
        yield PostgresCheckpoints(pool)
