"""How patient we are with a server that speaks S3, and what is tried again."""

from types import TracebackType
from typing import Any, Self

import urllib3
from urllib3.connectionpool import ConnectionPool
from urllib3.exceptions import ReadTimeoutError
from urllib3.response import BaseHTTPResponse


class _Retry(urllib3.Retry):
    """Twice where a connection breaks or the server is busy, never where it was silent: that would double the wait."""

    def increment(
        self,
        method: str | None = None,
        url: str | None = None,
        response: BaseHTTPResponse | None = None,
        error: Exception | None = None,
        _pool: ConnectionPool | None = None,
        _stacktrace: TracebackType | None = None,
    ) -> Self:
        if isinstance(error, ReadTimeoutError):
            raise error
        return super().increment(method, url, response, error, _pool, _stacktrace)


def connections(seconds: float) -> Any:
    """Connections that wait so long for an answer."""
    retries = _Retry(
        total=2,
        connect=1,
        read=1,
        backoff_factor=0.2,
        status_forcelist=[500, 502, 503, 504],
        raise_on_status=False,
        respect_retry_after_header=False,  # MinIO asks for a minute: a person who waits is told instead
    )
    return urllib3.PoolManager(timeout=urllib3.Timeout(connect=seconds, read=seconds), maxsize=8, retries=retries)
