"""Locks of turns: one turn of a session at a time, whichever process plays it."""

import asyncio
import fcntl
import random
import uuid
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, TypeVar
from weakref import WeakValueDictionary

from swarm.store import Store

LEASE = 30.0
"""Seconds after which the turn of a machine that has gone is taken for dead."""
PATIENCE = (0.02, 0.25)
"""Seconds between two looks at a session that another process works on: at first, and later."""
SIGNS = "processes"
"""Folder of the home with a file for every process, locked for as long as it lives."""


T = TypeVar("T")


class TurnLocks:
    """Claims of sessions in the store, renewed while their turns run. An approval that waits holds none.

    A process that died is known at once to others of the same home, because its sign of life is free; from another home its claims
    end with their lease.
    """

    def __init__(self, store: Store, signs: Path, name: str) -> None:
        self._store = store
        self._signs = signs
        self.name = name
        """Under which this process claims that it lives (`process:<name>`), and its turns."""
        self._inside: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @classmethod
    @asynccontextmanager
    async def open(cls, store: Store, home: Path) -> AsyncIterator["TurnLocks"]:
        """The locks of one assistant."""
        name, signs = uuid.uuid4().hex, home / SIGNS
        with _alive(signs, name):
            locks = cls(store, signs, name)
            await asyncio.to_thread(store.claim, f"process:{name}", name, LEASE)
            for sign in [s for s in signs.iterdir() if s.name != name]:
                await asyncio.to_thread(locks._bury, sign)
            renewal = asyncio.create_task(locks._renew())
            try:
                yield locks
            finally:
                renewal.cancel()
                await asyncio.gather(renewal, return_exceptions=True)
                await asyncio.to_thread(store.release_all, name)

    def turn(self, session: str) -> AbstractAsyncContextManager[None]:
        """Wait until no turn of the session runs anywhere, and keep others waiting until the block ends."""
        return self.turn_with(session, lambda: None)

    @asynccontextmanager
    async def turn_with(self, session: str, facts: Callable[[], T]) -> AsyncIterator[T]:
        """Like `turn`; the `facts` are read as soon as no other turn runs, off the event loop, and handed to the block."""
        claim = f"turn:{session}"
        lock = self._inside.setdefault(session, asyncio.Lock())
        async with lock:
            try:
                yield await self._taken(claim, facts)
            finally:
                await asyncio.shield(asyncio.to_thread(self._store.release, claim, self.name))

    async def _taken(self, claim: str, facts: Callable[[], T]) -> T:
        pause, longest = PATIENCE
        while not (taken := await _to_its_end(asyncio.to_thread(self._take, claim, facts))):
            await asyncio.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 - no secret
            pause = min(2 * pause, longest)
        return taken[0]

    def _take(self, claim: str, facts: Callable[[], T]) -> tuple[T] | None:
        if self._store.claim(claim, self.name, LEASE):
            return (facts(),)
        holder = self._store.holder(claim)
        if holder:
            self._bury(self._signs / holder)
        return None

    def _bury(self, sign: Path) -> None:
        """Give back what a process had that has died."""
        if _died(sign):
            self._store.release_all(sign.name)
            sign.unlink(missing_ok=True)

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(LEASE / 3)
            await asyncio.to_thread(self._store.renew, self.name, LEASE)


async def _to_its_end(work: Coroutine[Any, Any, T]) -> T:
    """The result of some work, which is not left alone when it is no longer wanted: a claim must be there before it can be given back."""
    task = asyncio.create_task(work)
    try:
        return await asyncio.shield(task)
    finally:
        await asyncio.wait([task])


@contextmanager
def _alive(folder: Path, name: str) -> Iterator[None]:
    """A sign of life, which the system itself takes away from a process that dies."""
    folder.mkdir(parents=True, exist_ok=True)
    sign = folder / name
    with sign.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            sign.unlink(missing_ok=True)


def _died(sign: Path) -> bool:
    """Whether a process left its sign without its lock. One without a sign lives elsewhere, or has ended in order."""
    try:
        file = sign.open("r+")
    except FileNotFoundError:
        return False
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
