"""Bearer tokens: whose they are, and which are nobody's."""

import base64
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from swarm.settings import SwarmSettings
from tests.openid_provider import Provider, openid_provider
from ui.tokens import Tokens


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    async with openid_provider() as made:
        yield made


def tokens(home: Path, provider: Provider) -> Tokens:
    given = {"home": home, "auth": f"oidc:{provider.issuer}", "oidc_client_id": "swarm", "api_tokens": "bob=a-token-of-bob-alone"}
    return Tokens.of(SwarmSettings.model_validate(given))


async def who(known: Tokens, token: str) -> str | None:
    found = await known.verify_token(token)
    return found.subject if found else None


async def test_a_token_of_the_provider_and_one_of_the_settings(tmp_path: Path, provider: Provider) -> None:
    known = tokens(tmp_path, provider)
    assert await who(known, provider.token()) == "ada@x.example"
    assert await who(known, "a-token-of-bob-alone") == "bob"


@pytest.mark.parametrize(
    ("claims", "user"),
    [
        ({"email_verified": True}, "ada@x.example"),
        ({"email_verified": False}, "1"),
        ({"email_verified": False, "preferred_username": "ada"}, "ada"),
        ({"email": None}, "1"),
    ],
)
async def test_the_user_is_what_the_provider_vouches_for(tmp_path: Path, provider: Provider, claims: dict[str, Any], user: str) -> None:
    assert await who(tokens(tmp_path, provider), provider.token(**claims)) == user


@pytest.mark.parametrize(
    "claims", [{"aud": "another"}, {"iss": "https://elsewhere.example"}, {"exp": 1}, {"exp": None}, {"nbf": 99_999_999_999}]
)
async def test_a_token_for_others_or_of_another_time(tmp_path: Path, provider: Provider, claims: dict[str, Any]) -> None:
    assert await who(tokens(tmp_path, provider), provider.token(**claims)) is None


async def test_a_token_that_the_provider_did_not_sign(tmp_path: Path, provider: Provider) -> None:
    known = tokens(tmp_path, provider)
    header, claims, signature = provider.token().split(".")
    body = json.loads(base64.urlsafe_b64decode(claims + "=="))
    other = base64.urlsafe_b64encode(json.dumps({**body, "email": "root@x.example"}).encode()).rstrip(b"=").decode()
    unsigned = base64.urlsafe_b64encode(b'{"alg": "none"}').rstrip(b"=").decode()
    provider.signing = provider.foreign
    for forged in (provider.token(), f"{header}.{other}.{signature}", f"{unsigned}.{claims}.", "a.b.c", "", "a-token-of-bob"):
        assert await who(known, forged) is None


async def test_a_provider_that_does_not_answer(tmp_path: Path, provider: Provider) -> None:
    known = tokens(tmp_path, provider)
    token = provider.token()
    known.issuer = "http://127.0.0.1:9"
    assert await who(known, token) is None
