"""A tiny HTTP server that answers every request as a test says."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Answering:
    """The running server, and what it was asked."""

    url: str
    requests: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    """Method, path with query, headers in lower case."""
    released: threading.Event = field(default_factory=threading.Event)
    """Ends the waiting of slow answers."""


@dataclass(frozen=True)
class Request:
    """One request; headers by their names in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Answer:
    """One answer: `slow` keeps the client waiting until the test is over, `breaks` closes the connection without a word."""

    status: int = 200
    body: str | bytes = "{}"
    headers: dict[str, str] = field(default_factory=dict)
    slow: bool = False
    breaks: bool = False


@contextmanager
def answering(reply: Answer | Callable[[Request], Answer]) -> Iterator[Answering]:
    """Serve one answer, or one that depends on the request."""
    served = Answering("")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            pass

        def _answer(self) -> None:
            given = self.rfile.read(int(self.headers.get("content-length") or 0))
            request = Request(self.command, self.path, {k.lower(): v for k, v in self.headers.items()}, given)
            served.requests.append((request.method, request.path, request.headers))
            answer = reply(request) if callable(reply) else reply
            if answer.slow:
                served.released.wait(20)
            if answer.slow or answer.breaks:
                self.close_connection = True
                return
            body = answer.body.encode() if isinstance(answer.body, str) else answer.body
            self.send_response(answer.status)
            for name, value in {"content-type": "application/json", "content-length": str(len(body)), **answer.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def __getattr__(self, name: str) -> Callable[[], None]:
            if name.startswith("do_"):  # whatever the method
                return self._answer
            raise AttributeError(name)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield served
    finally:
        served.released.set()
        server.shutdown()
        server.server_close()
        thread.join()


def nobody_there() -> str:
    """The address of a port that was free just now."""
    with answering(Answer()) as gone:
        return gone.url
