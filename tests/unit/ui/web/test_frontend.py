"""What a browser loads once: packed, kept, and never the streams."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import brotli
import httpx
import pytest
from fastapi import FastAPI
from fastapi.responses import HTMLResponse, StreamingResponse
from gradio.routes import BUILD_PATH_LIB

from ui.web import frontend
from ui.web.theme import ASSETS

LARGE = max(Path(BUILD_PATH_LIB).glob("index-*.js"), key=lambda path: path.stat().st_size)
PAGE = "<!doctype html><html><head><title>x</title></head><body>" + "word " * 1000 + "</body></html>"


def application(release: asyncio.Event) -> FastAPI:
    app = FastAPI()
    app.include_router(frontend.routes())
    app.add_middleware(frontend.FrontPage)

    @app.get("/", response_class=HTMLResponse)
    async def page() -> str:
        return PAGE

    @app.get("/stream")
    async def stream() -> StreamingResponse:
        async def events() -> AsyncIterator[str]:
            yield "data: first\n\n"
            await release.wait()
            yield "data: second\n\n"

        return StreamingResponse(events(), media_type="text/event-stream")

    return app


@pytest.fixture
def release() -> asyncio.Event:
    return asyncio.Event()


@pytest.fixture
async def browser(release: asyncio.Event) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(application(release))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", headers={"Accept-Encoding": "gzip, br"}) as client:
        yield client


async def test_the_page_begins_with_its_scripts_and_is_packed(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/")
    assert answer.headers["content-encoding"] == "gzip"
    assert int(answer.headers["content-length"]) < len(PAGE) / 10
    assert answer.text == PAGE.replace("<head>", f"<head>{frontend.head()}")


async def test_the_scripts_are_one_and_are_kept_for_good(browser: httpx.AsyncClient) -> None:
    address = frontend.head().split('src="')[1].split('"')[0]
    answer = await browser.get(f"/{address}")
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-encoding"] == "br"
    assert all(path.read_text() in answer.text for path in ASSETS.glob("*.js"))
    assert (await browser.get("/page/another-version/page.js")).status_code == 404


async def test_gradios_files_are_packed_where_the_browser_can_unpack_them(browser: httpx.AsyncClient) -> None:
    packed = await browser.get(f"/assets/{LARGE.name}")
    plain = await browser.get(f"/assets/{LARGE.name}", headers={"Accept-Encoding": "gzip"})
    assert packed.text == plain.text == LARGE.read_text()
    assert "content-encoding" not in plain.headers
    assert packed.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"
    assert int(packed.headers["content-length"]) == len(brotli.compress(LARGE.read_bytes(), quality=frontend.QUALITY))


@pytest.mark.parametrize("name", ["nothing.js", "%2e%2e", "%2e%2e%2findex.html"])
async def test_nothing_else_is_served(browser: httpx.AsyncClient, name: str) -> None:
    assert (await browser.get(f"/assets/{name}")).status_code == 404


async def test_a_stream_is_not_held_back(release: asyncio.Event) -> None:
    """Event by event, though the client could unpack: what is sent is taken at the ASGI interface, where nothing is collected."""
    sent: asyncio.Queue[bytes] = asyncio.Queue()

    async def send(message: dict[str, object]) -> None:
        body = message.get("body")
        if isinstance(body, bytes) and body:
            await sent.put(body)

    async def receive() -> dict[str, object]:
        await asyncio.Event().wait()
        return {}

    scope = {"type": "http", "method": "GET", "path": "/stream", "query_string": b"", "headers": [(b"accept-encoding", b"gzip, br")]}
    answering = asyncio.create_task(application(release)(scope, receive, send))  # type: ignore[arg-type]
    assert await asyncio.wait_for(sent.get(), 10) == b"data: first\n\n"
    release.set()
    assert await asyncio.wait_for(sent.get(), 10) == b"data: second\n\n"
    await answering
