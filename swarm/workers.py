"""Threads for tools that block, so that the event loop never waits for one of them."""

import asyncio
import contextvars
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

from tools.activity import Activity, activity

P = ParamSpec("P")
T = TypeVar("T")


class Workers:
    """A pool of threads of its own: the event loop's default pool is small and shared with everything else in the process."""

    def __init__(self, threads: int) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="swarm-tool")

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of some blocking work, which sees the context variables of the caller."""
        call = partial(contextvars.copy_context().run, partial(work, *args, **kwargs))
        return await asyncio.get_running_loop().run_in_executor(self._pool, call)

    async def watched(self, report: Callable[[str], None], work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Like `run`, for work that tells what it is doing and, when the turn is canceled, is told."""
        loop = asyncio.get_running_loop()
        owner = threading.get_ident()

        def pass_on(text: str) -> None:
            if threading.get_ident() == owner:
                report(text)
            else:
                loop.call_soon_threadsafe(report, text)

        with activity(Activity(pass_on)) as current:
            try:
                return await self.run(work, *args, **kwargs)
            except asyncio.CancelledError:
                current.canceled.set()
                raise

    def close(self) -> None:
        """Let go of the threads; work under way is finished, work that waits is dropped."""
        self._pool.shutdown(wait=False, cancel_futures=True)
