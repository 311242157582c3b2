"""The audit log: who had what done, with which arguments, who approved it and what came of it. It only grows.

Every entry carries a hash over itself and the entry before, so that a change or a gap shows; the database refuses changes by itself.
The last hash is sealed with a key that is not in the database, so that whoever can write there can neither cut the end off nor add to it.
"""

import hashlib
import hmac
import time
from collections.abc import Callable, Iterator
from typing import Any, Literal

from pydantic import BaseModel, Field
from sqlalchemy import Connection, select, text, update

from swarm.store import Store
from swarm.tables import audit, audit_head
from tools.result import Effect, ToolResult

LOCK = 0x4175_6469
"""Key of the PostgreSQL lock under which entries are added."""
PAGE = 500
_LAST = select(audit.c.number, audit.c.hash).order_by(audit.c.number.desc()).limit(1)


Approved = Literal["", "approved", "rejected", "expired", "automatic", "forbidden"]
"""What became of a call that needed an approval: `automatic` and `forbidden` were settled by the caller's `approve=`."""


class Entry(BaseModel):
    """One thing that was done, or refused. Arguments carry placeholders in place of secrets."""

    at: float = Field(default_factory=time.time)
    """Seconds since 1970, UTC."""
    event: Literal["call", "refused", "deleted", "shared"] = "call"
    user: str
    session: str
    trace: str = ""
    agent: str = ""
    tool: str = ""
    args: dict[str, Any] = Field(default_factory=dict)
    effect: Effect | None = None
    approval: Approved = ""
    approved_by: str = ""
    """Who decided, where somebody did."""
    status: str = ""
    """`ok`, `no_data`, `error`, `rejected`, or `unknown` where the program ended before the result came."""
    code: str = ""
    ms: int = 0
    said: str = ""
    """For what was refused: why."""

    def ended(self, result: ToolResult) -> "Entry":
        """The entry of a call that has come to a result just now."""
        status = "rejected" if self.approval in ("rejected", "expired", "forbidden") else result.status
        return self.model_copy(update={"status": status, "code": result.code or "", "ms": max(0, round((time.time() - self.at) * 1000))})


class Numbered(Entry):
    """An entry as it stands in the log."""

    number: int
    hash: str


class AuditLog:
    """Adds, reads and checks entries. Methods block."""

    def __init__(self, store: Store, key: bytes) -> None:
        """`key` seals the last entry."""
        self._store = store
        self._key = hmac.digest(key, b"audit", "sha256")

    def append(self, entry: Entry) -> None:
        """Add an entry; entries of all processes stand in one order."""
        with self._store.writing() as connection:
            self.add(connection, entry)

    def add(self, connection: Connection, entry: Entry) -> None:
        """Add an entry within a transaction that writes, at its end: others wait from here on."""
        if self._store.dialect == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
        written = entry.model_dump_json()
        last = connection.execute(_LAST).first()
        number, before = (last.number + 1, last.hash) if last else (1, "")
        ends = _hash(before, number, written)
        connection.execute(audit.insert(), {"number": number, "entry": written, "hash": ends})
        head = {"number": number, "seal": self._seal(number, ends)}
        if not connection.execute(update(audit_head), head).rowcount:
            connection.execute(audit_head.insert(), {"id": 1, **head})

    def noted(self, entry: Entry, make: Callable[[], ToolResult]) -> ToolResult:
        """Make a call that changes nothing, and add its entry."""
        result = make()
        self.append(entry.ended(result))
        return result

    def entries(self, limit: int = 100, since: float = 0.0, **fields: str | None) -> list[Numbered]:
        """The newest entries whose fields have these values, the oldest of them first."""
        wanted = {name: value for name, value in fields.items() if value is not None}
        found: list[Numbered] = []
        for number, written, seal in self._backwards():
            entry = Numbered.model_validate({**Entry.model_validate_json(written).model_dump(), "number": number, "hash": seal})
            if entry.at < since or len(found) == limit:
                break
            if all(str(getattr(entry, name) or "") == value for name, value in wanted.items()):
                found.append(entry)
        return found[::-1]

    def verify(self) -> tuple[int, int | None]:
        """How many entries there are, and the number of the first one that is not as it was written, if any: one more than there are
        where the end is missing, or was sealed with another key."""
        before, count = "", 0
        while True:
            checked = count
            for number, written, seal in self._forwards(checked):
                count += 1
                if number != count or seal != _hash(before, number, written):
                    return count, count
                before = seal
            sealed = self._head()
            if sealed == ((count, self._seal(count, before)) if count else None):
                return count, None
            if sealed is None or sealed[0] <= count or checked == count:
                return count, count + 1

    def _head(self) -> tuple[int, str] | None:
        with self._store.reading() as connection:
            row = connection.execute(select(audit_head.c.number, audit_head.c.seal)).first()
        return (row.number, row.seal) if row else None

    def _seal(self, number: int, ends: str) -> str:
        return hmac.digest(self._key, f"{number}\n{ends}".encode(), "sha256").hex()

    def _backwards(self) -> Iterator[tuple[int, str, str]]:
        below: int | None = None
        while True:
            query = select(audit).order_by(audit.c.number.desc()).limit(PAGE)
            rows = self._page(query if below is None else query.where(audit.c.number < below))
            yield from rows
            if len(rows) < PAGE:
                return
            below = rows[-1][0]

    def _forwards(self, above: int) -> Iterator[tuple[int, str, str]]:
        while rows := self._page(select(audit).where(audit.c.number > above).order_by(audit.c.number).limit(PAGE)):
            yield from rows
            above = rows[-1][0]

    def _page(self, query: Any) -> list[tuple[int, str, str]]:
        with self._store.reading() as connection:
            return [(row.number, row.entry, row.hash) for row in connection.execute(query)]


def _hash(before: str, number: int, written: str) -> str:
    return hashlib.sha256(f"{before}\n{number}\n{written}".encode()).hexdigest()
