"""The journal: every call that changes something is written down before it begins and when it has ended, so that none is made twice."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel
from sqlalchemy import delete, select, update

from swarm import audit
from swarm.audit import AuditLog
from swarm.store import Store
from swarm.tables import calls, claims, unaudited
from tools.result import ErrorCode, ToolResult


class Entry(BaseModel):
    """A call that was begun; `result` is there once it has ended."""

    id: str
    session: str
    agent: str
    tool: str
    args: dict[str, Any]
    effect: str
    begun: float
    result: ToolResult | None = None

    @property
    def outcome(self) -> ToolResult:
        """What is known of it: its result, or honestly that nobody can tell."""
        if self.result is not None:
            return self.result
        when = datetime.fromtimestamp(self.begun, UTC).strftime("%H:%M:%S UTC")
        message = (
            f"`{self.tool}` was begun at {when}, but the program ended before its result came: it may or may not have happened. "
            "It was not made again. Look at the present state first, and ask again only if it is missing."
        )
        return ToolResult(status="error", code=ErrorCode.INTERNAL, content=f"{ErrorCode.INTERNAL}: {message}")


class Journal:
    """Begins and ends of calls, in the store. Its methods block; call them off the event loop."""

    def __init__(self, store: Store, log: AuditLog, holder: str) -> None:
        """`holder` is the name under which this process claims that it lives."""
        self._store = store
        self._log = log
        self._holder = holder

    def once(self, entry: Entry, note: audit.Entry, make: Callable[[], ToolResult]) -> ToolResult:
        """Make a call unless it was begun before, here or in another process; the outcome either way.

        Args:
            entry: the call.
            note: what the audit log is to say of it. It stands there as soon as the result stands here; see `lost` for when neither does.
            make: makes it.
        """
        values = entry.model_dump(exclude={"result"})
        with self._store.writing(durable=True) as connection:
            new = self._store.insert_new(connection, calls, values)
            if new:
                connection.execute(unaudited.insert().values(id=entry.id, holder=self._holder, entry=note.model_dump_json()))
        if not new:
            known = self.find(entry.id)
            return known.outcome if known else entry.outcome
        result = make()
        with self._store.writing() as connection:
            connection.execute(update(calls).where(calls.c.id == entry.id).values(result=result.model_dump(mode="json")))
            connection.execute(delete(unaudited).where(unaudited.c.id == entry.id))
            self._log.add(connection, note.ended(result))
        return result

    def lost(self) -> None:
        """Write calls into the audit log whose process died before their result came: what they brought is unknown."""
        alive = select(claims.c.name).where(claims.c.name == "process:" + unaudited.c.holder, claims.c.until > time.time())
        dead = select(unaudited).where(~alive.exists())
        with self._store.reading() as connection:
            if connection.execute(dead).first() is None:
                return
        with self._store.writing() as connection:
            for row in connection.execute(dead).all():
                if connection.execute(delete(unaudited).where(unaudited.c.id == row.id)).rowcount:
                    entry = audit.Entry.model_validate_json(row.entry)
                    self._log.add(connection, entry.model_copy(update={"status": "unknown"}))

    def find(self, call_id: str) -> Entry | None:
        """The call of this id, if it was begun."""
        with self._store.reading() as connection:
            row = connection.execute(select(calls).where(calls.c.id == call_id)).mappings().first()
        return Entry.model_validate(dict(row)) if row else None

    def untold(self, session: str) -> list[Entry]:
        """The calls of a session whose outcome no reply has told yet."""
        query = select(calls).where(calls.c.session == session, calls.c.told.is_(False)).order_by(calls.c.begun)
        with self._store.reading() as connection:
            return [Entry.model_validate(dict(row)) for row in connection.execute(query).mappings()]

    def settle(self, session: str) -> None:
        """The reply of this session has told all outcomes."""
        with self._store.writing() as connection:
            connection.execute(update(calls).where(calls.c.session == session, calls.c.told.is_(False)).values(told=True))


def begun(call_id: str, session: str, agent: str, tool: str, args: dict[str, Any], effect: str) -> Entry:
    """The entry for a call that begins now."""
    return Entry(id=call_id, session=session, agent=agent, tool=tool, args=args, effect=effect, begun=time.time())
