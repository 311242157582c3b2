"""Who somebody is: nobody asks on one's own machine; elsewhere a password, a proxy in front, or an OpenID provider tells."""

import hmac
import secrets
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any, Protocol

import httpx
from starlette.datastructures import Headers
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from swarm.errors import SettingsError
from swarm.settings import SwarmSettings

LOCAL = "local"
"""The user where nobody has to sign in."""
HEADER = "kubeflow-userid"
SIGN_IN, SIGNED_IN, SIGN_OUT = "/signin", "/signin/done", "/signout"
SESSION = 12 * 3600
"""Seconds that a sign-in with OpenID lasts."""
FORMS = "`basic:user:password`, `header` or `header:<name>` behind a proxy that signs in, or `oidc:<issuer>`"


class SignIn(Protocol):
    """How users are told apart."""

    def user(self, scope: Scope) -> str | None:
        """Who sends this request; None for somebody who has not signed in."""

    async def refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer somebody who has not signed in; may take part in signing in."""

    def around(self, app: ASGIApp) -> ASGIApp:
        """The application with what signing in needs around it."""


class Nobody:
    """One's own machine: everybody is the same user."""

    def user(self, scope: Scope) -> str | None:
        """Always the local user."""
        return LOCAL

    async def refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Nobody is refused."""
        raise AssertionError("everybody is known here")

    def around(self, app: ASGIApp) -> ASGIApp:
        """Nothing is needed."""
        return app


class Basic:
    """One user with a password."""

    def __init__(self, user: str, password: str) -> None:
        self._user = user
        self._expected = f"{user}:{password}".encode()

    def user(self, scope: Scope) -> str | None:
        """The user when the password is right."""
        scheme, _, encoded = Headers(scope=scope).get("authorization", "").partition(" ")
        try:
            given = b64decode(encoded, validate=True) if scheme.lower() == "basic" else b""
        except Base64Error:
            return None
        return self._user if hmac.compare_digest(given, self._expected) else None

    async def refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the browser ask for the password."""
        challenge = {"WWW-Authenticate": 'Basic realm="mlops-swarm", charset="UTF-8"'}
        response = PlainTextResponse("Please sign in with the user and password of SWARM_AUTH.\n", HTTPStatus.UNAUTHORIZED, challenge)
        await response(scope, receive, send)

    def around(self, app: ASGIApp) -> ASGIApp:
        """Nothing is needed."""
        return app


