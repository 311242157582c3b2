"""`/v1/chat/completions`: the swarm as a model of the OpenAI API, so that any chat page for such models can talk to it.

What happens on the way streams as `reasoning_content`, which such pages show as thinking. The answer comes whole at its end, because
only then it is certain. Approvals are asked for in the answer and given in words, as in every conversation.
"""

import asyncio
import json
import time
import uuid
from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal

from fastapi import Depends, FastAPI, HTTPException
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from swarm.assistant import Assistant
from swarm.reply import Event, Finished, Reply, StepFinished, StepProgress, StepStarted
from ui.api.errors import shape_errors
from ui.api.events import begun, last
from ui.api.identity import Spoken, session_of
from ui.api.rest import user

MODEL = "mlops-swarm"
QUIET = 15.0
"""Seconds without news after which a stream says that it is alive."""
TYPES = {401: "authentication_error", 404: "not_found_error", 409: "conflict_error", 429: "rate_limit_error"}


class Part(BaseModel):
    """A part of a message."""

    type: str
    text: str = ""


class ChatMessage(BaseModel):
    """A message of the history."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[Part] | None = None

    @property
    def text(self) -> str:
        """What was said.

        Raises:
            HTTPException: there is something else than text in it.
        """
        if not isinstance(self.content, list):
            return self.content or ""
        other = next((part.type for part in self.content if part.type not in ("text", "refusal")), None)
        if other is not None:
            raise HTTPException(400, f"messages of type {other!r} are not understood: send text.")
        return "\n".join(part.text for part in self.content)


class StreamOptions(BaseModel):
    """What else a stream brings."""

    include_usage: bool = False


class Request(BaseModel):
    """A request as chat pages send it; what is not named here (temperature, tools, ...) is left aside."""

    model: str
    messages: list[ChatMessage] = Field(min_length=1, max_length=2000)
    stream: bool | None = False
    stream_options: StreamOptions | None = None
    n: Literal[1] | None = None
    user: str | None = Field(None, max_length=200)
    metadata: dict[str, str] | None = None


def completions(assistant: Assistant) -> FastAPI:
    """The application below `/v1`."""
    app = FastAPI(title="mlops-swarm, as a model", version="1", docs_url=None, redoc_url=None)
    shape_errors(app, _error, unusable_is=400)

    @app.get("/models")
    async def models() -> dict[str, Any]:
        """The one model there is."""
        return {"object": "list", "data": [_model()]}

    @app.get("/models/{name}")
    async def model(name: str) -> dict[str, Any]:
        """The model, if it is that."""
        _check_model(name)
        return _model()

    @app.post("/chat/completions", response_model=None)
    async def chat(request: Request, user: Annotated[str, Depends(user)]) -> dict[str, Any] | StreamingResponse:
        """The reply to the last message of a conversation."""
        _check_model(request.model)
        spoken = [Spoken(m.role, m.text) for m in request.messages if m.role in ("user", "assistant")]
        if not spoken or spoken[-1].role != "user":
            raise HTTPException(400, "the last message has to be one of the user's.")
        named = (request.metadata or {}).get("session")
        session = await session_of(assistant.conversations, spoken[:-1], user, request.user or "", named)
        events = assistant.stream(spoken[-1].text, session, user)
        if not request.stream:
            return _completion(await last(events))
        usage = bool(request.stream_options and request.stream_options.include_usage)
        return StreamingResponse(_chunks(await begun(events), usage), media_type="text/event-stream", headers={"Cache-Control": "no-store"})

    return app


def _completion(reply: Reply) -> dict[str, Any]:
    message = {"role": "assistant", "content": reply.answer, "refusal": None}
    choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
    return {**_head("chat.completion"), "choices": [choice], "usage": _usage(reply)}


async def _chunks(events: AsyncIterator[Event], with_usage: bool) -> AsyncIterator[str]:
    """A turn as chunks of a completion, with a sign of life where nothing happens for long."""
    head = _head("chat.completion.chunk")
    yield _chunk(head, {"role": "assistant", "content": ""})
    pending = asyncio.ensure_future(anext(events, None))
    try:
        while True:
            done, _ = await asyncio.wait([pending], timeout=QUIET)
            if not done:
                yield ": working\n\n"
                continue
            event = pending.result()
            if event is None:
                break
            if isinstance(event, Finished):
                yield _chunk(head, {"content": event.reply.answer})
                yield _chunk(head, {}, "stop")
                if with_usage:
                    yield _data({**head, "choices": [], "usage": _usage(event.reply)})
            elif said := _on_the_way(event):
                yield _chunk(head, {"reasoning_content": f"{said}\n"})
            pending = asyncio.ensure_future(anext(events, None))
    finally:
        pending.cancel()
    yield "data: [DONE]\n\n"


def _on_the_way(event: Event) -> str:
    match event:
        case StepStarted():
            return f"{event.agent}: {event.tool}"
        case StepProgress():
            return event.text
        case StepFinished():
            return f"{event.step.tool}: {event.step.status}"
    return ""


def _chunk(head: dict[str, Any], delta: dict[str, str], finish: str | None = None) -> str:
    return _data({**head, "choices": [{"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}]})


def _data(chunk: dict[str, Any]) -> str:
    return f"data: {json.dumps(chunk, ensure_ascii=False)}\n\n"


def _head(kind: str) -> dict[str, Any]:
    return {"id": f"chatcmpl-{uuid.uuid4().hex}", "object": kind, "created": int(time.time()), "model": MODEL}


def _usage(reply: Reply) -> dict[str, int]:
    asked, answered = reply.usage.prompt_tokens, reply.usage.completion_tokens
    return {"prompt_tokens": asked, "completion_tokens": answered, "total_tokens": asked + answered}


def _model() -> dict[str, Any]:
    return {"id": MODEL, "object": "model", "created": 0, "owned_by": MODEL}


def _check_model(name: str) -> None:
    if name != MODEL:
        raise HTTPException(404, f"there is no model {name!r}; use {MODEL!r}.")


def _error(status: int, text: str) -> dict[str, object]:
    kind = TYPES.get(status, "invalid_request_error" if status < 500 else "server_error")
    return {"error": {"message": text, "type": kind, "param": None, "code": "model_not_found" if "no model" in text else None}}
