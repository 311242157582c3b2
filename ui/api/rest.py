"""The assistant over REST: conversations, messages with their events, decisions, and the tools that only read."""

from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, FastAPI, Header, HTTPException, Path, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, StreamingResponse
from pydantic import BaseModel, Field

from swarm.approvals import Decision, Verdict
from swarm.archive import Summary
from swarm.assistant import MAX_MESSAGE, Assistant
from swarm.reply import Approval, Event, Reply
from swarm.specialist import plain_schema
from tools.result import Effect, ToolResult
from tools.speaker import speaking
from ui.api.errors import shape_errors
from ui.api.events import begun, last
from ui.api.page import page

Session = Annotated[str, Path(min_length=1, max_length=200, pattern=r"^[\w.:@-]+$", description="The conversation's id; you choose it.")]
STREAM = "text/event-stream"
REFUSALS: dict[int | str, dict[str, Any]] = {
    status: {"description": text}
    for status, text in {
        400: "The message cannot be taken.",
        401: "Not signed in.",
        404: "No such conversation of yours.",
        409: "No such approval, or it may not be decided like this.",
        429: "Too many messages in a minute.",
    }.items()
}


class Message(BaseModel):
    """Something said."""

    message: str = Field(max_length=MAX_MESSAGE, description="In plain words.")


class Judgement(BaseModel):
    """A decision on a call that waits."""

    decision: Verdict
    approval_id: str | None = Field(None, description="Which approval; the only one by default.")
    arguments: dict[str, Any] | None = Field(None, description="With `edit`: the arguments to change.")


class Title(BaseModel):
    """A conversation's title."""

    title: str = Field(min_length=1, max_length=200)


class Spoken(BaseModel):
    """A message and the reply to it; none while it waits or when it was cut short."""

    message: str
    reply: Reply | None


class ToolInfo(BaseModel):
    """A tool."""

    name: str
    agent: str
    effect: Effect
    description: str
    parameters: dict[str, Any]


def rest(assistant: Assistant) -> FastAPI:
    """The application below `/api`."""
    app = FastAPI(
        title="mlops-swarm",
        version="1",
        description="Conversations with the swarm. A turn answers as one JSON reply or, with `Accept: text/event-stream`, as its events.",
        docs_url=None,
        redoc_url=None,
    )
    shape_errors(app, lambda status, text: {"detail": text})
    app.include_router(_conversations(assistant))
    app.include_router(_tools(assistant))

    @app.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return HTMLResponse(page(app.openapi()))

    return app


def user(request: Request) -> str:
    """Who has signed in."""
    return str(request.scope["swarm_user"])


User = Annotated[str, Depends(user)]
Accept = Annotated[str, Header(description="`text/event-stream` for the events as they happen.")]


def _conversations(assistant: Assistant) -> APIRouter:
    router = APIRouter(prefix="/conversations", tags=["conversations"], responses=REFUSALS)
    archive = assistant.conversations

    @router.get("")
    async def conversations(user: User, limit: Annotated[int, Field(ge=1, le=500)] = 50) -> list[Summary]:
        """Your conversations, the one used last first."""
        return await archive.recent(user, limit)

    @router.get("/{session}")
    async def turns(session: Session, user: User) -> list[Spoken]:
        """All that was said, oldest first."""
        await archive.summary(session, user)
        return [Spoken(message=said, reply=reply) for said, reply in await assistant.turns(session, user)]

    @router.patch("/{session}", status_code=204)
    async def rename(session: Session, title: Title, user: User) -> None:
        """Give it another title."""
        await archive.rename(session, title.title, user)

    @router.delete("/{session}", status_code=204)
    async def delete(session: Session, user: User) -> None:
        """Delete it for good; the audit log keeps what was done."""
        await archive.delete(session, user)

    @router.get("/{session}/export", response_class=PlainTextResponse)
    async def export(session: Session, user: User, form: Literal["markdown", "json"] = "markdown") -> str:
        """The whole conversation as one text."""
        return await archive.export(session, form, user)

    @router.get("/{session}/approvals")
    async def approvals(session: Session, user: User) -> list[Approval]:
        """What waits for a decision."""
        return await assistant.pending(session, user)

    @router.post("/{session}/messages", response_model=Reply)
    async def say(session: Session, said: Message, user: User, accept: Accept = "") -> Any:
        """Say something; a conversation begins with its first message. Ending the request ends the turn."""
        return await _answered(assistant.stream(said.message, session, user), accept)

    @router.post("/{session}/decision", response_model=Reply)
    async def decide(session: Session, made: Judgement, user: User, accept: Accept = "") -> Any:
        """Decide on what waits, and go on with the turn."""
        return await _answered(assistant.stream_decision(session, made.decision, made.arguments, made.approval_id, user), accept)

    return router


def _tools(assistant: Assistant) -> APIRouter:
    router = APIRouter(prefix="/tools", tags=["tools"], responses={401: REFUSALS[401]})

    @router.get("")
    async def tools(user: User) -> list[ToolInfo]:
        """The tools that your role may use."""
        return [
            ToolInfo(name=t.name, agent=a.name, effect=t.effect, description=t.summary, parameters=plain_schema(t))
            for a, t in assistant.tools_of(user).tools
        ]

    @router.post("/{name}", responses={403: {"description": "It changes something."}, 404: {"description": "No such tool."}})
    async def call(name: str, arguments: dict[str, Any], user: User) -> ToolResult:
        """The result of a tool that only reads, by its arguments. What changes something is asked for in a conversation."""
        effect = next((tool.effect for _, tool in assistant.tools_of(user).tools if tool.name == name), None)
        if effect is None:
            raise HTTPException(404, f"there is no tool {name!r} for you; GET /api/tools lists them.")
        if effect != "read":
            raise HTTPException(403, f"`{name}` changes something: ask for it in a conversation, where it can be approved.")
        with speaking(assistant.apart(user)):
            return await assistant.tools_of(user).call(name, arguments, _nobody)

    return router


async def _nobody(approval: Approval) -> Decision:
    return Decision(decision="forbidden")


async def _answered(events: AsyncIterator[Event], accept: str) -> Reply | StreamingResponse:
    """A turn as its reply, or as server-sent events: each is named by its type, its data are the event as JSON."""
    if STREAM not in accept:
        return await last(events)
    taken = await begun(events)

    async def lines() -> AsyncIterator[str]:
        async for event in taken:
            yield f"event: {event.type}\ndata: {event.model_dump_json()}\n\n"

    return StreamingResponse(lines(), media_type=STREAM, headers={"Cache-Control": "no-store"})
