"""The page at `/`, where the links that the kfp client prints lead to."""

import secrets
from functools import cache
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from standalone.server.errors import error_responses

router = APIRouter(tags=["page"], responses=error_responses(403))


@router.get("/", response_class=HTMLResponse)
def get_page() -> HTMLResponse:
    """Serve the page; it holds no data and reads all it shows through the API, with the token that the reader gives it."""
    nonce = secrets.token_urlsafe(16)
    policy = f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; connect-src 'self'; frame-ancestors 'none'"
    headers = {"Content-Security-Policy": policy, "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff"}
    return HTMLResponse(_template().replace("{{nonce}}", nonce), headers=headers)


@cache
def _template() -> str:
    return Path(__file__).with_name("page.html").read_text(encoding="utf-8")
