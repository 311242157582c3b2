"""Share links of the folder: a token that names an object until a time, signed with a secret of this folder."""

import base64
import hashlib
import hmac
import json
import os
import secrets
from contextlib import suppress
from pathlib import Path

from tools.result import ErrorCode, ToolError


def load_secret(file: Path) -> bytes:
    """The secret in a file that only its owner can read; made at the first time, by one of all who come at once."""
    if not file.exists():
        new = file.with_name(f"{file.name}.{secrets.token_hex(8)}")
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
            stream.write(secrets.token_bytes(32))
        try:
            with suppress(FileExistsError):
                os.link(new, file)
        finally:
            new.unlink()
    return file.read_bytes()


def sign(secret: bytes, bucket: str, key: str, expires: float) -> str:
    """A token for an object until `expires`, in seconds since 1970."""
    text = json.dumps([bucket, key, expires], ensure_ascii=False, separators=(",", ":")).encode()
    return f"{_to_text(text)}.{_to_text(_signature(secret, text))}"


def verify(secret: bytes, token: str, now: float) -> tuple[str, str]:
    """Bucket and key of a token.

    Raises:
        ToolError: PERMISSION_DENIED when it was not signed here, was changed, or has expired.
    """
    text, _, signature = token.partition(".")
    try:
        content, given = _from_text(text), _from_text(signature)
    except ValueError:
        content, given = b"", b""
    if not hmac.compare_digest(_signature(secret, content), given):
        raise ToolError(ErrorCode.PERMISSION_DENIED, "this link is not valid. Ask for a new one.")
    bucket, key, expires = json.loads(content)
    if now >= expires:
        raise ToolError(ErrorCode.PERMISSION_DENIED, "this link has expired. Ask for a new one.")
    return bucket, key


def _signature(secret: bytes, text: bytes) -> bytes:
    return hmac.new(secret, text, hashlib.sha256).digest()


def _to_text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _from_text(text: str) -> bytes:
    data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if _to_text(data) != text:  # several texts can mean the same bytes: only one of them is ours
        raise ValueError(text)
    return data
