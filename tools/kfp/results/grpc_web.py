"""gRPC-Web, as the gateways of Kubeflow speak it: one framed message there; a frame of data and a frame of trailers back."""

from collections.abc import Mapping
from urllib.parse import unquote

from tools.result import ErrorCode

CONTENT_TYPE = "application/grpc-web+proto"
HEADERS = {"Content-Type": CONTENT_TYPE, "Accept": CONTENT_TYPE, "X-Grpc-Web": "1"}
_CODES = {
    3: ErrorCode.INVALID_ARGUMENT,
    4: ErrorCode.TIMEOUT,
    5: ErrorCode.NOT_FOUND,
    7: ErrorCode.PERMISSION_DENIED,
    12: ErrorCode.UNSUPPORTED,
    16: ErrorCode.PERMISSION_DENIED,
}
"""What gRPC's status numbers mean here; any other is UNAVAILABLE."""


class StatusError(Exception):
    """The server answered with a gRPC status that is no success.

    Attributes:
        code: the error of the closed set.
        said: the server's message.
    """

    def __init__(self, code: ErrorCode, said: str) -> None:
        super().__init__(said)
        self.code = code
        self.said = said


def framed(message: bytes) -> bytes:
    """The body of a request."""
    return b"\0" + len(message).to_bytes(4, "big") + message


def unframed(body: bytes, headers: Mapping[str, str]) -> bytes:
    """The message of an answer; empty for a message without fields.

    Raises:
        ValueError: the answer is not gRPC-Web, or was cut off.
        StatusError: it tells of a failure.
    """
    if not headers.get("content-type", "").startswith("application/grpc-web"):
        raise ValueError("not gRPC-Web")
    message, trailers = b"", {name: value for name, value in headers.items() if name.startswith("grpc-")}
    while body:
        length = int.from_bytes(body[1:5], "big")
        if len(body) < 5 + length or body[0] not in (0x00, 0x80):
            raise ValueError("a frame was cut off")
        if body[0] == 0x80:
            trailers |= _trailers(body[5 : 5 + length].decode("utf-8", "replace"))
        else:
            message += body[5 : 5 + length]
        body = body[5 + length :]
    if "grpc-status" not in trailers:
        raise ValueError("the trailers are missing")
    status = trailers["grpc-status"].strip()
    if status != "0":
        code = _CODES.get(int(status), ErrorCode.UNAVAILABLE) if status.isdigit() else ErrorCode.UNAVAILABLE
        raise StatusError(code, unquote(trailers.get("grpc-message", "")).strip())
    return message


def _trailers(text: str) -> dict[str, str]:
    pairs = (line.partition(":") for line in text.splitlines())
    return {name.strip().lower(): value.strip() for name, _, value in pairs}
