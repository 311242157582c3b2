"""The desk: what stands around every turn. Who may speak and how often, what is kept of it, and what must not leave it."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, contextmanager
from functools import partial
from typing import Any

from langgraph.checkpoint.base import BaseCheckpointSaver
from sqlalchemy import Connection, bindparam, func, select

from swarm.airlock import Airlock
from swarm.archive import Conversations
from swarm.audit import AuditLog, Entry
from swarm.errors import AccessError, MessageError, RateError
from swarm.facts import Facts
from swarm.logs import mask_logs
from swarm.mandate import Mandate
from swarm.notes import Profiles, UserNotebook
from swarm.notices import Notices
from swarm.reply import AnswerDelta, Event, Finished, Reply
from swarm.settings import Settings
from swarm.store import Store
from swarm.tables import messages, turns
from swarm.telemetry import Telemetry
from swarm.vault import Vault, sealing_key
from swarm.veil import Veil
from swarm.watches import ConversationWatchlist
from tools.memory.notebook import Notebook
from tools.services import Services
from tools.watch.watchlist import Watchlist

_SINCE = (
    select(func.count())
    .select_from(messages)
    .where(messages.c.user == bindparam("user"), messages.c.role == "user", messages.c.at > bindparam("since"))
)


class Desk:
    """The same for every front-end: they talk to the assistant, the assistant talks through the desk."""

    airlock: Airlock

    def __init__(self, settings: Settings, store: Store, telemetry: Telemetry, key: bytes) -> None:
        self._per_minute = settings.swarm.turns_per_minute
        self.store = store
        self.telemetry = telemetry
        self.vault = Vault(store, settings.secrets(), key)
        self.audit = AuditLog(store, key)
        self.profiles = Profiles(store)
        self.notices = Notices(store, self.vault.mask, settings.swarm.watch_seconds)

    @classmethod
    @asynccontextmanager
    async def open(cls, settings: Settings) -> AsyncIterator["Desk"]:
        """A desk over the settings' database; from now on the log of this process is masked.

        Raises:
            SettingsError: DATABASE_URL is wrong.
            StoreError: the database does not answer.
        """
        home = settings.swarm.home
        async with AsyncExitStack() as stack:
            store = await asyncio.to_thread(Store.open, home, settings.database_url)
            stack.callback(store.close)
            key = await asyncio.to_thread(sealing_key, settings.swarm)
            desk = cls(settings, store, stack.enter_context(Telemetry.open(settings)), key)
            stack.callback(mask_logs(desk.vault.anonymous))
            yield desk

    def furnish(self, services: Services) -> Services:
        """Give tools what conversations keep, and take the services that the airlock works with."""
        services.provide(Watchlist, lambda: ConversationWatchlist(self.store))
        services.provide(Notebook, lambda: UserNotebook(self.profiles))
        self.airlock = Airlock(services, self.vault)
        return services

    def archive(self, checkpoints: BaseCheckpointSaver[Any], alone: Callable[[str], AbstractAsyncContextManager[None]]) -> Conversations:
        """The conversations; what is done to them as a whole goes into the audit log."""
        return Conversations(self.store, checkpoints, self.audit, alone, self.vault)

    async def receive(self, message: str, session: str, user: str, archive: Conversations) -> str:
        """Take a message in: the text that the conversation goes on with, without secrets.

        Raises:
            AccessError: the conversation is another user's.
            RateError: the user has sent more messages than a minute allows.
        """
        return await asyncio.to_thread(self._received, message, session, user, archive)

    def _received(self, message: str, session: str, user: str, archive: Conversations) -> str:
        self.vault.forget(session)
        with self._noting(session, user):
            with self.store.reading() as connection:
                begun = archive.begun(connection, session, user)
                self._within_rate(connection, user)
            masked = self.vault.mask(session, message)
            with self.store.writing() as connection:
                if not begun:
                    archive.begin(connection, session, user)
                archive.note(connection, session, "user", user, masked)
        return masked

    async def admit(self, session: str, user: str, archive: Conversations) -> None:
        """Check that a user takes part in a conversation; a refusal goes into the audit log.

        Raises:
            AccessError: the conversation is another user's.
        """
        await asyncio.to_thread(self._admitted, session, user, archive)

    def _admitted(self, session: str, user: str, archive: Conversations) -> None:
        with self._noting(session, user):
            archive.admitted(session, user)

    @contextmanager
    def _noting(self, session: str, user: str) -> Iterator[None]:
        """Write it into the audit log when a user is refused a conversation."""
        try:
            yield
        except AccessError as error:
            self.audit.append(Entry(event="refused", user=user, session=session, said=str(error)))
            raise

    def known(self, session: str, user: str, archive: Conversations, spoken: bool = False) -> Facts:
        """What a turn knows beside its messages, when no other turn of its conversation runs any more. Blocks.

        Raises:
            AccessError: the conversation has become another user's since the turn was asked for.
            MessageError: it was deleted since the message came in.
        """
        self.vault.forget(session)
        with self._noting(session, user), self.store.reading() as connection:
            if not archive.begun(connection, session, user) and spoken:
                raise MessageError("the conversation was deleted while this message waited for its turn; nothing was done. Send it again.")
            return Facts(self.profiles.known(connection, user), self.notices.recent(connection, session))

    async def kept(self, events: AsyncIterator[Event], mandate: Mandate, archive: Conversations) -> AsyncIterator[Event]:
        """A turn's events, its answer without secrets, the reply measured and kept."""
        session = mandate.conversation
        veil = Veil(partial(self.vault.mask, session), partial(self.vault.known, session))
        async for event in events:
            if isinstance(event, AnswerDelta):
                event = AnswerDelta(text=await asyncio.to_thread(veil.shown, event.text))
                if not event.text:
                    continue
            elif isinstance(event, Finished):
                rest, reply = await asyncio.to_thread(self._finished, veil, event.reply, mandate, archive)
                if rest:
                    yield AnswerDelta(text=rest)
                event = Finished(reply=reply)
                if mandate.measured is not None:
                    mandate.measured.replied(event.reply)
            yield event

    def _within_rate(self, connection: Connection, user: str) -> None:
        if not self._per_minute:
            return
        count = connection.execute(_SINCE, {"user": user, "since": time.time() - 60}).scalar_one()
        if count >= self._per_minute:
            raise RateError(f"{self._per_minute} messages a minute are allowed (SWARM_TURNS_PER_MINUTE). Wait a little and send it again.")

    def _finished(self, veil: Veil, reply: Reply, mandate: Mandate, archive: Conversations) -> tuple[str, Reply]:
        """What was not shown yet of the answer, and the reply without secrets, kept and counted. What tools brought was masked when it
        came; models may know one by themselves."""
        session = mandate.conversation
        reply = reply.model_copy(update={"answer": self.vault.mask(session, reply.answer)})
        row = {"session": session, "user": mandate.user, "at": time.time(), "status": reply.status, **reply.usage.model_dump()}
        with self.store.writing() as connection:
            archive.note(connection, session, "assistant", mandate.user, reply.answer)
            connection.execute(turns.insert(), row)
        return veil.rest(), reply
