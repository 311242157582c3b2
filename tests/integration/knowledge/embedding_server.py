"""A server of the OpenAI embeddings API for tests, on WordLlama's vectors."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from knowledge.embeddings import WordLlamaEmbedding


class EmbeddingServer(ThreadingHTTPServer):
    """Answers `POST /v1/embeddings`; counts the texts it embedded and remembers the keys it was shown."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.embedding = WordLlamaEmbedding()
        self.texts: list[str] = []
        self.keys: set[str] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"


class _Handler(BaseHTTPRequestHandler):
    server: EmbeddingServer

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.keys.add(self.headers["Authorization"])
        if request["model"] != "test-model":
            self._reply(404, {"error": {"message": f"no model {request['model']}"}})
            return
        self.server.texts += request["input"]
        vectors = self.server.embedding.embed(request["input"]).tolist()
        data = [{"object": "embedding", "index": n, "embedding": vector} for n, vector in enumerate(vectors)]
        self._reply(
            200, {"object": "list", "model": request["model"], "data": data[::-1], "usage": {"prompt_tokens": 1, "total_tokens": 1}}
        )

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
def embedding_server() -> Iterator[EmbeddingServer]:
    """Run a server until the block ends."""
    server = EmbeddingServer()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
