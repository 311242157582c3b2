"""`swarm ui`: the web page's server, from settings to the last request."""

import asyncio
import logging
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address

import uvicorn

from swarm.assistant import Assistant
from swarm.errors import SwarmError
from swarm.settings import Settings
from ui.outcome import loading
from ui.web.guard import LOOPBACK
from ui.web.signin import sign_in_of
from ui.web.stubs import leave_out, leave_out_stubs

FAREWELL = 1
"""Seconds that open requests get when the server ends."""


async def serve(settings: Settings) -> int:
    """Serve the page until the process is asked to end; the exit code.

    Raises:
        SettingsError: the address is open to others and nobody has to sign in, or SWARM_AUTH has no known form.
        SwarmError: the address cannot be listened on.
    """
    host = settings.swarm.host
    sign_in = sign_in_of(settings.swarm, is_loopback(host))
    with listen(host, settings.swarm.port) as listener:
        async with Assistant.open(settings.served_at(address(listener))) as assistant:
            leave_out_stubs()
            with loading(), leave_out("mcp"):
                from ui.web.app import open_app

            async with open_app(settings, assistant, sign_in) as app:
                config = uvicorn.Config(app, log_level="error", access_log=False, timeout_graceful_shutdown=FAREWELL, server_header=False)
                server = Server(config, address(listener))
                for number in (signal.SIGINT, signal.SIGTERM):
                    asyncio.get_running_loop().add_signal_handler(number, server.end)
                await server.serve(sockets=[listener])
    return 0


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches the address."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host in LOOPBACK


@contextmanager
def listen(host: str, port: int) -> Iterator[socket.socket]:
    """A listening socket; port 0 is any free one.

    Raises:
        SwarmError: the port is taken, or the address is not one of this machine.
    """
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise SwarmError(f"cannot listen on {host}: {error.strerror or error}. Check SWARM_HOST or --host.") from error
    with listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(place)
            listener.listen(128)
        except OSError as error:
            hint = "Choose another with --port (0 picks a free one), or end the program that uses it."
            raise SwarmError(f"cannot listen on {host} port {port}: {error.strerror}. {hint}") from error
        yield listener


def address(listener: socket.socket) -> str:
    """What to type into a browser on this machine."""
    host, port = listener.getsockname()[:2]
    if ip_address(host).is_unspecified:
        host = "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class Server(uvicorn.Server):
    """uvicorn that says where it is, and leaves signals to `serve`: raising them again would cut the cleaning up short."""

    def __init__(self, config: uvicorn.Config, where: str) -> None:
        super().__init__(config)
        self._where = where

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then tell."""
        await super().startup(sockets)
        print(f"mlops-swarm is at {self._where}", flush=True)  # noqa: T201 - the command's output

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield

    def end(self) -> None:
        """Finish open requests and stop; at once when asked twice."""
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)  # pages keep a stream open, which has to be cut off
        self.force_exit = self.should_exit
        self.should_exit = True
