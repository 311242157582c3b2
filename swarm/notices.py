"""Notices: what a conversation is told without having asked just now, delivered once, whichever front-end and replica is there for it."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

from pydantic import BaseModel, Field
from sqlalchemy import Connection, bindparam, select, update

from swarm.store import Store
from swarm.tables import conversations, message_row, messages, notices
from tools.result import Subject
from tools.watch.endings import Ending

LEASE = 30.0
"""Seconds in which a front-end that took a notice must have shown it."""
RECENT = 3
"""Notices that a model is told about."""
_RECENT = select(notices).where(notices.c.session == bindparam("session")).order_by(notices.c.at.desc()).limit(RECENT)


class Notice(BaseModel):
    """A message to a conversation from one of its watches."""

    id: str
    session: str
    user: str
    """Who asked for it."""
    at: float
    """Seconds since 1970, UTC."""
    text: str
    """Markdown."""
    about: list[Subject] = Field(default_factory=list)


class Notices:
    """Left by watches, delivered to whoever serves the conversation."""

    def __init__(self, store: Store, mask: Callable[[str, str], str], seconds: float) -> None:
        self._store = store
        self._mask = mask
        self._seconds = seconds
        self._bell = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def told(self, session: str, over: Ending) -> Ending:
        """An ending without secrets. Blocks, and writes: it has no place within a transaction that writes."""
        return replace(over, text=self._mask(session, over.text))

    def leave(self, connection: Connection, name: str, session: str, user: str, over: Ending) -> None:
        """Write a notice, as `told` gives it, within the transaction that ends its watch. It is part of what was said from now on."""
        text, now = over.text, time.time()
        about = [subject.model_dump() for subject in over.about]
        values = {"id": name, "session": session, "user": user, "at": now, "text": text, "about": about, "leased": 0.0}
        if self._store.insert_new(connection, notices, values):
            connection.execute(messages.insert().values(message_row(session, "notice", user, text, now)))
            connection.execute(update(conversations).where(conversations.c.session == session).values(updated=now))

    def ring(self) -> None:
        """Wake those who wait in this process. Can be called from any thread."""
        self._loop.call_soon_threadsafe(self._rung)

    def recent(self, connection: Connection, session: str) -> list[Notice]:
        """The last notices of a conversation, the oldest first, within a transaction. Blocks."""
        found = connection.execute(_RECENT, {"session": session}).mappings()
        return [Notice.model_validate(dict(row)) for row in reversed(list(found))]

    async def deliveries(self, sessions: str) -> AsyncIterator[Notice]:
        """Notices as they come, those that waited first, each to one taker only.

        A notice counts as delivered once the taker asks for the next one or stops; when the taker's process dies before, another gets it.

        Args:
            sessions: a session, or the beginning that several have in common and a `*`.
        """
        while True:
            bell = self._bell
            taken = await asyncio.to_thread(self._take, sessions)
            for notice in taken:
                try:
                    yield notice
                finally:
                    await asyncio.shield(asyncio.to_thread(self._delivered, notice.id))
            if not taken:
                try:
                    await asyncio.wait_for(bell.wait(), self._seconds)
                except TimeoutError:
                    continue

    def _rung(self) -> None:
        self._bell.set()
        self._bell = asyncio.Event()

    def _take(self, sessions: str) -> list[Notice]:
        """The oldest undelivered notice that nobody else is about to deliver."""
        now = time.time()
        wanted = notices.c.session == sessions
        if sessions.endswith("*"):
            wanted = notices.c.session.startswith(sessions[:-1], autoescape=True)
        free = (notices.c.delivered.is_(None)) & (notices.c.leased < now)
        with self._store.reading() as connection:
            row = connection.execute(select(notices).where(wanted, free).order_by(notices.c.at).limit(1)).mappings().first()
        if row is None:
            return []
        with self._store.writing() as connection:
            mine = connection.execute(update(notices).where(notices.c.id == row["id"], free).values(leased=now + LEASE)).rowcount
        return [Notice.model_validate(dict(row))] if mine else []

    def _delivered(self, name: str) -> None:
        with self._store.writing() as connection:
            connection.execute(update(notices).where(notices.c.id == name).values(delivered=time.time()))
