"""A language model on tape: an OpenAI-compatible server that records what a real endpoint answers, and later answers the same without it.

A reply is found by the fingerprint of its request. What differs from run to run (ids, times, durations, generated names, temporary folders)
is no part of the fingerprint; where a recorded reply repeats such a thing, the replayed one repeats that of its own request.
"""

import hashlib
import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Literal

import httpx
from pydantic import BaseModel, ValidationError

from evals.errors import EvalError

_PASSING = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"  # ids
    r"|(?<=-)\d{4}-\d{9}"  # the end of generated run names
    r"|\bcall_\w+|\brun--[\w-]+"  # ids of calls and messages
    r"|\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|\+00:00| UTC)?"  # times
    r"|\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) \d{4}-\d\d-\d\d"
    r"|\d+(?:\.\d+)? ?(?:ms|s|min|h|d)\b(?: ago)?"  # durations
    r"|/tmp/[\w.-]+"
)
_VOLATILE = ("stream", "stream_options", "user", "seed", "model")
PATIENCE = 300.0
"""Seconds to wait for the recorded model's answer."""
Mode = Literal["record", "replay"]


class Reply(BaseModel):
    """What an endpoint answered to one request; the n-th passing thing of the request, from 0, stands in it as n between NULs."""

    fingerprint: str
    status: int
    body: str


class Tape:
    """The replies of a file, in the order in which they were recorded."""

    def __init__(self, file: Path, mode: Mode) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._replies: dict[str, list[Reply]] = {}
        self._taken: dict[str, int] = {}
        if mode == "record":
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text("", encoding="utf-8")
        else:
            self._read()

    def add(self, request: dict[str, Any], status: int, body: str) -> None:
        """Keep a reply."""
        mark, passing = fingerprint(request)
        reply = Reply(fingerprint=mark, status=status, body=_templated(body, passing))
        with self._lock, self._file.open("a", encoding="utf-8") as file:
            file.write(reply.model_dump_json() + "\n")

    def find(self, request: dict[str, Any]) -> Reply | None:
        """The reply to a request; the same request again gets the next one that was recorded for it, and the last one ever after."""
        mark, passing = fingerprint(request)
        with self._lock:
            known = self._replies.get(mark, [])
            number = self._taken.get(mark, 0)
            self._taken[mark] = number + 1
        if not known:
            return None
        reply = known[min(number, len(known) - 1)]
        return reply.model_copy(update={"body": _filled(reply.body, passing)})

    def _read(self) -> None:
        try:
            lines = self._file.read_text(encoding="utf-8").splitlines()
            for line in lines:
                reply = Reply.model_validate_json(line)
                self._replies.setdefault(reply.fingerprint, []).append(reply)
        except (OSError, ValidationError) as error:
            raise EvalError(f"{self._file} is no recording: {error}") from error


def fingerprint(request: dict[str, Any]) -> tuple[str, list[str]]:
    """What tells a request from others, and the passing things in it, in order, each once."""
    text = json.dumps({k: v for k, v in request.items() if k not in _VOLATILE}, sort_keys=True, ensure_ascii=False)
    passing = list(dict.fromkeys(_PASSING.findall(text)))
    return hashlib.sha256(_PASSING.sub("\0", text).encode()).hexdigest(), passing


def _templated(body: str, passing: list[str]) -> str:
    for number, thing in sorted(enumerate(passing), key=lambda one: -len(one[1])):
        body = body.replace(thing, f"\0{number}\0")
    return body


def _filled(body: str, passing: list[str]) -> str:
    return re.sub("\0(\\d+)\0", lambda m: passing[int(m.group(1))] if int(m.group(1)) < len(passing) else "", body)


@contextmanager
def taped(file: Path, mode: Mode, upstream: str = "", key: str = "") -> Iterator[str]:
    """The address of a model endpoint that records from `upstream`, or replays what was recorded.

    Raises:
        EvalError: there is nothing to record from, or the file is no recording.
    """
    if mode == "record" and not upstream:
        raise EvalError("there is no model to record: set OPENAI_BASE_URL.")
    tape = Tape(file, mode)

    def answer(request: dict[str, Any], path: str) -> tuple[int, str]:
        if mode == "record":
            whole = {name: value for name, value in request.items() if name not in ("stream", "stream_options")}
            headers = {"authorization": f"Bearer {key}"} if key else {}
            try:
                came = httpx.post(f"{upstream.rstrip('/')}/{path.split('/v1/', 1)[-1]}", json=whole, headers=headers, timeout=PATIENCE)
            except httpx.HTTPError as error:
                return 502, json.dumps({"error": {"message": f"{upstream} does not answer: {error}", "type": "upstream"}})
            tape.add(request, came.status_code, came.text)
            return came.status_code, came.text
        reply = tape.find(request)
        if reply is not None:
            return reply.status, reply.body
        message = f"the recording {file.name} has no reply to this request; record it anew."
        return 400, json.dumps({"error": {"message": message, "type": "not_recorded"}})

    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(answer))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        thread.join()


def _handler(answer: Callable[[dict[str, Any], str], tuple[int, str]]) -> type[BaseHTTPRequestHandler]:
    """A handler that answers each request by a function of its body and path, as a stream where one is asked for."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            """Nothing is logged."""

        def do_POST(self) -> None:
            """Answer one request."""
            request = json.loads(self.rfile.read(int(self.headers["content-length"])))
            status, body = answer(request, self.path)
            streamed = status == 200 and request.get("stream")
            data = (_as_stream(json.loads(body)) if streamed else body).encode()
            self.send_response(status)
            self.send_header("content-type", "text/event-stream" if streamed else "application/json")
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

    return Handler


def _as_stream(completion: dict[str, Any]) -> str:
    """A completion as the events of a stream: the message, its end, the usage."""
    head = {"id": completion.get("id", ""), "object": "chat.completion.chunk", "created": 0, "model": completion.get("model", "")}
    choice = completion["choices"][0]
    message = choice["message"]
    calls = [{"index": number, **call} for number, call in enumerate(message.get("tool_calls") or [])]
    delta = {"role": "assistant", "content": message.get("content"), **({"tool_calls": calls} if calls else {})}
    chunks = [
        {**head, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]},
        {**head, "choices": [{"index": 0, "delta": {}, "finish_reason": choice.get("finish_reason")}]},
        {**head, "choices": [], "usage": completion.get("usage")},
    ]
    return "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks) + "data: [DONE]\n\n"
