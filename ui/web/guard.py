"""Who may talk to the web page: this machine's own browser, or people who sign in; and what a browser may do with what it gets."""

from collections.abc import Callable
from http import HTTPStatus

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tools.speaker import Speaker, speaking
from ui.web.signin import SignIn

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


class Guard:
    """ASGI middleware: refuses foreign hosts and origins and who has not signed in; adds the security headers."""

    def __init__(
        self, app: ASGIApp, loopback: bool, sign_in: SignIn, speaker: Callable[[str], Speaker] = lambda user: Speaker(user, "")
    ) -> None:
        """`speaker` tells whom tools work for that are called for a user outside of conversations."""
        self._speaker = speaker
        self._app = app
        self._loopback = loopback
        self._sign_in = sign_in

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer with the reason for the refusal."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if refusal is not None:
            await refusal(scope, receive, _with_headers(send))
            return
        if not _is_open(scope["path"]):
            user = self._sign_in.user(scope)
            if user is None:
                await self._sign_in.refuse(scope, receive, _with_headers(send))
                return
            scope["swarm_user"] = user
            with speaking(self._speaker(user)):
                await self._app(scope, receive, _with_headers(send))
            return
        await self._app(scope, receive, _with_headers(send))

    def _refusal(self, scope: Scope) -> PlainTextResponse | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if self._loopback and _name(host) not in LOOPBACK:
            return _refused(HTTPStatus.FORBIDDEN, f"Host {host!r} is not this machine: use 127.0.0.1 or localhost.")
        origin = headers.get("origin")
        if origin is not None and origin.partition("://")[2] != host:
            return _refused(HTTPStatus.FORBIDDEN, f"Requests from the origin {origin!r} are not accepted.")
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
