"""Who may talk to the server: local programs that hold the token, never a web page of another origin."""

import hmac
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from standalone.server.errors import error_response

MAX_REQUEST_BYTES = 20 * 2**20
LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})
# The page holds no data: it asks for the token and sends it with every request it makes.
OPEN_PATHS = frozenset({"/", "/healthz", "/apis/v2beta1/healthz"})
UPLOAD_PATHS = frozenset({"/apis/v2beta1/pipelines/upload", "/apis/v2beta1/pipelines/upload_version"})


class Guard:
    """ASGI middleware that refuses foreign hosts, origins, callers without the token and unexpected bodies."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self.app = app
        self.authorization = f"Bearer {token}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer with the reason for the refusal."""
        if scope["type"] == "http" and (refusal := self._refusal(scope)):
            await error_response(*refusal)(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if _hostname(host) not in LOOPBACK_HOSTS:
            return 403, f"Host {host!r} is not this machine: use 127.0.0.1 or localhost."
        origin = headers.get("origin")
        if origin is not None and origin != f"http://{host}":
            return 403, f"Requests from the origin {origin!r} are not accepted."
        if scope["path"] not in OPEN_PATHS and not self._knows_token(headers):
            return 401, "The bearer token is missing or wrong: `python -m standalone status` shows where to find it."
        return _body_refusal(scope["path"], headers)

    def _knows_token(self, headers: Headers) -> bool:
        return hmac.compare_digest(headers.get("authorization", "").encode(), self.authorization)


def _hostname(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


def _body_refusal(path: str, headers: Headers) -> tuple[int, str] | None:
    if "transfer-encoding" in headers:
        return 411, "Send the request with a Content-Length."
    size = int(headers.get("content-length", 0))  # the HTTP parser has refused anything but digits
    if size > MAX_REQUEST_BYTES:
        return 413, f"The request has {size} bytes; at most {MAX_REQUEST_BYTES} are accepted."
    expected = "multipart/form-data" if path in UPLOAD_PATHS else "application/json"
    given = headers.get("content-type", "").partition(";")[0].strip().lower()
    if size and given != expected:
        return 415, f"Content-Type is {given!r}; this request needs {expected!r}."
    return None
