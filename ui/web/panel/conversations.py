"""The list of conversations: found, renamed, kept as a file, deleted."""

from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, Response

from swarm.archive import Conversations
from swarm.errors import AccessError, MessageError
from tools.markdown import when
from ui.web.panel.rendering import page

FORMS: dict[str, tuple[Literal["markdown", "json"], str]] = {"md": ("markdown", "text/markdown"), "json": ("json", "application/json")}


def routes(conversations: Conversations) -> APIRouter:
    """The addresses of the list; each user sees their own."""
    router = APIRouter(prefix="/conversations")

    @router.get("", response_class=HTMLResponse)
    async def listing(request: Request, query: str = "") -> str:
        """The conversations used last, or those in which something was said."""
        if query.strip():
            found = await conversations.search(query, _user(request))
            rows = [(said.session, " ".join(said.text.split())[:90], _when(said.at)) for said in found]
        else:
            rows = [
                (c.session, c.title or "New conversation", _when(c.updated)) for c in await conversations.recent(_user(request)) if c.title
            ]
        return page("conversations", rows=rows, query=query.strip())

    @router.post("/{session}/title")
    async def rename(request: Request, session: str, title: Annotated[str, Form()]) -> Response:
        try:
            await conversations.rename(session, title, _user(request))
        except (AccessError, MessageError) as error:
            raise HTTPException(400, str(error)) from error
        return Response(status_code=204)

    @router.delete("/{session}")
    async def delete(request: Request, session: str) -> Response:
        try:
            await conversations.delete(session, _user(request))
        except AccessError as error:
            raise HTTPException(404, str(error)) from error
        return Response(status_code=204)

    @router.get("/{session}/file.{form}")
    async def export(request: Request, session: str, form: Literal["md", "json"]) -> Response:
        kind, media_type = FORMS[form]
        try:
            text = await conversations.export(session, kind, _user(request))
        except AccessError as error:
            raise HTTPException(404, str(error)) from error
        return Response(text, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="conversation.{form}"'})

    return router


def _user(request: Request) -> str:
    return str(request.scope["swarm_user"])


def _when(at: float) -> str:
    return when(datetime.fromtimestamp(at, UTC))
