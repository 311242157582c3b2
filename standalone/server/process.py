"""The server as a process: takes the home's lock, binds a loopback port, tells its address, serves until SIGTERM."""

import ctypes
import fcntl
import json
import logging
import os
import secrets
import signal
import socket
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

import uvicorn
from fastapi import FastAPI
from sqlalchemy.exc import DBAPIError

from standalone.platform import PlatformError, ServerAddress, address_file, lock_file, read_address
from standalone.server.app import DATABASE_FILE, create_app

logger = logging.getLogger(__name__)

_LOOPBACK = "127.0.0.1"
_PR_SET_DUMPABLE = 4
_LOCK_SECONDS = 0.5  # those who only look whether the lock is free hold it for a moment


def serve(home: Path, port: int = 0, log_level: str = "info") -> None:
    """Serve `home` until SIGTERM or SIGINT; port 0 means the last one, or a free one when that is taken.

    Raises:
        PlatformError: another server serves this home, or the port is in use.
    """
    logging.basicConfig(level=log_level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    _hide_memory()
    os.umask(0o077)
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    with lock_file(home).open("a+b") as lock:
        _take(lock, home)
        last = read_address(home)
        listener = _listen(port, last)
        address = ServerAddress(f"http://{_LOOPBACK}:{listener.getsockname()[1]}", last.token if last else secrets.token_urlsafe(32))
        app = _create_app(home, address.token)
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=5,
            loop="asyncio",
            ws="none",
            http="h11",
            h11_max_incomplete_event_size=2**20,  # so that an endless filter is refused by name, and not as broken HTTP
        )
        _write_address(home, address)
        logger.info("serving %s at %s", home, address.url)
        uvicorn.Server(config).run(sockets=[listener])
        logger.info("stopped")


def _create_app(home: Path, token: str) -> FastAPI:
    try:
        return create_app(home, token, abandon=lambda: os.kill(os.getpid(), signal.SIGTERM))
    except (OSError, DBAPIError) as error:
        reason = error.orig if isinstance(error, DBAPIError) else error
        raise PlatformError(
            f"The data in {home} cannot be used: {reason}. Check {DATABASE_FILE} and the folder's permissions, or choose another home."
        ) from error


def _take(lock: BinaryIO, home: Path) -> None:
    deadline = time.monotonic() + _LOCK_SECONDS
    while not _try_lock(lock):
        if time.monotonic() > deadline:
            raise PlatformError(f"Another server serves {home} already; `python -m standalone status --home {home}` tells where.")
        time.sleep(0.01)
    lock.truncate(0)
    lock.write(str(os.getpid()).encode())
    lock.flush()


def _try_lock(lock: BinaryIO) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _listen(port: int, last: ServerAddress | None) -> socket.socket:
    """A listening socket. The last port is preferred, so that links and clients outlive a restart."""
    if not port and last:
        with suppress(OSError, ValueError):
            return _bind(urlsplit(last.url).port or 0)
    try:
        return _bind(port)
    except OSError as error:
        raise PlatformError(f"Port {port} on {_LOOPBACK} cannot be used: {error.strerror}. Choose another with --port.") from error


def _bind(port: int) -> socket.socket:
    # With the protocol named, asyncio sends small answers at once (TCP_NODELAY) instead of 40 ms later.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((_LOOPBACK, port))
        listener.listen(128)
    except OSError:
        listener.close()
        raise
    return listener


def _write_address(home: Path, address: ServerAddress) -> None:
    draft = address_file(home).with_suffix(".tmp")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(address._asdict(), file)
    draft.replace(address_file(home))


def _hide_memory() -> None:
    """Keep other processes of this user, such as components, from reading this one's memory and environment."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0)
