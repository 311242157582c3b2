"""What a browser loads to show the page: packed once, and kept by the browser until it changes."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

import brotli
from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import FileResponse, Response
from gradio.routes import BUILD_PATH_LIB
from starlette.datastructures import MutableHeaders
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.web.theme import ASSETS

SCRIPTS = ("panel", "conversations", "conversation", "citations", "decision", "connection")
"""The page's own scripts, in the order in which they run."""
KINDS = {".js": "text/javascript", ".css": "text/css"}
KEPT = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
"""For addresses whose content never changes."""
QUALITY = 8
"""Of brotli: the highest ones take seconds for a few percent."""


@dataclass(frozen=True)
class Content:
    """A text, as it is and packed with brotli."""

    plain: bytes
    packed: bytes

    @classmethod
    def of(cls, plain: bytes) -> "Content":
        """Pack a text."""
        return cls(plain, brotli.compress(plain, quality=QUALITY))


def routes() -> APIRouter:
    """The addresses of Gradio's files, whose names change with their content, and of the page's own, which tell their version."""
    router = APIRouter(include_in_schema=False)

    @router.get("/assets/{name}")
    def gradio_file(name: str, request: Request) -> Response:
        path = Path(BUILD_PATH_LIB) / name
        if not path.is_file():
            raise HTTPException(404)
        return _answer(_file(path), path.suffix, request) if path.suffix in KINDS else FileResponse(path, headers=KEPT)

    @router.get("/page/{version}/{name}")
    def own_file(version: str, name: str, request: Request) -> Response:
        if version != _version() or name not in OWN:
            raise HTTPException(404)
        return _answer(OWN[name](), ".js", request)

    return router


class FrontPage:
    """ASGI middleware: puts the page's scripts into the head of Gradio's page, and packs pieces of HTML. Streams go through untouched."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._packed = GZipMiddleware(self._page, minimum_size=1000, compresslevel=6)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the page, or pass the request on."""
        html = scope["type"] == "http" and (scope["path"] == "/" or scope["path"].startswith("/panel/"))
        await (self._packed if html else self._app)(scope, receive, send)

    async def _page(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] != "/" or scope["method"] != "GET":
            await self._app(scope, receive, send)
            return
        start: Message = {}
        body = bytearray()

        async def collect(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                start = message
                return
            body.extend(message.get("body", b""))
            if not message.get("more_body", False):
                page = bytes(body).replace(b"<head>", b"<head>" + head().encode(), 1)
                MutableHeaders(scope=start)["Content-Length"] = str(len(page))
                await send(start)
                await send({"type": "http.response.body", "body": page})

        await self._app(scope, receive, collect)


def head() -> str:
    """What stands at the beginning of the page."""
    return f'<meta name="color-scheme" content="light dark"><script src="page/{_version()}/page.js" defer></script>'


def _answer(content: Content, suffix: str, request: Request) -> Response:
    if "br" in request.headers.get("accept-encoding", ""):
        return Response(content.packed, media_type=KINDS[suffix], headers={**KEPT, "Content-Encoding": "br"})
    return Response(content.plain, media_type=KINDS[suffix], headers=KEPT)


@lru_cache(maxsize=512)
def _file(path: Path) -> Content:
    return Content.of(path.read_bytes())


@cache
def _script() -> Content:
    """The page's scripts as one."""
    return Content.of(b"\n".join((ASSETS / f"{name}.js").read_bytes() for name in SCRIPTS))


def _plotly() -> Content:
    """The drawing library of the charts, as its Python package brings it."""
    return _file(Path(str(files("plotly").joinpath("package_data", "plotly.min.js"))))


OWN: dict[str, Callable[[], Content]] = {"page.js": _script, "plotly.js": _plotly}


@cache
def _version() -> str:
    return sha256(_script().plain).hexdigest()[:12]
