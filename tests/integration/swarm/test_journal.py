"""Calls that change something stand in the audit log, also those whose program was killed in the middle. On SQLite and PostgreSQL."""

import asyncio
import subprocess
import sys
from pathlib import Path

from swarm import audit
from swarm.audit import AuditLog
from swarm.journal import Journal, begun
from swarm.store import Store
from swarm.turnlocks import TurnLocks
from tools.result import ToolResult

KEY = b"key"
WRITER = """
import asyncio, sys
from pathlib import Path
from swarm.audit import AuditLog, Entry
from swarm.journal import Journal, begun
from swarm.store import Store
from swarm.turnlocks import TurnLocks

def never():
    print("under way", flush=True)
    sys.stdin.read()  # until the test kills it

async def write(home, url):
    store = Store.open(home, url)
    async with TurnLocks.open(store, home) as locks:
        call = {"session": "s", "tool": "create_bucket", "args": {"bucket": "b"}, "effect": "write"}
        note = Entry(user="ann", approval="approved", approved_by="ben", **call)
        journal = Journal(store, AuditLog(store, b"key"), locks.name)
        journal.once(begun("call-1", agent="minio", **call), note, never)

asyncio.run(write(Path(sys.argv[1]), sys.argv[2] or None))
"""


async def test_a_call_whose_process_was_killed_is_audited_once_as_unknown(store: Store, tmp_path: Path, database_url: str | None) -> None:
    log = AuditLog(store, KEY)
    command = [sys.executable, "-c", WRITER, str(tmp_path), database_url or ""]
    child = await asyncio.create_subprocess_exec(*command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert child.stdout is not None
    assert await child.stdout.readline() == b"under way\n"
    async with TurnLocks.open(store, tmp_path) as locks:
        Journal(store, log, locks.name).lost()
        assert log.entries(session="s") == []
    child.kill()
    await child.wait()
    async with TurnLocks.open(store, tmp_path) as one, TurnLocks.open(store, tmp_path) as other:
        for locks in (one, other, one):
            Journal(store, log, locks.name).lost()
        entry = log.entries(session="s")[0]
        assert (entry.tool, entry.args, entry.approved_by, entry.status) == ("create_bucket", {"bucket": "b"}, "ben", "unknown")
        again = Journal(store, log, one.name).once(begun("call-1", "s", "minio", "create_bucket", {}, "write"), entry, _unwanted)
        assert again.status == "error"
        assert "may or may not have happened" in again.content
    assert log.verify() == (1, None)


async def test_a_call_and_its_audit_entry_are_written_together(store: Store, tmp_path: Path) -> None:
    log = AuditLog(store, KEY)
    note = audit.Entry(user="ann", session="t", tool="create_bucket", effect="write")
    async with TurnLocks.open(store, tmp_path) as locks:
        journal = Journal(store, log, locks.name)
        for _ in range(2):
            call = begun("call-2", "t", "minio", "create_bucket", {}, "write")
            assert journal.once(call, note, lambda: ToolResult(content="made")).content == "made"
    async with TurnLocks.open(store, tmp_path) as locks:
        Journal(store, log, locks.name).lost()
    assert [(e.tool, e.status) for e in log.entries(session="t")] == [("create_bucket", "ok")]


def _unwanted() -> ToolResult:
    raise AssertionError("made a second time")
