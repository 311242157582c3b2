"""The web application: health for machines, the page for people, the guard around both."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import gradio as gr
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from swarm.assistant import Assistant
from swarm.settings import Settings
from ui.web.conversation import Conversations
from ui.web.guard import Account, Guard
from ui.web.page import build
from ui.web.readiness import Readiness
from ui.web.server import is_loopback
from ui.web.theme import HEAD, STYLE, theme


@asynccontextmanager
async def open_app(settings: Settings, assistant: Assistant, account: Account | None) -> AsyncIterator[Guard]:
    """The application over an assistant; turns under way end with it."""
    for chatty in ("httpx", "asyncio"):
        logging.getLogger(chatty).setLevel(logging.CRITICAL)
    readiness = Readiness(settings, assistant.services)
    conversations = Conversations(assistant)
    app = FastAPI(title="mlops-swarm", docs_url=None, redoc_url=None, openapi_url=None)

    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        """The server answers."""
        return {"status": "ok"}

    @app.get("/readyz")
    async def readyz() -> JSONResponse:
        """Every backend with its reason; 503 when one fails."""
        findings = await readiness.findings()
        ready = all(f.ok for f in findings)
        body = {"status": "ok" if ready else "unavailable", "backends": [f.model_dump() for f in findings]}
        return JSONResponse(body, 200 if ready else 503)

    gr.mount_gradio_app(
        app,
        build(settings, conversations, readiness),
        path="/",
        theme=theme(),
        css_paths=STYLE,
        head_paths=HEAD,
        footer_links=[],
        run_history=False,
        show_error=False,
        ssr_mode=False,
        max_file_size="1mb",
        auth_dependency=_user,
    )
    try:
        yield Guard(app, is_loopback(settings.swarm.host), account)
    finally:
        await conversations.close()


def _user(request: Request) -> str:
    return str(request.scope["swarm_user"])
