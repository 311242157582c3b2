"""The one interface to objects, whoever keeps them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol, runtime_checkable

from tools.result import ErrorCode, ToolError

Progress = Callable[[int, int], None]
"""Told how many bytes of how many are done. What it raises ends the transfer, which a repeat takes up again."""


def unwatched(_done: int, _size: int) -> None:
    """Progress that nobody follows."""


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
    version_id: str = ""
    """Empty where the bucket keeps no versions, and in listings."""


@dataclass(frozen=True)
class Version:
    """One version of an object, or the mark that it was deleted."""

    version_id: str
    modified: datetime | None
    size: int
    latest: bool
    deleted: bool


@dataclass(frozen=True)
class ExpiryRule:
    """Objects whose keys begin with `prefix` go when they are `days` old."""

    prefix: str
    days: int


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

    def upload_file(
        self,
        path: Path,
        bucket: str,
        key: str,
        *,
        content_type: str = "application/octet-stream",
        progress: Progress = unwatched,
    ) -> ObjectInfo:
        """Write a local file as an object, whole or not at all, in bounded memory; parts that an attempt before left are used."""

    def download_file(self, bucket: str, key: str, path: Path, *, progress: Progress = unwatched) -> ObjectInfo:
        """Write an object into a local file, whole or not at all and over what is there, checked against the server's checksum.

        What a broken attempt leaves lies in a hidden file beside it and is used by the next one.
        NOT_FOUND; CONFLICT when the object changes meanwhile.
        """

    def copy(self, bucket: str, key: str, to_bucket: str, to_key: str) -> ObjectInfo:
        """Copy an object with its tags where it lies, over what is there; INVALID_ARGUMENT onto itself."""

    def move(self, bucket: str, key: str, to_bucket: str, to_key: str) -> ObjectInfo:
        """Copy an object with its tags, then delete it where it was. At every moment it is at one of both places, or at both."""

    def delete(self, bucket: str, key: str) -> None:
        """Remove an object; NOT_FOUND when there is none. Where versions are kept it can be restored."""

    def versioning(self, bucket: str) -> bool:
        """Whether the bucket keeps what is overwritten or deleted from now on."""

    def set_versioning(self, bucket: str, enabled: bool) -> None:
        """Begin or stop keeping versions; those that are there stay."""

    def versions(self, bucket: str, key: str, limit: int = 100) -> Sequence[Version]:
        """The newest `limit` versions, newest first; NOT_FOUND when there never was such an object, or nothing is left of it."""

    def restore(self, bucket: str, key: str, version_id: str) -> ObjectInfo:
        """Make an old version the newest, also after a deletion; NOT_FOUND, or INVALID_ARGUMENT when it is the mark of a deletion."""

    def tags(self, bucket: str, key: str) -> dict[str, str]:
        """The tags of an object; NOT_FOUND."""

    def set_tags(self, bucket: str, key: str, tags: dict[str, str]) -> None:
        """Replace the tags of an object; NOT_FOUND, and INVALID_ARGUMENT beyond S3's limits."""

    def expiry(self, bucket: str) -> Sequence[ExpiryRule]:
        """When objects of the bucket go by themselves, by prefix."""

    def set_expiry(self, bucket: str, prefix: str, days: int) -> None:
        """Let objects below a prefix (all with an empty one) go after some days, instead of any other number for the same prefix."""

    def share(self, bucket: str, key: str, seconds: int) -> str:
        """An address that gives the object to whoever knows it, for 1 second to 7 days; NOT_FOUND."""

    def policy(self, bucket: str) -> str:
        """The server's access policy of the bucket as JSON, empty when it has none; UNSUPPORTED without a server."""


@runtime_checkable
class SharedByUs(Protocol):
    """A store without a server of its own: the web server serves its share links below `<base_url>/share/`."""

    base_url: str | None
    """Address of the web server; without one nothing can be shared."""

    def open_shared(self, token: str) -> tuple[str, Path]:
        """Key and file of the object that a link's token stands for; PERMISSION_DENIED when it is not ours or has expired, NOT_FOUND."""


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

    def __init__(self, data: BinaryIO, size: int, key: str, progress: Progress = unwatched) -> None:
        self._data, self._size, self._key, self._progress = data, size, key, progress
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
        self._progress(self._read, self._size)
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
