"""Watches: runs that conversations want to hear of, looked at in the background by one process for all."""

import asyncio
import logging
import time
import uuid

from sqlalchemy import delete, select

from swarm.lease import Lease
from swarm.notices import Notices
from swarm.store import Store
from swarm.tables import watches
from swarm.workers import Workers
from tools.kfp.client import Kfp
from tools.result import ToolError
from tools.services import Services
from tools.speaker import speaker
from tools.watch.endings import Ending, ending
from tools.watch.watchlist import Watch

log = logging.getLogger(__name__)

LEASE = 60.0
"""Seconds after which another process takes over from one that has gone."""


class ConversationWatchlist:
    """The watches of the conversation that the running call belongs to: what tools see of the store. Methods block."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, run: str, name: str) -> bool:
        """Watch a run, by id and name; tells whether it was not watched before."""
        if any(watch.run == run for watch in self.watches()):
            return False
        who = speaker()
        values = {"id": uuid.uuid4().hex, "session": who.session, "user": who.user, "run": run, "name": name, "at": time.time()}
        with self._store.writing() as connection:
            connection.execute(watches.insert().values(**values))
        return True

    def watches(self) -> list[Watch]:
        """What is watched, the oldest first."""
        query = select(watches).where(watches.c.session == speaker().session).order_by(watches.c.at)
        with self._store.reading() as connection:
            return [Watch(row.run, row.name, row.at) for row in connection.execute(query)]

    def remove(self, run: str) -> bool:
        """Stop watching a run, by id; tells whether it was watched."""
        with self._store.writing() as connection:
            mine = (watches.c.session == speaker().session) & (watches.c.run == run)
            return bool(connection.execute(delete(watches).where(mine)).rowcount)


class Watchman:
    """Looks at the watched runs of all conversations and leaves a notice when one has ended."""

    def __init__(self, store: Store, notices: Notices, services: Services, workers: Workers, seconds: float) -> None:
        self._store = store
        self._notices = notices
        self._services = services
        self._workers = workers
        self._lease = Lease(store, "watches", LEASE + seconds)

    async def look(self) -> int:
        """Look at every watched run once, unless another process does; how many have ended."""
        if not await asyncio.to_thread(self._lease.held):
            return 0
        ended = 0
        for name, session, watch in await asyncio.to_thread(self._watched):
            try:
                over = await self._workers.run(self._ending, session, watch)
                ended += over is not None and await asyncio.to_thread(self._end, name, over)
            except ToolError as error:
                log.warning("run %s is watched, but its server does not tell: %s", watch.name, error.message)
            except Exception:
                log.exception("looking at the watched run %s failed", watch.name)
        return ended

    def give_up(self) -> None:
        """Leave the looking to other processes. Blocks."""
        self._lease.give_up()

    def _watched(self) -> list[tuple[str, str, Watch]]:
        """Id, conversation and run of every watch."""
        with self._store.reading() as connection:
            rows = connection.execute(select(watches).order_by(watches.c.at))
            return [(row.id, row.session, Watch(row.run, row.name, row.at)) for row in rows]

    def _ending(self, session: str, watch: Watch) -> Ending | None:
        over = ending(self._services.get(Kfp), watch.run, watch.name)
        return over and self._notices.told(session, over)

    def _end(self, watch: str, over: Ending) -> bool:
        """The watch becomes a notice, in one transaction: whoever else looked at the same time finds it gone."""
        with self._store.writing() as connection:
            row = connection.execute(select(watches).where(watches.c.id == watch)).first()
            if row is None or not connection.execute(delete(watches).where(watches.c.id == watch)).rowcount:
                return False
            self._notices.leave(connection, watch, row.session, row.user, over)
        self._notices.ring()
        return True
