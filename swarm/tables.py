"""The tables of the store: what a conversation keeps beside its checkpoints. Times are seconds since 1970, UTC."""

import re
from typing import Any

from sqlalchemy import DDL, JSON, Boolean, Column, Float, Integer, MetaData, String, Table, Text, UniqueConstraint, event

metadata = MetaData()

conversations = Table(
    "swarm_conversations",
    metadata,
    Column("session", String, primary_key=True),
    Column("owner", String, nullable=False, index=True),
    Column("title", String, nullable=False),
    Column("created", Float, nullable=False),
    Column("updated", Float, nullable=False, index=True),
)
members = Table(
    "swarm_members",
    metadata,
    Column("session", String, primary_key=True),
    Column("member", String, primary_key=True),
)
messages = Table(
    "swarm_messages",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("session", String, nullable=False, index=True),
    Column("at", Float, nullable=False),
    Column("role", String, nullable=False),
    Column("user", String, nullable=False),
    Column("text", Text, nullable=False),
    Column("words", Text, nullable=False),
)
turns = Table(
    "swarm_turns",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("session", String, nullable=False, index=True),
    Column("user", String, nullable=False, index=True),
    Column("at", Float, nullable=False),
    Column("status", String, nullable=False),
    Column("model_calls", Integer, nullable=False),
    Column("prompt_tokens", Integer, nullable=False),
    Column("completion_tokens", Integer, nullable=False),
)
feedback = Table(
    "swarm_feedback",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("session", String, nullable=False, index=True),
    Column("turn", Integer, nullable=False),
    Column("user", String, nullable=False),
    Column("at", Float, nullable=False),
    Column("good", Boolean, nullable=False),
    Column("comment", Text, nullable=False),
    UniqueConstraint("session", "turn", "user"),
)
notes = Table(
    "swarm_notes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("user", String, nullable=False, index=True),
    Column("at", Float, nullable=False),
    Column("text", Text, nullable=False),
)
watches = Table(
    "swarm_watches",
    metadata,
    Column("id", String, primary_key=True),
    Column("session", String, nullable=False, index=True),
    Column("user", String, nullable=False, index=True),
    Column("run", String, nullable=False),
    Column("name", String, nullable=False),
    Column("at", Float, nullable=False),
)
notices = Table(
    "swarm_notices",
    metadata,
    Column("id", String, primary_key=True),
    Column("session", String, nullable=False, index=True),
    Column("user", String, nullable=False),
    Column("at", Float, nullable=False),
    Column("text", Text, nullable=False),
    Column("about", JSON, nullable=False),
    Column("delivered", Float),
    Column("leased", Float, nullable=False),
)
secrets = Table(
    "swarm_secrets",
    metadata,
    Column("session", String, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("digest", String, nullable=False),
    Column("sealed", Text, nullable=False),
    UniqueConstraint("session", "digest"),
)
claims = Table(
    "swarm_claims",
    metadata,
    Column("name", String, primary_key=True),
    Column("holder", String, nullable=False),
    Column("until", Float, nullable=False),
)
calls = Table(
    "swarm_calls",
    metadata,
    Column("id", String, primary_key=True),
    Column("session", String, nullable=False, index=True),
    Column("agent", String, nullable=False),
    Column("tool", String, nullable=False),
    Column("args", JSON, nullable=False),
    Column("effect", String, nullable=False),
    Column("begun", Float, nullable=False),
    Column("result", JSON(none_as_null=True)),
    Column("told", Boolean, nullable=False, default=False),
)
unaudited = Table(
    "swarm_unaudited",
    metadata,
    Column("id", String, primary_key=True),
    Column("holder", String, nullable=False),
    Column("entry", Text, nullable=False),
)
"""What the audit log is to say of a call that runs, should the process that makes it not come to it."""
audit = Table(
    "swarm_audit",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("entry", Text, nullable=False),
    Column("hash", String, nullable=False),
)
audit_head = Table(
    "swarm_audit_head",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("number", Integer, nullable=False),
    Column("seal", String, nullable=False),
)
"""One row: the number of the last entry of the audit log, sealed."""

OF_A_SESSION: tuple[Table, ...] = (members, messages, turns, feedback, watches, notices, secrets, calls, conversations)
"""What goes when a conversation is deleted. The audit log stays."""


def message_row(session: str, role: str, user: str, said: str, at: float) -> dict[str, Any]:
    """A row of `messages`: what was said, by whom, and its words for the search."""
    return {"session": session, "at": at, "role": role, "user": user, "text": said, "words": normal_words(said)}


def normal_words(said: str) -> str:
    """The words of a text as they are searched: lower case, without signs, names in their parts."""
    return " ".join(re.findall(r"[^\W_]+", said.lower()))


def _on(dialect: str, table: Table, statement: str) -> None:
    ddl = DDL(statement.replace("%", "%%"))  # type: ignore[no-untyped-call]
    event.listen(table, "after_create", ddl.execute_if(dialect=dialect))


_on("sqlite", messages, "CREATE VIRTUAL TABLE swarm_search USING fts5(words, content='swarm_messages', content_rowid='id')")
_on(
    "sqlite",
    messages,
    "CREATE TRIGGER swarm_search_add AFTER INSERT ON swarm_messages BEGIN"
    " INSERT INTO swarm_search(rowid, words) VALUES (new.id, new.words); END",
)
_on(
    "sqlite",
    messages,
    "CREATE TRIGGER swarm_search_remove AFTER DELETE ON swarm_messages BEGIN"
    " INSERT INTO swarm_search(swarm_search, rowid, words) VALUES ('delete', old.id, old.words); END",
)
_on("postgresql", messages, "CREATE INDEX swarm_search ON swarm_messages USING gin (to_tsvector('simple', words))")

for _change in ("UPDATE", "DELETE"):
    _on(
        "sqlite",
        audit,
        f"CREATE TRIGGER swarm_audit_no_{_change.lower()} BEFORE {_change} ON swarm_audit BEGIN"
        " SELECT RAISE(ABORT, 'the audit log is append-only'); END",
    )
_on(
    "postgresql",
    audit,
    "CREATE OR REPLACE FUNCTION swarm_append_only() RETURNS trigger LANGUAGE plpgsql AS"
    " $$ BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$",
)
_on(
    "postgresql",
    audit,
    "CREATE TRIGGER swarm_audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON swarm_audit"
    " FOR EACH STATEMENT EXECUTE FUNCTION swarm_append_only()",
)
