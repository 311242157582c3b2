"""The one interface to objects, whoever keeps them, and the rules for names that all of them share."""

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO, Protocol

from tools.result import ErrorCode, ToolError

BUCKET_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
MAX_KEY_BYTES = 1024


@dataclass(frozen=True)
class Bucket:
    """A bucket."""

    name: str
    created: datetime | None


@dataclass(frozen=True)
class ObjectInfo:
    """What is known of an object without reading it; `size` in bytes."""

    bucket: str
    key: str
    size: int
    modified: datetime | None
    etag: str = ""
    content_type: str = ""


@dataclass(frozen=True)
class Page:
    """One page of a listing: objects and, below a delimiter, the prefixes that go deeper."""

    objects: list[ObjectInfo] = field(default_factory=list)
    prefixes: list[str] = field(default_factory=list)
    next_token: str | None = None
    """Pass it as `start_after` for the next page; None at the end."""


class ObjectStore(Protocol):
    """Buckets and objects. Every method raises `ToolError` and nothing else."""

    @property
    def address(self) -> str:
        """Where the objects are, for people."""

    def buckets(self) -> list[Bucket]:
        """All buckets by name."""

    def create_bucket(self, bucket: str) -> None:
        """Make a bucket; CONFLICT when it exists."""

    def delete_bucket(self, bucket: str) -> None:
        """Remove an empty bucket; CONFLICT when it is not empty."""

    def list(self, bucket: str, prefix: str = "", *, deep: bool = False, start_after: str | None = None, limit: int = 100) -> Page:
        """One page of objects in the order of their keys; `deep` goes below `/`."""

    def stat(self, bucket: str, key: str) -> ObjectInfo:
        """One object; NOT_FOUND."""

    def read(self, bucket: str, key: str, offset: int = 0, length: int | None = None) -> bytes:
        """A range of an object's bytes; all from `offset` on when `length` is None."""

    def open(self, bucket: str, key: str) -> AbstractContextManager[BinaryIO]:
        """An object as a stream."""

    def put(self, bucket: str, key: str, data: BinaryIO, size: int, content_type: str = "application/octet-stream") -> ObjectInfo:
        """Write an object of exactly `size` bytes, whole or not at all."""

    def delete(self, bucket: str, key: str) -> None:
        """Remove an object; NOT_FOUND when there is none."""


def check_bucket_name(bucket: str) -> None:
    """S3's rules for new buckets.

    Raises:
        ToolError: INVALID_ARGUMENT saying which rule.
    """
    rule = "3 to 63 of a-z, 0-9, '-' and '.', beginning and ending with a letter or digit"
    if not BUCKET_NAME.fullmatch(bucket) or ".." in bucket or re.fullmatch(r"[\d.]+", bucket):
        raise ToolError(ErrorCode.INVALID_ARGUMENT, f"`{bucket:.80}` cannot be the name of a bucket: {rule}.")


def check_key(key: str) -> None:
    """The rules for keys that hold on every store.

    Raises:
        ToolError: INVALID_ARGUMENT saying which rule.
    """
    if not key or len(key.encode("utf-8", "surrogatepass")) > MAX_KEY_BYTES:
        raise ToolError(ErrorCode.INVALID_ARGUMENT, f"a key has 1 to {MAX_KEY_BYTES} bytes; this one has {len(key.encode())}.")
    if any(ord(character) < 32 for character in key):
        raise ToolError(ErrorCode.INVALID_ARGUMENT, "a key must not hold control characters.")
    parts = key.split("/")
    if "" in parts or "." in parts or ".." in parts:
        raise ToolError(ErrorCode.INVALID_ARGUMENT, f"`{key:.80}` is no usable key: no leading, double or final '/', no '.' or '..' parts.")


def walk(store: ObjectStore, bucket: str, prefix: str = "", limit: int = 1000) -> Iterator[ObjectInfo]:
    """Objects below a prefix in the order of their keys, at most `limit`."""
    start_after: str | None = None
    left = limit
    while left > 0:
        page = store.list(bucket, prefix, deep=True, start_after=start_after, limit=min(left, 1000))
        yield from page.objects
        left -= len(page.objects)
        start_after = page.next_token
        if start_after is None:
            return
