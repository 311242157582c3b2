import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from ui.web.guard import Guard
from ui.web.signin import Nobody


async def _who(request: Request) -> PlainTextResponse:
    return PlainTextResponse(request.scope["swarm_user"])


APP = Starlette(routes=[Route("/", _who, methods=["GET", "POST"]), Route("/healthz", _who)])


def client(loopback: bool = True, host: str = "127.0.0.1:7860") -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(Guard(APP, loopback, Nobody())), base_url=f"http://{host}")


@pytest.mark.parametrize(
    ("host", "status"),
    [("127.0.0.1:7860", 200), ("localhost", 200), ("[::1]:7860", 200), ("evil.example", 403), ("127.0.0.1.evil.example", 403)],
)
async def test_on_loopback_only_this_machine_s_names_are_served(host: str, status: int) -> None:
    assert (await client().get("/", headers={"Host": host})).status_code == status


async def test_elsewhere_any_name_is_served() -> None:
    assert (await client(loopback=False, host="swarm.example").get("/")).status_code == 200


@pytest.mark.parametrize(
    ("origin", "status"), [("http://127.0.0.1:7860", 200), ("http://127.0.0.1:1", 403), ("https://evil.example", 403), ("null", 403)]
)
async def test_pages_of_other_origins_are_refused(origin: str, status: int) -> None:
    assert (await client().post("/", headers={"Origin": origin})).status_code == status


@pytest.mark.parametrize("path", ["/", "/nowhere"])
async def test_every_answer_carries_the_security_headers(path: str) -> None:
    headers = (await client().get(path)).headers
    assert "default-src 'self'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
