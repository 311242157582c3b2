"""The store: one database for everything a conversation keeps beside its checkpoints, in SQLite or PostgreSQL."""

import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Insert, Table, bindparam, create_engine, delete, event, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, OperationalError

from swarm import tables
from swarm.errors import SettingsError, StoreError

SETUP = 0x5377_6172
"""Key of the PostgreSQL lock under which tables are created."""
_RELEASE = delete(tables.claims).where(tables.claims.c.name == bindparam("name"), tables.claims.c.holder == bindparam("holder"))


class Store:
    """Connections to the database, and what several replicas need to agree on. All methods block; call them off the event loop."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @classmethod
    def open(cls, home: Path, url: str | None = None) -> "Store":
        """The store in a home, or at a PostgreSQL address; its tables are created when they are missing.

        Raises:
            SettingsError: the address is none of PostgreSQL.
            StoreError: the database cannot be reached.
        """
        engine = _postgres(url) if url else _sqlite(home)
        try:
            _create(engine)
        except OperationalError as error:
            engine.dispose()
            raise StoreError(unreachable(url, error)) from None
        return cls(engine)

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self._engine.dialect.name

    def alone(self) -> AbstractContextManager[None]:
        """While one process sets tables up, the others wait."""
        return alone(self._engine)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that changes nothing."""
        with self._engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self, durable: bool = False) -> Iterator[Connection]:
        """A transaction that ends with the block: committed, or rolled back by an exception.

        Whatever was committed outlives the end of the program. With `durable` it outlives a loss of power too, which SQLite waits for
        the disk for; PostgreSQL always does so.
        """
        with self._engine.connect().execution_options(swarm_writes="FULL" if durable else "NORMAL") as connection, connection.begin():
            yield connection

    def insert_new(self, connection: Connection, table: Table, values: Mapping[str, Any]) -> bool:
        """Insert a row unless one with the same key is there; tells whether it did."""
        return connection.execute(_new(self.dialect, table), dict(values)).first() is not None

    def claim(self, name: str, holder: str = "", seconds: float | None = None) -> bool:
        """Take something that only one may have; tells whether this call got it.

        Args:
            name: what is claimed.
            holder: who claims it; a holder can renew its own claim.
            seconds: how long the claim lasts; for ever when None.
        """
        now = time.time()
        until = now + (seconds if seconds is not None else 1e12)
        with self.writing() as connection:
            if self.insert_new(connection, tables.claims, {"name": name, "holder": holder, "until": until}):
                return True
            claims = tables.claims.c
            free = claims.until < now if not holder else (claims.until < now) | (claims.holder == holder)
            taken = update(tables.claims).where(claims.name == name, free).values(holder=holder, until=until)
            return bool(connection.execute(taken).rowcount)

    def holder(self, name: str) -> str | None:
        """Who has a claim, whether or not it still lasts."""
        with self.reading() as connection:
            return connection.execute(select(tables.claims.c.holder).where(tables.claims.c.name == name)).scalar()

    def renew(self, holder: str, seconds: float) -> None:
        """Prolong all claims that a holder still has; they last so many seconds from now."""
        with self.writing() as connection:
            connection.execute(update(tables.claims).where(tables.claims.c.holder == holder).values(until=time.time() + seconds))

    def release(self, name: str, holder: str) -> None:
        """Give a claim back."""
        with self.writing() as connection:
            connection.execute(_RELEASE, {"name": name, "holder": holder})

    def release_all(self, holder: str) -> None:
        """Give back whatever a holder has."""
        with self.writing() as connection:
            connection.execute(delete(tables.claims).where(tables.claims.c.holder == holder))

    def close(self) -> None:
        """Close the connections."""
        self._engine.dispose()


@cache
def _new(dialect: str, table: Table) -> Insert:
    insert = postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
    return insert.on_conflict_do_nothing().returning(*table.primary_key.columns)


def _sqlite(home: Path) -> Engine:
    home.mkdir(parents=True, exist_ok=True)
    engine = create_engine(f"sqlite:///{home / 'swarm.db'}", connect_args={"timeout": 20})

    @event.listens_for(engine, "connect")
    def _connected(raw: Any, _: object) -> None:
        raw.isolation_level = None  # transactions are begun below, not by the driver
        raw.execute("PRAGMA journal_mode = WAL")

    @event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        writes = connection.get_execution_options().get("swarm_writes")
        if writes:
            connection.exec_driver_sql(f"PRAGMA synchronous = {writes}")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _postgres(url: str) -> Engine:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise SettingsError("DATABASE_URL is no address of a database; use postgresql://user:password@host:5432/name.") from None
    if parsed.get_backend_name() not in ("postgresql", "postgres"):
        raise SettingsError(f"DATABASE_URL names {parsed.get_backend_name()}; PostgreSQL is supported, or none for SQLite in SWARM_HOME.")
    return create_engine(parsed.set(drivername="postgresql+psycopg"), pool_pre_ping=True, pool_size=5, max_overflow=20)


def _create(engine: Engine) -> None:
    with alone(engine), engine.connect().execution_options(swarm_writes="FULL") as connection, connection.begin():
        tables.metadata.create_all(connection)


@contextmanager
def alone(engine: Engine) -> Iterator[None]:
    """One process at a time creates tables. SQLite sees to that by itself.

    The lock is tried again and again instead of waited for: a waiting statement would hold up the building of indexes.
    """
    if engine.dialect.name == "sqlite":
        yield
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        while not connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": SETUP}).scalar():
            time.sleep(0.05)
        try:
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": SETUP})


def unreachable(url: str | None, error: Exception) -> str:
    """What to say about a database that does not answer, without its password."""
    where = make_url(url).render_as_string(hide_password=True) if url else "in SWARM_HOME"
    why = str(getattr(error, "orig", error)).strip().splitlines()[0]
    return f"the database {where} does not answer: {why}. Check DATABASE_URL and that the server runs."
