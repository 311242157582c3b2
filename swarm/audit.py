"""The audit log: who had what done, with which arguments, who approved it and what came of it. It only grows.

Every entry carries a hash over itself and the entry before, so that a change or a gap shows; the database refuses changes by itself.
"""

import hashlib
import time
from collections.abc import Iterator
from typing import Any, Literal

from pydantic import BaseModel, Field
from sqlalchemy import select, text

from swarm.store import Store
from swarm.tables import audit
from tools.result import Effect

LOCK = 0x4175_6469
"""Key of the PostgreSQL lock under which entries are added."""
PAGE = 500


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
    """`ok`, `no_data`, `error` or `rejected`."""
    code: str = ""
    ms: int = 0
    said: str = ""
    """For what was refused: why."""


class Numbered(Entry):
    """An entry as it stands in the log."""

    number: int
    hash: str


class AuditLog:
    """Adds, reads and checks entries. Methods block."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def append(self, entry: Entry) -> None:
        """Add an entry; entries of all processes stand in one order."""
        written = entry.model_dump_json()
        with self._store.writing() as connection:
            if self._store.dialect == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
            last = connection.execute(select(audit.c.number, audit.c.hash).order_by(audit.c.number.desc()).limit(1)).first()
            number, before = (last.number + 1, last.hash) if last else (1, "")
            connection.execute(audit.insert().values(number=number, entry=written, hash=_hash(before, number, written)))

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
        """How many entries there are, and the number of the first one that is not as it was written, if any."""
        before, count = "", 0
        for number, written, seal in self._forwards():
            count += 1
            if number != count or seal != _hash(before, number, written):
                return count, count
            before = seal
        return count, None

    def _backwards(self) -> Iterator[tuple[int, str, str]]:
        below: int | None = None
        while True:
            query = select(audit).order_by(audit.c.number.desc()).limit(PAGE)
            rows = self._page(query if below is None else query.where(audit.c.number < below))
            yield from rows
            if len(rows) < PAGE:
                return
            below = rows[-1][0]

    def _forwards(self) -> Iterator[tuple[int, str, str]]:
        above = 0
        while rows := self._page(select(audit).where(audit.c.number > above).order_by(audit.c.number).limit(PAGE)):
            yield from rows
            above = rows[-1][0]

    def _page(self, query: Any) -> list[tuple[int, str, str]]:
        with self._store.reading() as connection:
            return [(row.number, row.entry, row.hash) for row in connection.execute(query)]


def _hash(before: str, number: int, written: str) -> str:
    return hashlib.sha256(f"{before}\n{number}\n{written}".encode()).hexdigest()
