"""A language model by script: an OpenAI-compatible HTTP server whose replies a test writes down.

Requests are checked against the `openai` package's own request types and replies are made of its response types, so that what passes
here is what a real endpoint sees and sends.
"""

import json
import re
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

from openai.types import CompletionUsage
from openai.types.chat import ChatCompletion, ChatCompletionChunk, ChatCompletionMessageParam, ChatCompletionToolUnionParam
from pydantic import TypeAdapter

_MESSAGES = TypeAdapter(list[ChatCompletionMessageParam])
_TOOLS = TypeAdapter(list[ChatCompletionToolUnionParam])


@dataclass(frozen=True)
class Says:
    """A reply of plain text; `finish` is the reason for its end. It is streamed in words, or in pieces of so many characters."""

    text: str
    finish: Literal["stop", "length"] = "stop"
    pieces: int = 0


@dataclass(frozen=True)
class Calls:
    """A reply that calls tools: pairs of name and arguments (or raw text in place of the arguments)."""

    calls: list[tuple[str, dict[str, Any] | str]]


@dataclass(frozen=True)
class Fails:
    """An HTTP error."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Cut:
    """A reply whose connection breaks in the middle of the stream."""

    reply: Says | Calls


@dataclass(frozen=True)
class Raw:
    """A body as it stands, whatever it is."""

    body: str


@dataclass(frozen=True)
class Late:
    """A reply that comes after some seconds, or earlier when the script is over."""

    seconds: float
    reply: Says | Calls


Reply = Says | Calls | Fails | Cut | Raw | Late
Script = Iterable[Reply | Callable[[dict[str, Any]], Reply]]


@dataclass
class ScriptedModel:
    """The running server: where it answers, and what it was asked."""

    url: str
    requests: list[dict[str, Any]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def tools(self, index: int) -> list[str]:
        """Names of the tools in a request."""
        return [t["function"]["name"] for t in self.requests[index].get("tools", [])]


@contextmanager
def scripted_model(script: Script) -> Iterator[ScriptedModel]:
    """Serve a script; fails afterwards when a request did not fit the OpenAI types or the script ran out."""
    replies = iter(script)
    over = threading.Event()
    lock = threading.Lock()
    model = ScriptedModel("")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            pass

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            with lock:
                model.requests.append(body)
                try:
                    _MESSAGES.validate_python(body["messages"])
                    _TOOLS.validate_python(body.get("tools", []))
                except ValueError as error:
                    model.problems.append(str(error))
                step = next(replies, None)
                number = len(model.requests)
            if step is None:
                model.problems.append(f"the script has no reply for request {number}")
                step = Says("(the script is over)")
            reply = step(body) if callable(step) else step
            self._answer(reply, body, number)

        def _answer(self, reply: Reply, body: dict[str, Any], number: int) -> None:
            if isinstance(reply, Late):
                over.wait(reply.seconds)
                reply = reply.reply
            if isinstance(reply, Raw):
                self._send(200, "text/event-stream" if body.get("stream") else "application/json", reply.body.encode(), {})
            elif isinstance(reply, Cut):
                parts = [f"data: {chunk.model_dump_json(exclude_none=True)}\n\n" for chunk in _chunks(reply.reply, number)]
                self._send(200, "text/event-stream", "".join(parts[: len(parts) // 2]).encode(), {"content-length": "1000000"})
                self.close_connection = True
            elif isinstance(reply, Fails):
                self._send(reply.status, "application/json", b'{"error": {"message": "scripted failure", "type": "x"}}', reply.headers)
            elif body.get("stream"):
                lines = "".join(f"data: {chunk.model_dump_json(exclude_none=True)}\n\n" for chunk in _chunks(reply, number))
                self._send(200, "text/event-stream", f"{lines}data: [DONE]\n\n".encode(), {})
            else:
                self._send(200, "application/json", _completion(reply, number).model_dump_json(exclude_none=True).encode(), {})

        def _send(self, status: int, kind: str, data: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in {"content-type": kind, "content-length": str(len(data)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

    server = _Server(("127.0.0.1", 0), Handler)
    model.url = f"http://127.0.0.1:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield model
    finally:
        over.set()
        server.shutdown()
        thread.join()
    assert not model.problems, model.problems


class _Server(ThreadingHTTPServer):
    """Whose clients may hang up as they like."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nobody is told."""


USAGE = CompletionUsage(prompt_tokens=100, completion_tokens=10, total_tokens=110)


def _tool_calls(reply: Calls, number: int) -> list[dict[str, Any]]:
    return [
        {
            "index": i,
            "id": f"call_{number}_{i}",
            "type": "function",
            "function": {"name": name, "arguments": args if isinstance(args, str) else json.dumps(args)},
        }
        for i, (name, args) in enumerate(reply.calls)
    ]


def _completion(reply: Says | Calls, number: int) -> ChatCompletion:
    message: dict[str, Any] = {"role": "assistant", "content": reply.text if isinstance(reply, Says) else None}
    if isinstance(reply, Calls):
        message["tool_calls"] = _tool_calls(reply, number)
    finish = reply.finish if isinstance(reply, Says) else "tool_calls"
    choice = {"index": 0, "message": message, "finish_reason": finish}
    base = {"id": f"c{number}", "created": 0, "model": "scripted", "object": "chat.completion", "choices": [choice], "usage": USAGE}
    return ChatCompletion.model_validate(base)


def _chunks(reply: Says | Calls, number: int) -> Iterator[ChatCompletionChunk]:
    if isinstance(reply, Says):
        text, size = reply.text, reply.pieces
        pieces = [text[i : i + size] for i in range(0, len(text), size)] if size else re.findall(r"^[^ ]*| [^ ]*", text)
        deltas: list[dict[str, Any]] = [{"content": piece} for piece in pieces]
        finish = str(reply.finish)
    else:
        deltas = [{"tool_calls": [call]} for call in _tool_calls(reply, number)]
        finish = "tool_calls"
    for delta in [{"role": "assistant", "content": ""}, *deltas]:
        yield _chunk(number, [{"index": 0, "delta": delta, "finish_reason": None}])
    yield _chunk(number, [{"index": 0, "delta": {}, "finish_reason": finish}])
    yield _chunk(number, [], USAGE)


def _chunk(number: int, choices: list[dict[str, Any]], usage: CompletionUsage | None = None) -> ChatCompletionChunk:
    base = {"id": f"c{number}", "created": 0, "model": "scripted", "object": "chat.completion.chunk", "choices": choices, "usage": usage}
    return ChatCompletionChunk.model_validate(base)
