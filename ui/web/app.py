"""The web application: health for machines, the page for people, the guard around both."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import gradio as gr
import matplotlib
from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.types import ASGIApp

from swarm.assistant import Assistant
from swarm.settings import Settings
from ui.api.completions import completions
from ui.api.rest import rest
from ui.readiness import Readiness
from ui.web import frontend
from ui.web.conversation import Conversations
from ui.web.guard import Guard
from ui.web.page import build
from ui.web.panel import activity, data, documents, runs
from ui.web.panel import conversations as talks
from ui.web.server import is_loopback
from ui.web.shares import add_shares
from ui.web.signin import SignIn
from ui.web.theme import STYLE, theme
from ui.web.tokens import WithTokens

LARGEST = 2_000_000
"""Bytes of one request to the API."""


@asynccontextmanager
async def open_app(settings: Settings, assistant: Assistant, sign_in: SignIn) -> AsyncIterator[ASGIApp]:
    """The application over an assistant; turns under way end with it."""
    for chatty in ("httpx", "asyncio"):
        logging.getLogger(chatty).setLevel(logging.CRITICAL)
    matplotlib.use("agg")  # Gradio asks for the backend around each event; where none is chosen, all of pyplot is imported to find one
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

    @app.get("/metrics")
    async def metrics() -> Response:
        """What Prometheus collects; like every page, for who signs in or has a token."""
        return Response(generate_latest(assistant.telemetry.metrics.registry), media_type=CONTENT_TYPE_LATEST)

    @app.get("/page/mark", response_class=PlainTextResponse)
    async def mark(session: str) -> str:
        """Changes when the conversation went on; asked for every other second by every page, so that it costs nothing."""
        return conversations.mark(session)

    app.include_router(_panel(assistant), prefix="/panel")
    app.include_router(frontend.routes())
    app.add_middleware(frontend.FrontPage)
    add_shares(app, assistant.services)
    app.mount("/api", RequestBodyLimitMiddleware(rest(assistant), LARGEST))
    app.mount("/v1", RequestBodyLimitMiddleware(completions(assistant), LARGEST))
    gr.mount_gradio_app(
        app,
        build(settings, conversations, readiness),
        path="/",
        theme=theme(),
        css_paths=STYLE,
        footer_links=[],
        run_history=False,
        show_error=False,
        ssr_mode=False,
        max_file_size=settings.swarm.upload_limit,
        auth_dependency=_user,
    )
    chores = [asyncio.create_task(chore) for chore in (conversations.listen(), assistant.warm())]
    try:
        either = WithTokens(sign_in, {name: token.get_secret_value() for name, token in settings.swarm.api_tokens.items()})
        yield either.around(Guard(app, is_loopback(settings.swarm.host), either, assistant.apart))
    finally:
        for chore in chores:
            chore.cancel()
        await conversations.close()


def _panel(assistant: Assistant) -> APIRouter:
    panel = APIRouter()
    panel.include_router(runs.routes(runs.Runs(assistant.toolbox, assistant.services)))
    panel.include_router(data.routes(data.Data(assistant.toolbox)))
    panel.include_router(activity.routes(activity.Activity(assistant)))
    panel.include_router(talks.routes(assistant.conversations))
    panel.include_router(documents.routes(documents.Documents(assistant.toolbox)))
    return panel


def _user(request: Request) -> str:
    return str(request.scope["swarm_user"])
