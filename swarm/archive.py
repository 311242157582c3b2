"""The archive: a user's conversations by name, what was said in them, and who may take part."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Literal

from langchain_core.messages import AnyMessage
from langgraph.checkpoint.base import BaseCheckpointSaver
from pydantic import BaseModel
from sqlalchemy import Connection, bindparam, case, delete, exists, or_, select, text, update

from swarm import asides, tables
from swarm.audit import AuditLog, Entry
from swarm.conversation import parts
from swarm.errors import AccessError, MessageError
from swarm.reply import Reply
from swarm.sessions import open_checkpointer
from swarm.settings import Settings
from swarm.store import Store
from swarm.tables import conversations, feedback, members, message_row, messages, normal_words
from swarm.transcript import as_json, as_markdown
from swarm.turnlocks import TurnLocks
from swarm.turns import told
from swarm.vault import Vault, sealing_key

EVERYONE = "*"
"""A member that stands for every user."""
TITLE = 80
"""Characters of a title at the most."""
Role = Literal["user", "assistant", "notice"]


class Summary(BaseModel):
    """A conversation in a list."""

    session: str
    title: str
    owner: str
    created: float
    """Seconds since 1970, UTC; so is `updated`."""
    updated: float
    members: list[str]
    """Who else takes part; `*` is everyone."""


class Said(BaseModel):
    """Something said in a conversation; a notice was said by a watch."""

    session: str
    at: float
    role: Role
    user: str
    text: str


class Conversations:
    """What users see of their conversations. A conversation that is none of a user's does not exist for that user."""

    def __init__(
        self,
        store: Store,
        checkpoints: BaseCheckpointSaver[Any],
        audit: AuditLog,
        alone: Callable[[str], AbstractAsyncContextManager[None]],
        vault: Vault | None = None,
    ) -> None:
        """`alone` keeps turns of a session from running meanwhile."""
        self._store = store
        self._checkpoints = checkpoints
        self._vault = vault
        self._audit = audit
        self._alone = alone

    async def recent(self, user: str = "local", limit: int = 50) -> list[Summary]:
        """The conversations a user takes part in, the one used last first."""
        return await asyncio.to_thread(self._list, user, limit)

    async def search(self, words: str, user: str = "local", limit: int = 20) -> list[Said]:
        """What was said in a user's conversations that has all these words, newest first. The last word may be unfinished."""
        return await asyncio.to_thread(self._search, words, user, limit)

    async def messages(self, session: str, user: str = "local") -> list[Said]:
        """All that was said, oldest first."""
        await self.admit(session, user)
        return await asyncio.to_thread(self._messages, session)

    async def rename(self, session: str, title: str, user: str = "local") -> None:
        """Give a conversation another title.

        Raises:
            AccessError: the user does not own it.
            MessageError: the title is empty.
        """
        if not title.strip():
            raise MessageError("the title is empty.")
        await asyncio.to_thread(self._rename, session, _title(title), user)

    async def share(self, session: str, member: str = EVERYONE, user: str = "local") -> None:
        """Let another user, or everyone, read the conversation, go on with it and decide in it, each with their own role."""
        await self.admit(session, user, begin=True)
        await asyncio.to_thread(self._member, session, member, user, True)

    async def unshare(self, session: str, member: str = EVERYONE, user: str = "local") -> None:
        """Take that back."""
        await asyncio.to_thread(self._member, session, member, user, False)

    async def export(self, session: str, form: Literal["markdown", "json"] = "markdown", user: str = "local") -> str:
        """The whole conversation with its steps, sources and notices, as one text."""
        summary = await self.summary(session, user)
        said = await asyncio.to_thread(self._messages, session)
        notices = [(s.at, s.text) for s in said if s.role == "notice"]
        turns = await self._turns(session)
        write = as_markdown if form == "markdown" else as_json
        return write(summary.model_dump(), turns, notices)

    async def _turns(self, session: str) -> list[tuple[str, Reply | None]]:
        said: list[AnyMessage] = []
        for thread in (session, asides.thread(session)):
            kept = await self._checkpoints.aget({"configurable": {"thread_id": thread}})
            messages = kept["channel_values"].get("messages", []) if kept else []
            said += messages if thread == session else asides.closed(asides.added(messages))
        return [(part[0].text, told(session, part)) for part in parts(said)]

    async def summary(self, session: str, user: str = "local") -> Summary:
        """One conversation.

        Raises:
            AccessError: it is none of the user's.
        """
        return await asyncio.to_thread(self._summary, session, user)

    async def delete(self, session: str, user: str = "local") -> None:
        """Delete a conversation for good: what was said, its state, its watches and its secrets. The audit log keeps what was done.

        Raises:
            AccessError: the user does not own it.
        """
        await asyncio.to_thread(self._owned, session, user)
        await self.remove(session, user)

    async def remove(self, session: str, by: str, unused_since: float | None = None) -> bool:
        """Delete whoever owns it, after a turn under way; with `unused_since` only if nothing was said since. Whether it was deleted."""
        async with self._alone(session):
            if unused_since is not None and not await asyncio.to_thread(self._unused, session, unused_since):
                return False
            for thread in (session, asides.thread(session)):
                await self._checkpoints.adelete_thread(thread)
            await asyncio.to_thread(self._remove, session)
        await asyncio.to_thread(self._audit.append, Entry(event="deleted", user=by, session=session, said="the conversation was deleted"))
        return True

    async def rate(self, session: str, turn: int, good: bool, comment: str = "", user: str = "local") -> None:
        """Thumbs up or down for the reply to message number `turn`, counted from 0; a later word of the same user replaces it."""
        await self.admit(session, user)
        await asyncio.to_thread(self._rate, session, turn, good, comment, user)

    async def admit(self, session: str, user: str, begin: bool = False) -> None:
        """Check that a user takes part in a conversation; one that nobody has begun is free, and with `begin` becomes the user's.

        Raises:
            AccessError: it is another user's.
        """
        await asyncio.to_thread(self.admitted, session, user, begin)

    async def forgotten(self, before: float) -> list[str]:
        """Conversations in which nothing was said since a time."""
        return await asyncio.to_thread(self._forgotten, before)

    def _list(self, user: str, limit: int) -> list[Summary]:
        query = select(conversations).where(_of(user)).order_by(conversations.c.updated.desc()).limit(limit)
        with self._store.reading() as connection:
            return [_summary_of(connection, row._mapping) for row in connection.execute(query)]

    def _summary(self, session: str, user: str) -> Summary:
        with self._store.reading() as connection:
            row = connection.execute(select(conversations).where(conversations.c.session == session, _of(user))).first()
            if row is None:
                raise AccessError(_unknown(session))
            return _summary_of(connection, row._mapping)

    def _search(self, words: str, user: str, limit: int) -> list[Said]:
        wanted = normal_words(words).split()
        if not wanted:
            return []
        if self._store.dialect == "postgresql":
            matching = text("to_tsvector('simple', swarm_messages.words) @@ to_tsquery('simple', :wanted)")
            terms = " & ".join([*wanted[:-1], f"{wanted[-1]}:*"])
        else:
            matching = text("swarm_messages.id IN (SELECT rowid FROM swarm_search WHERE swarm_search MATCH :wanted)")
            terms = " ".join([*(f'"{w}"' for w in wanted[:-1]), f'"{wanted[-1]}"*'])
        query = select(messages).join(conversations, conversations.c.session == messages.c.session)
        query = query.where(_of(user), matching).order_by(messages.c.id.desc()).limit(limit)
        with self._store.reading() as connection:
            return [Said.model_validate(dict(row._mapping)) for row in connection.execute(query, {"wanted": terms})]

    def _messages(self, session: str) -> list[Said]:
        query = select(messages).where(messages.c.session == session).order_by(messages.c.id)
        with self._store.reading() as connection:
            return [Said.model_validate(dict(row._mapping)) for row in connection.execute(query)]

    def _rename(self, session: str, title: str, user: str) -> None:
        self._owned(session, user)
        with self._store.writing() as connection:
            connection.execute(update(conversations).where(conversations.c.session == session).values(title=title))

    def _member(self, session: str, member: str, user: str, joins: bool) -> None:
        self._owned(session, user)
        with self._store.writing() as connection:
            if joins:
                self._store.insert_new(connection, members, {"session": session, "member": member})
            else:
                connection.execute(delete(members).where(members.c.session == session, members.c.member == member))
        said = f"{'shared with' if joins else 'no longer shared with'} {'everyone' if member == EVERYONE else member}"
        self._audit.append(Entry(event="shared", user=user, session=session, said=said))

    def _owned(self, session: str, user: str) -> None:
        if self._summary(session, user).owner != user:
            raise AccessError(f"conversation {session!r} is shared with you; only its owner may do that.")

    def admitted(self, session: str, user: str, begin: bool = False) -> None:
        """Like `admit`. Blocks."""
        with self._store.reading() as connection:
            begun = self.begun(connection, session, user)
        if begin and not begun:
            with self._store.writing() as connection:
                self.begin(connection, session, user)

    def begun(self, connection: Connection, session: str, user: str) -> bool:
        """Whether a conversation has been begun, within a transaction. Blocks.

        Raises:
            AccessError: it is another user's.
        """
        allowed = connection.execute(_ADMITS, {"session": session, "user": user}).scalar()
        if allowed == 0:
            raise AccessError(_unknown(session))
        return allowed is not None

    def begin(self, connection: Connection, session: str, user: str) -> None:
        """Begin a conversation, which is the user's from now on, within a transaction. Blocks.

        Raises:
            AccessError: another user was faster.
        """
        now = time.time()
        row = {"session": session, "owner": user, "title": "", "created": now, "updated": now}
        if not self._store.insert_new(connection, conversations, row):
            self.begun(connection, session, user)

    def note(self, connection: Connection, session: str, role: Role, user: str, said: str) -> None:
        """Keep what was said, for lists, search and export, within a transaction. Blocks."""
        row = message_row(session, role, user, said, time.time())
        connection.execute(messages.insert(), row)
        connection.execute(_SPOKEN, {"of": session, "now": row["at"], "name": _title(said) if role == "user" else ""})

    def _rate(self, session: str, turn: int, good: bool, comment: str, user: str) -> None:
        with self._store.writing() as connection:
            mine = (feedback.c.session == session) & (feedback.c.turn == turn) & (feedback.c.user == user)
            connection.execute(delete(feedback).where(mine))
            values = {"session": session, "turn": turn, "user": user, "at": time.time(), "good": good, "comment": comment}
            connection.execute(feedback.insert().values(values))

    def _remove(self, session: str) -> None:
        with self._store.writing() as connection:
            for table in tables.OF_A_SESSION:
                connection.execute(delete(table).where(table.c.session == session))
        if self._vault is not None:
            self._vault.forget(session)

    def _unused(self, session: str, since: float) -> bool:
        query = select(conversations.c.session).where(conversations.c.session == session, conversations.c.updated < since)
        with self._store.reading() as connection:
            return connection.execute(query).first() is not None

    def _forgotten(self, before: float) -> list[str]:
        with self._store.reading() as connection:
            return [str(s) for s in connection.execute(select(conversations.c.session).where(conversations.c.updated < before)).scalars()]


