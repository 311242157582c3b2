"""A PostgreSQL server of one's own: Debian's programs on a free port, its files in a temporary folder."""

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

MISSING = "PostgreSQL is not installed: run `make servers`"


@dataclass(frozen=True)
class PostgresServer:
    """A running server."""

    port: int
    stop: list[str]
    start: list[str]

    def database(self) -> str:
        """The address of a new, empty database."""
        name = f"swarm_{uuid.uuid4().hex[:12]}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        return self.url(name)

    def url(self, name: str) -> str:
        return f"postgresql://swarm:pg-pass-7f31c2@127.0.0.1:{self.port}/{name}"

    def restart(self) -> None:
        subprocess.run(self.stop, check=True, capture_output=True)
        subprocess.run(self.start, check=True, capture_output=True)


def _programs() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: float(p.parts[-3]))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).parent if on_path else None


def _other_user() -> list[str]:
    """PostgreSQL refuses to run as root: another user for that case."""
    if os.getuid() != 0:
        return []
    names = {entry.pw_name for entry in pwd.getpwall()}
    user = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
    return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups", "--"]


@contextlib.contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """Start a server and stop it in the end. Where it is not installed: fails in CI, skips elsewhere."""
    programs = _programs()
    if programs is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(MISSING)
    prefix = _other_user()
    folder = Path(tempfile.mkdtemp(prefix="swarm-pg-", dir="/tmp"))
    password = folder / "password"
    password.write_text("pg-pass-7f31c2")
    if prefix:
        for path in (folder, password):
            os.chown(path, int(prefix[1].partition("=")[2]), int(prefix[2].partition("=")[2]))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data = str(folder / "data")
    options = f"-p {port} -c listen_addresses=127.0.0.1 -k {folder} -c fsync=off -c full_page_writes=off -c shared_buffers=32MB"
    control = [*prefix, str(programs / "pg_ctl"), "-D", data, "-w", "-t", "60"]
    start = [*control, "-o", options, "-l", str(folder / "log"), "start"]
    stop = [*control, "-m", "immediate", "stop"]
    try:
        initdb = [str(programs / "initdb"), "-D", data, "-U", "swarm", "-A", "scram-sha-256", f"--pwfile={password}", "-E", "UTF8", "-N"]
        subprocess.run([*prefix, *initdb], check=True, capture_output=True, cwd=folder)
        subprocess.run(start, check=True, capture_output=True, cwd=folder)
        try:
            yield PostgresServer(port, stop, start)
        finally:
            subprocess.run(stop, check=False, capture_output=True, cwd=folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
