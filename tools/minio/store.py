"""The one interface to objects, whoever keeps them, and the rules for names that all of them share."""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import BinaryIO, Protocol, runtime_checkable

from tools.result import ErrorCode, ToolError

BUCKET_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
IP_ADDRESS = re.compile(r"(\d+\.){3}\d+")
MAX_KEY_BYTES = 1024
MAX_TAGS, MAX_TAG_KEY, MAX_TAG_VALUE = 10, 128, 256
"""S3's limits for the tags of an object; the two lengths in characters."""
TAG_TEXT = re.compile(r"[\w +\-=.:/@]*")
MAX_DAYS = 36_500
MAX_SHARE_SECONDS = 7 * 24 * 3600
"""The longest life of a share link that S3 allows."""


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

    def copy(self, bucket: str, key: str, to_bucket: str, to_key: str) -> ObjectInfo:
        """Copy an object with its tags where it lies, over what is there; INVALID_ARGUMENT onto itself."""

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

    def open_shared(self, token: str) -> tuple[str, str]:
        """Bucket and key that a link's token stands for; PERMISSION_DENIED when it is not ours or has expired."""


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


def check_key(key: str, *, new: bool = True) -> None:
    """The rules for keys that hold on every store. Objects that are there already may break some that new ones keep.

    Raises:
        ToolError: INVALID_ARGUMENT saying which rule.
    """
    problem = key_problem(key) if new else text_problem(key)
    if problem:
        raise ToolError(ErrorCode.INVALID_ARGUMENT, f"{key[:80]!r} cannot be a key: {problem}.")


def text_problem(key: str) -> str | None:
    """Why this text cannot be the key of any object."""
    try:
        size = len(key.encode())
    except UnicodeEncodeError:
        return "it is no valid Unicode text"
    if not 1 <= size <= MAX_KEY_BYTES:
        return f"a key has 1 to {MAX_KEY_BYTES:,} bytes, this one {size:,}"
    if any(ord(character) < 32 for character in key):
        return "it holds control characters"
    return None


def key_problem(key: str) -> str | None:
    """Which rule for new keys this one breaks."""
    problem = text_problem(key)
    if not problem and {"", ".", ".."} & set(key.split("/")):
        return "no leading, double or final '/', no '.' or '..' between them"
    return problem


def check_tags(tags: dict[str, str]) -> None:
    """S3's limits for tags.

    Raises:
        ToolError: INVALID_ARGUMENT saying which.
    """
    problem = f"an object has at most {MAX_TAGS} tags, not {len(tags)}" if len(tags) > MAX_TAGS else None
    for key, value in tags.items():
        if not 1 <= len(key) <= MAX_TAG_KEY:
            problem = f"the name of a tag has 1 to {MAX_TAG_KEY} characters, not {len(key)}"
        elif len(value) > MAX_TAG_VALUE:
            problem = f"the value of tag {key!r} has {len(value)} characters, at most {MAX_TAG_VALUE} are allowed"
        elif not TAG_TEXT.fullmatch(key) or not TAG_TEXT.fullmatch(value):
            problem = f"tag {key!r} may hold letters, digits, spaces and + - = . _ : / @ only"
    if problem:
        raise ToolError(ErrorCode.INVALID_ARGUMENT, f"these tags cannot be set: {problem}.")


def check_days(days: int) -> None:
    """An object lives at least a day, at most what a date can hold.

    Raises:
        ToolError: INVALID_ARGUMENT.
    """
    if not 1 <= days <= MAX_DAYS:
        raise ToolError(ErrorCode.INVALID_ARGUMENT, f"objects can expire after 1 to {MAX_DAYS:,} days, not {days:,}.")


def check_share(seconds: int) -> None:
    """S3's bounds for the life of a link.

    Raises:
        ToolError: INVALID_ARGUMENT.
    """
    if not 1 <= seconds <= MAX_SHARE_SECONDS:
        raise ToolError(ErrorCode.INVALID_ARGUMENT, f"a link lives for 1 second to 7 days, not {seconds:,} seconds.")


def check_copy(source: tuple[str, str], target: tuple[str, str]) -> None:
    """A copy goes elsewhere, to a key that can be.

    Raises:
        ToolError: INVALID_ARGUMENT.
    """
    check_key(target[1])
    if source == target:
        raise ToolError(ErrorCode.INVALID_ARGUMENT, f"`{source[0]}/{source[1][:80]}` cannot be copied onto itself. Choose another key.")


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