@asynccontextmanager
async def open_archive(settings: Settings) -> AsyncIterator[Conversations]:
    """The conversations of the settings' database, without an assistant."""
    store = await asyncio.to_thread(Store.open, settings.swarm.home, settings.database_url)
    try:
        home = settings.swarm.home
        async with open_checkpointer(home, settings.database_url, store) as checkpoints, TurnLocks.open(store, home) as locks:
            key = await asyncio.to_thread(sealing_key, settings.swarm)
            yield Conversations(store, checkpoints, AuditLog(store, key), locks.turn)
    finally:
        store.close()


def _of(user: object):  # type: ignore[no-untyped-def]  # the expression's type is SQLAlchemy's own
    shared = exists().where(members.c.session == conversations.c.session, members.c.member.in_([user, EVERYONE]))
    return or_(conversations.c.owner == user, shared)


_ADMITS = select(case((_of(bindparam("user")), 1), else_=0)).where(conversations.c.session == bindparam("session"))
_UNTITLED = conversations.c.title == ""
_SPOKEN = (
    update(conversations)
    .where(conversations.c.session == bindparam("of"))
    .values(updated=bindparam("now"), title=case((_UNTITLED, bindparam("name")), else_=conversations.c.title))
)


def _summary_of(connection: Connection, row: object) -> Summary:
    known = dict(row)  # type: ignore[call-overload]
    names = connection.execute(select(members.c.member).where(members.c.session == known["session"]).order_by(members.c.member))
    return Summary(**known, members=list(names.scalars()))


def _title(said: str) -> str:
    line = " ".join(said.split())
    return line if len(line) <= TITLE else f"{line[: TITLE - 1]}…"


def _unknown(session: str) -> str:
    return f"there is no conversation {session!r} of yours; `swarm conversations list` shows them."
