"""Programs sign in by a token instead, wherever people sign in otherwise."""

from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from ui.tokens import named
from ui.web.signin import SignIn

PROGRAMS = ("/api/", "/v1/")
"""Addresses that programs ask for: they are refused in JSON."""


class WithTokens:
    """A way to sign in, and the tokens of the settings beside it: whoever sends a token is who the token says, or nobody."""

    def __init__(self, sign_in: SignIn, tokens: dict[str, str]) -> None:
        self._sign_in = sign_in
        self._tokens = tokens

    def user(self, scope: Scope) -> str | None:
        """Who sends this request."""
        scheme, _, token = Headers(scope=scope).get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and self._tokens and scope["path"].startswith(PROGRAMS):
            return named(self._tokens, token.strip())
        return self._sign_in.user(scope)

    async def refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Programs get an error in JSON, in the shape of the OpenAI API, which says what to do."""
        if scope["type"] != "http" or not scope["path"].startswith(PROGRAMS):
            await self._sign_in.refuse(scope, receive, send)
            return
        message = "Send `Authorization: Bearer <token>` with a token of SWARM_API_TOKENS, or sign in as on the page."
        error = {"message": message, "type": "authentication_error", "param": None, "code": "invalid_api_key"}
        response = JSONResponse({"error": error, "detail": message}, HTTPStatus.UNAUTHORIZED, {"WWW-Authenticate": "Bearer"})
        await response(scope, receive, send)

    def around(self, app: ASGIApp) -> ASGIApp:
        """What the way to sign in needs."""
        return self._sign_in.around(app)
