"""Shared objects of a folder: handed to whoever has the link, as a file to keep and never as a page to run."""

import mimetypes
from http import HTTPStatus
from pathlib import PurePosixPath

from fastapi import FastAPI
from fastapi.responses import FileResponse, PlainTextResponse, Response

from tools.minio.store import ObjectStore, SharedByUs
from tools.result import ErrorCode, ToolError
from tools.services import Services
from ui.web.guard import SHARES

HARMLESS = frozenset(
    {"application/json", "application/pdf", "image/gif", "image/jpeg", "image/png", "image/webp", "text/csv", "text/markdown", "text/plain"}
)
"""Types that a browser does not run; everything else is plain bytes."""
HEADERS = {"Content-Security-Policy": "default-src 'none'; sandbox", "Cache-Control": "private, no-store"}
STATUS = {ErrorCode.PERMISSION_DENIED: HTTPStatus.FORBIDDEN, ErrorCode.NOT_FOUND: HTTPStatus.NOT_FOUND}


def add_shares(app: FastAPI, services: Services) -> None:
    """Serve share links, whole or by range; the token in the link is all that is asked for."""

    @app.api_route(SHARES + "{token}", methods=["GET", "HEAD"])
    def share(token: str) -> Response:
        """The object of a link."""
        try:
            return _file(services.get(ObjectStore), token)
        except ToolError as error:
            return PlainTextResponse(f"{error.message}\n", STATUS.get(error.code, HTTPStatus.SERVICE_UNAVAILABLE))


def _file(store: ObjectStore, token: str) -> FileResponse:
    if not isinstance(store, SharedByUs):
        raise ToolError(ErrorCode.NOT_FOUND, f"links to objects on {store.address} are served there, not here.")
    key, path = store.open_shared(token)
    guessed, encoding = mimetypes.guess_type(key)
    media_type = guessed if guessed in HARMLESS and not encoding else "application/octet-stream"
    return FileResponse(path, headers=HEADERS, media_type=media_type, filename=PurePosixPath(key).name)
