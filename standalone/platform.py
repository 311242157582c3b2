"""Lifecycle of the pipeline server: one per home, started on demand, found through a lock and an address file."""

import errno
import fcntl
import http.client
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

START_SECONDS = 30.0
STOP_SECONDS = 15.0
_POLL_SECONDS = 0.02
_MAX_LOG_BYTES = 5 * 2**20


class PlatformError(Exception):
    """The platform could not be started or stopped; the message says why and what to do."""


class ServerAddress(NamedTuple):
    """Where a server answers, and the bearer token it demands."""

    url: str
    token: str


def lock_file(home: Path) -> Path:
    """Locked (flock) by the server as long as it lives; holds its process ID."""
    return home / "server.lock"


def address_file(home: Path) -> Path:
    """Written by the server when it answers, readable by its owner only."""
    return home / "server.json"


def log_file(home: Path) -> Path:
    """What a detached server has to say."""
    return home / "logs" / "server.log"


def ensure_server(home: Path) -> ServerAddress:
    """The address of the home's server, which is started, detached, when none is alive.

    Raises:
        PlatformError: it did not come up; the message ends with the tail of its log.
    """
    home = home.expanduser().absolute()
    address = server_status(home)
    if address:
        return address
    try:
        process = _start(home)
    except OSError as error:
        raise PlatformError(f"The pipeline server cannot be started in {home}: {error}. Choose another SWARM_HOME.") from error
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        address = server_status(home)
        if address:
            if process.pid != _pid(home):  # another caller's was faster; this one must not come up when that one is stopped
                process.kill()
                process.wait()
            return address
        if process.poll() not in (None, 0) and not _pid(home):
            break
        time.sleep(_POLL_SECONDS)
    raise PlatformError(f"The pipeline server of {home} did not come up. The end of {log_file(home)}:\n{_log_tail(home)}")


def server_status(home: Path) -> ServerAddress | None:
    """The address of the home's server when it is alive and answers, else None."""
    if _pid(home) is None:
        return None
    address = read_address(home)
    return address if address and _answers(address) else None


def stop_server(home: Path) -> bool:
    """End the home's server; its runs go on. Tells whether there was one.

    Raises:
        PlatformError: it does not end.
    """
    pid = _pid(home)
    if pid is None:
        return False
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while time.monotonic() < deadline:
        if _pid(home) != pid:
            return True
        time.sleep(_POLL_SECONDS)
    raise PlatformError(f"The pipeline server (process {pid}) did not end within {STOP_SECONDS:.0f} s. Look into {log_file(home)}.")


def read_address(home: Path) -> ServerAddress | None:
    """The last address written in this home, whether its server is alive or not."""
    try:
        content = json.loads(address_file(home).read_text(encoding="utf-8"))
        return ServerAddress(str(content["url"]), str(content["token"]))
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def _start(home: Path) -> subprocess.Popen[bytes]:
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    log = log_file(home)
    log.parent.mkdir(exist_ok=True)
    if log.exists() and log.stat().st_size > _MAX_LOG_BYTES:
        log.replace(log.with_suffix(".log.1"))
    with log.open("ab") as output:
        return subprocess.Popen(
            [sys.executable, "-m", "standalone", "serve", "--home", str(home)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            cwd=Path(__file__).parents[1],  # so that this very package is the one that is served
        )


def _pid(home: Path) -> int | None:
    """The process ID of the living server: valid, because only a living one holds the lock."""
    try:
        with lock_file(home).open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except OSError as error:
                if error.errno != errno.EWOULDBLOCK:
                    raise
                return int(file.read() or 0) or None
    except (FileNotFoundError, NotADirectoryError):
        pass
    except OSError as error:
        raise PlatformError(f"The home {home} cannot be used: {error}. Choose another SWARM_HOME.") from error
    return None


def _answers(address: ServerAddress) -> bool:
    # Not urllib: it would send even this through a proxy that the environment names.
    connection = http.client.HTTPConnection(urlsplit(address.url).netloc, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.client.OK
    except (http.client.HTTPException, OSError):
        return False
    finally:
        connection.close()


def _log_tail(home: Path, lines: int = 15) -> str:
    try:
        return "\n".join(log_file(home).read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])
    except FileNotFoundError:
        return "(no log was written)"
