"""The one interface to objects, whoever keeps them, and the rules for names that all of them share."""

import re
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import BinaryIO, Protocol

from tools.result import ErrorCode, ToolError

BUCKET_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
IP_ADDRESS = re.compile(r"(\d+\.){3}\d+")
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
        """One page in the order of the keys; `deep` goes below `/`. What comes up to `start_after`, itself included, is left out."""

    def stat(self, bucket: str, key: str) -> ObjectInfo:
        """One object; NOT_FOUND."""

    def read(self, bucket: str, key: str, offset: int = 0, length: int | None = None) -> bytes:
        """A range of an object's bytes; all from `offset` on when `length` is None, nothing where it lies behind the end."""

    def open(self, bucket: str, key: str) -> AbstractContextManager[BinaryIO]:
        """An object as a stream."""

    def put(self, bucket: str, key: str, data: BinaryIO, size: int, content_type: str = "application/octet-stream") -> ObjectInfo:
        """Write an object of exactly `size` bytes, whole or not at all; INVALID_ARGUMENT when fewer or more come."""

    def delete(self, bucket: str, key: str) -> None:
        """Remove an object; NOT_FOUND when there is none."""


def check_bucket_name(bucket: str) -> None:
    """S3's rules for new buckets.

    Raises:
        ToolError: INVALID_ARGUMENT saying which rule.
    """
    if not valid_bucket_name(bucket):
        rule = "3 to 63 of a-z, 0-9, '-' and single '.', beginning and ending with a letter or digit, and no IP address"
        raise ToolError(ErrorCode.INVALID_ARGUMENT, f"{bucket[:80]!r} cannot be the name of a bucket: {rule}.")


def valid_bucket_name(bucket: str) -> bool:
    """Whether a bucket can have this name at all."""
    return BUCKET_NAME.fullmatch(bucket) is not None and not re.search(r"\.[.-]|-\.", bucket) and not IP_ADDRESS.fullmatch(bucket)


def check_key(key: str) -> None:
    """The rules for keys that hold on every store.

    Raises:
        ToolError: INVALID_ARGUMENT saying which rule.
    """
    problem = key_problem(key)
    if problem:
        raise ToolError(ErrorCode.INVALID_ARGUMENT, f"{key[:80]!r} cannot be a key: {problem}.")


def key_problem(key: str) -> str | None:
    """Which rule for keys this one breaks."""
    try:
        size = len(key.encode())
    except UnicodeEncodeError:
        return "it is no valid Unicode text"
    if not 1 <= size <= MAX_KEY_BYTES:
        return f"a key has 1 to {MAX_KEY_BYTES:,} bytes, this one {size:,}"
    if any(ord(character) < 32 for character in key):
        return "it holds control characters"
    if {"", ".", ".."} & set(key.split("/")):
        return "no leading, double or final '/', no '.' or '..' between them"
    return None


def first_page(entries: Iterable[ObjectInfo | str], limit: int) -> Page:
    """The first `limit` of these entries: objects, and prefixes as plain text, all in the order of their keys."""
    page, last = Page(), ""
    for number, entry in enumerate(entries):
        if number == limit:
            return replace(page, next_token=last)
        if isinstance(entry, str):
            page.prefixes.append(entry)
            last = entry
        else:
            page.objects.append(entry)
            last = entry.key
    return page


class Sized:
    """A stream that has to hold exactly `size` bytes; reading it raises INVALID_ARGUMENT when it does not."""

    def __init__(self, data: BinaryIO, size: int, key: str) -> None:
        self._data, self._size, self._key = data, size, key
        self._read = 0

    def read(self, length: int = -1) -> bytes:
        """The next bytes, at most `length` when that is not negative."""
        chunk = self._data.read(length)
        self._read += len(chunk)
        ended = not chunk and length != 0
        more = self._read > self._size or (self._read == self._size and not ended and bool(self._data.read(1)))
        if more or (ended and self._read < self._size):
            came = f"more than {self._size:,}" if more else f"only {self._read:,}"
            raise ToolError(
                ErrorCode.INVALID_ARGUMENT, f"`{self._key}` should have {self._size:,} bytes, but {came} came; nothing was stored."
            )
        return chunk


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
