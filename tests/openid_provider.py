"""An OpenID provider that runs beside the tests."""

import asyncio
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from hashlib import sha256
from time import time
from typing import Any

import uvicorn
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from ui.web.server import listen


@cache
def _key(whose: str) -> RSAKey:
    """Made once, as looking for primes takes long."""
    return RSAKey.generate_key(2048, parameters={"kid": "k1"})


class Provider:
    """An OpenID provider that signs everybody in as Ada, after checking what it is asked."""

    def __init__(self) -> None:
        self.key = _key("own")
        self.foreign = _key("foreign")
        self.signing = self.key
        self.audience = "swarm"
        self.issuer = ""
        self._asked: dict[str, str] = {}
        self.app = Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._metadata),
                Route("/authorize", self._authorize),
                Route("/token", self._token, methods=["POST"]),
                Route("/keys", self._keys),
            ]
        )

    async def _metadata(self, request: Request) -> JSONResponse:
        places = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
        return JSONResponse({"issuer": self.issuer, **{name: f"{self.issuer}/{place}" for name, place in places.items()}})

    async def _authorize(self, request: Request) -> JSONResponse:
        self._asked = dict(request.query_params)
        assert self._asked["client_id"] == "swarm" and self._asked["code_challenge_method"] == "S256"
        return JSONResponse({})

    async def _token(self, request: Request) -> JSONResponse:
        form = await request.form()
        challenge = urlsafe_b64encode(sha256(str(form["code_verifier"]).encode()).digest()).rstrip(b"=").decode()
        if form["code"] != "good" or challenge != self._asked["code_challenge"]:
            return JSONResponse({"error": "invalid_grant"}, 400)
        return JSONResponse({"access_token": "t", "token_type": "Bearer", "id_token": self.token(nonce=self._asked["nonce"])})

    def token(self, **claims: Any) -> str:
        """A signed token of Ada's, good for a minute, with other claims where they are given."""
        now = int(time())
        usual = {"iss": self.issuer, "aud": self.audience, "sub": "1", "email": "ada@x.example", "iat": now, "exp": now + 60}
        return jwt.encode({"alg": "RS256", "kid": "k1"}, {**usual, **claims}, self.signing)

    async def _keys(self, request: Request) -> JSONResponse:
        return JSONResponse({"keys": [self.key.as_dict(private=False)]})


@asynccontextmanager
async def openid_provider() -> AsyncIterator[Provider]:
    """A provider that answers."""
    made = Provider()
    with listen("127.0.0.1", 0) as listener:
        made.issuer = f"http://127.0.0.1:{listener.getsockname()[1]}"
        server = uvicorn.Server(uvicorn.Config(made.app, log_level="error", lifespan="off"))
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        yield made
        server.should_exit = True
        await serving
