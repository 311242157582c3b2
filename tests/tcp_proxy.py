"""A way to a server that counts, breaks or falls silent as a test wants."""

import socket
import struct
import threading
from contextlib import suppress
from types import TracebackType
from typing import Self

CHUNK = 65536


class TcpProxy:
    """Passes bytes on between clients and a port of this machine.

    Attributes:
        up, down: bytes passed on to the server and to clients.
        cut_at: when `up` or `down` has reached so many bytes, connections are reset, each new one as well.
        silent_at: when `up` or `down` has reached so many bytes, nothing is passed on any more.
    """

    def __init__(self, port: int) -> None:
        self._server_port = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.up = self.down = 0
        self.cut_at: int | None = None
        self.silent_at: int | None = None
        self._open: list[socket.socket] = []
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for one in self._open:
            one.close()

    def heal(self) -> None:
        """Break nothing from now on, and count anew."""
        self.cut_at = self.silent_at = None
        self.up = self.down = 0

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                try:
                    server = socket.create_connection(("127.0.0.1", self._server_port))
                except OSError:
                    self._reset(client)
                    continue
                self._open += [client, server]
                for source, target, way in ((client, server, "up"), (server, client, "down")):
                    threading.Thread(target=self._pass_on, args=(source, target, way), daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket, way: str) -> None:
        with suppress(OSError):
            while data := source.recv(CHUNK):
                with self._lock:
                    setattr(self, way, getattr(self, way) + len(data))
                    passed = max(self.up, self.down)
                if self.cut_at is not None and passed >= self.cut_at:
                    break
                if self.silent_at is not None and passed >= self.silent_at:
                    continue
                target.sendall(data)
            else:
                target.shutdown(socket.SHUT_WR)
                return
        self._reset(source)
        self._reset(target)

    @staticmethod
    def _reset(connection: socket.socket) -> None:
        """Close with a reset instead of a goodbye."""
        with suppress(OSError):
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.shutdown(socket.SHUT_RDWR)
        connection.close()
