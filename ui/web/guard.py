"""Who may talk to the web page: this machine's own browser, or people who sign in; and what a browser may do with what it gets."""

import hmac
from base64 import b64decode
from binascii import Error as Base64Error
from dataclasses import dataclass
from http import HTTPStatus

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from swarm.errors import SettingsError

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
OPEN_PATHS = frozenset({"/healthz"})
"""What a load balancer asks without signing in."""
SHARES = "/share/"
"""Below it the token of a link takes the place of the sign-in."""
POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",  # Gradio's own page needs both
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "connect-src 'self'",
        "font-src 'self' data:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


@dataclass(frozen=True)
class Account:
    """The one who may sign in."""

    user: str
    password: str

    @classmethod
    def parse(cls, setting: str) -> "Account":
        """An account from `basic:user:password`.

        Raises:
            SettingsError: the setting has another form.
        """
        scheme, _, rest = setting.partition(":")
        user, _, password = rest.partition(":")
        if scheme != "basic" or not user or not password:
            raise SettingsError("SWARM_AUTH is not of the form `basic:user:password`; the password may contain colons, the user may not.")
        return cls(user, password)

    def matches(self, authorization: str) -> bool:
        """Whether an Authorization header carries this account."""
        scheme, _, encoded = authorization.partition(" ")
        try:
            given = b64decode(encoded, validate=True) if scheme.lower() == "basic" else b""
        except Base64Error:
            return False
        return hmac.compare_digest(given, f"{self.user}:{self.password}".encode())


class Guard:
    """ASGI middleware: refuses foreign hosts and origins and who has not signed in; adds the security headers."""

    def __init__(self, app: ASGIApp, loopback: bool, account: Account | None) -> None:
        self._app = app
        self._loopback = loopback
        self._account = account

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer with the reason for the refusal."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if refusal is not None:
            await refusal(scope, receive, _with_headers(send))
            return
        scope["swarm_user"] = self._account.user if self._account else "local"
        await self._app(scope, receive, _with_headers(send))

    def _refusal(self, scope: Scope) -> PlainTextResponse | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if self._loopback and _name(host) not in LOOPBACK:
            return _refused(HTTPStatus.FORBIDDEN, f"Host {host!r} is not this machine: use 127.0.0.1 or localhost.")
        origin = headers.get("origin")
        if origin is not None and origin.partition("://")[2] != host:
            return _refused(HTTPStatus.FORBIDDEN, f"Requests from the origin {origin!r} are not accepted.")
        if self._account and not _is_open(scope["path"]) and not self._account.matches(headers.get("authorization", "")):
            response = _refused(HTTPStatus.UNAUTHORIZED, "Please sign in with the user and password of SWARM_AUTH.")
            response.headers["WWW-Authenticate"] = 'Basic realm="mlops-swarm", charset="UTF-8"'
            return response
        return None


def _is_open(path: str) -> bool:
    return path in OPEN_PATHS or path.startswith(SHARES)


def _name(host: str) -> str:
    """A Host header without its port: `[::1]:80` is `::1`."""
    return host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]


def _refused(status: HTTPStatus, reason: str) -> PlainTextResponse:
    return PlainTextResponse(reason + "\n", status)


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return sending
