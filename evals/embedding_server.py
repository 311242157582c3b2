"""A small server of the OpenAI embeddings API, for tests and measurements of the path to an embeddings endpoint."""

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol


class Model(Protocol):
    """What turns texts into vectors, one row each."""

    def embed(self, texts: Sequence[str]) -> Any:
        """An array of shape (texts, dimensions)."""


class EmbeddingServer(ThreadingHTTPServer):
    """Answers `POST /v1/embeddings` for one model; remembers the texts it embedded and the keys it was shown."""

    def __init__(self, model: Model, name: str, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.model, self.name = model, name
        self.texts: list[str] = []
        self.keys: set[str] = set()

    @property
    def url(self) -> str:
        """Its address as clients of the API want it."""
        return f"http://127.0.0.1:{self.server_address[1]}/v1"


class _Handler(BaseHTTPRequestHandler):
    server: EmbeddingServer
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.keys.add(self.headers["Authorization"])
        if request["model"] != self.server.name:
            self._reply(404, {"error": {"message": f"no model {request['model']}"}})
            return
        self.server.texts += request["input"]
        vectors = self.server.model.embed(request["input"]).tolist()
        data = [{"object": "embedding", "index": n, "embedding": vector} for n, vector in enumerate(vectors)]
        usage = {"prompt_tokens": 1, "total_tokens": 1}
        self._reply(200, {"object": "list", "model": request["model"], "data": data[::-1], "usage": usage})

    def _reply(self, status: int, body: object) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def embedding_server(model: Model, name: str = "test-model") -> Iterator[EmbeddingServer]:
    """Run a server until the block ends."""
    server = EmbeddingServer(model, name)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