class TrustedHeader:
    """A proxy in front has signed the user in and says so in a header; nobody else may reach this server."""

    def __init__(self, name: str = HEADER) -> None:
        self._name = name

    def user(self, scope: Scope) -> str | None:
        """Who the proxy says it is."""
        return Headers(scope=scope).get(self._name, "").strip() or None

    async def refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Say what is missing."""
        reason = f"The proxy in front of this server has to name the user in the header `{self._name}`, and did not.\n"
        await PlainTextResponse(reason, HTTPStatus.UNAUTHORIZED)(scope, receive, send)

    def around(self, app: ASGIApp) -> ASGIApp:
        """Nothing is needed."""
        return app


class OpenId:
    """An OpenID Connect provider signs users in (authorization code with PKCE); a signed cookie remembers them."""

    def __init__(self, issuer: str, client_id: str, client_secret: str | None, key: str, secure: bool) -> None:
        from authlib.integrations.starlette_client import OAuth

        self._key = key
        self._secure = secure
        self._provider = OAuth().register(
            "provider",
            server_metadata_url=f"{issuer.rstrip('/')}/.well-known/openid-configuration",
            client_id=client_id,
            client_secret=client_secret,
            client_kwargs={"scope": "openid email profile", "code_challenge_method": "S256"},
        )

    def user(self, scope: Scope) -> str | None:
        """Who signed in before; signing out ends it."""
        if scope["path"] == SIGN_OUT:
            scope["session"].clear()
        known = scope["session"].get("user")
        return None if known is None else str(known)

    async def refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send pages to the provider and take up who comes back from it; refuse anything else."""
        request = Request(scope, receive)
        if scope["type"] != "http":
            response: Response = PlainTextResponse("Please sign in.\n", HTTPStatus.UNAUTHORIZED)
        elif request.url.path == SIGNED_IN:
            response = await self._signed_in(request)
        elif request.url.path == SIGN_IN:
            response = await self._to_the_provider(request)
        elif request.method == "GET" and "text/html" in request.headers.get("accept", ""):
            response = RedirectResponse(SIGN_IN, HTTPStatus.SEE_OTHER)
        else:
            response = PlainTextResponse(f"Please sign in at {SIGN_IN}.\n", HTTPStatus.UNAUTHORIZED)
        await response(scope, receive, send)

    async def _to_the_provider(self, request: Request) -> Response:
        try:
            answer: Response = await self._provider.authorize_redirect(request, str(request.url.replace(path=SIGNED_IN, query="")))
        except httpx.HTTPError as error:
            return PlainTextResponse(f"The OpenID provider does not answer: {error}.\n", HTTPStatus.SERVICE_UNAVAILABLE)
        return answer

    async def _signed_in(self, request: Request) -> Response:
        """Who the provider says it is; trouble on the way is said in words."""
        from authlib.common.errors import AuthlibBaseError
        from joserfc.errors import JoseError

        try:
            token: dict[str, Any] = await self._provider.authorize_access_token(request)
        except (AuthlibBaseError, JoseError) as error:
            return PlainTextResponse(f"Signing in did not work: {error}. Try again at {SIGN_IN}.\n", HTTPStatus.FORBIDDEN)
        except httpx.HTTPError as error:
            return PlainTextResponse(f"The OpenID provider does not answer: {error}.\n", HTTPStatus.SERVICE_UNAVAILABLE)
        user = user_of(token.get("userinfo") or {})
        if not user:
            return PlainTextResponse("The provider does not say who this is.\n", HTTPStatus.FORBIDDEN)
        request.session.clear()
        request.session["user"] = user
        return RedirectResponse("/", HTTPStatus.SEE_OTHER)

    def around(self, app: ASGIApp) -> ASGIApp:
        """The cookie of the session."""
        return SessionMiddleware(
            app, secret_key=self._key, session_cookie="mlops-swarm", max_age=SESSION, same_site="lax", https_only=self._secure
        )


def user_of(claims: Mapping[str, Any]) -> str | None:
    """Whom an OpenID provider's claims name: the address unless it says that nobody verified it, else the name or the number."""
    address = claims.get("email") if claims.get("email_verified") is not False else None
    user = address or claims.get("preferred_username") or claims.get("sub")
    return str(user) if user else None


def sign_in_of(settings: SwarmSettings, loopback: bool) -> SignIn:
    """The sign-in that SWARM_AUTH asks for.

    Raises:
        SettingsError: it has no known form, or lacks something; or the server is open to others and has none.
    """
    if not settings.auth:
        if loopback:
            return Nobody()
        raise SettingsError(
            f"SWARM_HOST={settings.host} lets other machines in, and nobody would have to sign in. "
            f"Set SWARM_AUTH ({FORMS}), or serve on 127.0.0.1."
        )
    scheme, _, rest = settings.auth.partition(":")
    user, _, password = rest.partition(":")
    if scheme == "basic" and user and password:
        return Basic(user, password)
    if scheme == "header":
        return TrustedHeader(rest or HEADER)
    if scheme == "oidc" and rest.startswith(("http://", "https://")):
        if not settings.oidc_client_id:
            raise SettingsError("SWARM_AUTH=oidc:... needs SWARM_OIDC_CLIENT_ID, and SWARM_OIDC_CLIENT_SECRET unless the client is public.")
        secret = settings.oidc_client_secret.get_secret_value() if settings.oidc_client_secret else None
        return OpenId(rest, settings.oidc_client_id, secret, _key(settings.home), secure=not loopback)
    raise SettingsError(f"SWARM_AUTH has no known form: it is one of {FORMS}.")


def _key(home: Path) -> str:
    """The key that signs cookies, made once and kept in the home so that a restart signs nobody out."""
    home.mkdir(parents=True, exist_ok=True)
    path = home / "web.key"
    try:
        with path.open("x") as file:
            path.chmod(0o600)
            file.write(secrets.token_urlsafe(48))
    except FileExistsError:
        pass
    return path.read_text()
