"""Signing in: with a password, through a proxy, with an OpenID provider that runs beside the test."""

from base64 import b64encode
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from swarm.errors import SettingsError
from swarm.settings import SwarmSettings
from tests.openid_provider import Provider, openid_provider
from ui.web.guard import Guard
from ui.web.signin import SIGNED_IN, sign_in_of

PAGE = {"Accept": "text/html"}


async def _who(request: Request) -> PlainTextResponse:
    return PlainTextResponse(request.scope.get("swarm_user", "nobody"))


APP = Starlette(routes=[Route("/{path:path}", _who, methods=["GET", "POST"])])


def client(tmp_path: Path, auth: str | None, loopback: bool = True, **given: Any) -> httpx.AsyncClient:
    sign_in = sign_in_of(SwarmSettings.model_validate({"home": tmp_path, "auth": auth, **given}), loopback)
    app = sign_in.around(Guard(APP, loopback, sign_in))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1:7860")


def basic(user: str, password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + b64encode(f"{user}:{password}".encode()).decode()}


async def test_a_password(tmp_path: Path) -> None:
    async with client(tmp_path, "basic:ada:s3cret:with:colons") as http:
        refused = await http.get("/")
        assert refused.status_code == 401
        assert refused.headers["www-authenticate"].startswith("Basic ")
        for wrong in (basic("ada", "s3cret"), basic("bob", "s3cret:with:colons"), {"Authorization": "Basic ???"}, {"Authorization": "x"}):
            assert (await http.get("/", headers=wrong)).status_code == 401
        answer = await http.get("/", headers=basic("ada", "s3cret:with:colons"))
        assert (answer.status_code, answer.text) == (200, "ada")
        assert (await http.get("/healthz")).status_code == 200


async def test_without_a_sign_in_the_user_is_local(tmp_path: Path) -> None:
    assert (await client(tmp_path, None).get("/")).text == "local"


@pytest.mark.parametrize(("auth", "header"), [("header", "kubeflow-userid"), ("header:X-User", "x-user")])
async def test_a_proxy_names_the_user(tmp_path: Path, auth: str, header: str) -> None:
    async with client(tmp_path, auth) as http:
        assert (await http.get("/", headers={header: "ada@x.example"})).text == "ada@x.example"
        refused = await http.get("/", headers={"remote-user": "ada"})
        assert (refused.status_code, header in refused.text.lower()) == (401, True)
        assert (await http.get("/", headers={header: " "})).status_code == 401


@pytest.mark.parametrize("auth", ["secret", "basic", "basic:ada", "basic::x", "basic:ada:", "oidc:ada", "oidc:ftp://x", ""])
def test_a_setting_of_another_form_is_refused(tmp_path: Path, auth: str) -> None:
    with pytest.raises(SettingsError, match="SWARM_AUTH"):
        sign_in_of(SwarmSettings(home=tmp_path, auth=auth), loopback=False)


def test_openid_needs_a_client(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="SWARM_OIDC_CLIENT_ID"):
        sign_in_of(SwarmSettings(home=tmp_path, auth="oidc:https://id.example"), loopback=True)


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    async with openid_provider() as made:
        yield made


async def at_the_provider(http: httpx.AsyncClient) -> dict[str, str]:
    """From the first page to the provider; what it was asked."""
    first = await http.get("/runs", headers=PAGE)
    assert (first.status_code, first.headers["location"]) == (303, "/signin")
    sent = await http.get("/signin")
    async with httpx.AsyncClient() as browser:
        assert (await browser.get(sent.headers["location"])).status_code == 200
    return {name: values[0] for name, values in parse_qs(urlsplit(sent.headers["location"]).query).items()}


async def test_openid_signs_in_and_out(tmp_path: Path, provider: Provider) -> None:
    async with client(tmp_path, f"oidc:{provider.issuer}", oidc_client_id="swarm", oidc_client_secret="x") as http:
        asked = await at_the_provider(http)
        assert asked["redirect_uri"] == f"http://127.0.0.1:7860{SIGNED_IN}"
        back = await http.get(SIGNED_IN, params={"code": "good", "state": asked["state"]})
        assert (back.status_code, back.headers["location"]) == (303, "/")
        assert (await http.get("/")).text == "ada@x.example"
        async with client(tmp_path, f"oidc:{provider.issuer}", oidc_client_id="swarm") as restarted:
            restarted.cookies = http.cookies
            assert (await restarted.get("/")).text == "ada@x.example"
        await http.get("/signout")
        assert (await http.get("/")).status_code == 401
        assert (await http.post("/")).status_code == 401


@pytest.mark.parametrize("trouble", ["code", "state", "key", "audience"])
async def test_openid_refuses_what_is_not_right(tmp_path: Path, provider: Provider, trouble: str) -> None:
    async with client(tmp_path, f"oidc:{provider.issuer}", oidc_client_id="swarm", oidc_client_secret="x") as http:
        asked = await at_the_provider(http)
        if trouble == "key":
            provider.signing = provider.foreign
        if trouble == "audience":
            provider.audience = "another"
        answer = {"code": "bad" if trouble == "code" else "good", "state": "forged" if trouble == "state" else asked["state"]}
        back = await http.get(SIGNED_IN, params=answer)
        assert (back.status_code, "Traceback" in back.text) == (403, False)
        assert (await http.get("/")).status_code == 401


async def test_a_forged_cookie_is_nobody(tmp_path: Path, provider: Provider) -> None:
    async with client(tmp_path, f"oidc:{provider.issuer}", oidc_client_id="swarm") as http:
        http.cookies.set("mlops-swarm", b64encode(b'{"user": "root"}').decode() + ".x.y")
        assert (await http.get("/")).status_code == 401
