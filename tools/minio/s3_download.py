"""Downloads into files: taken up where one broke off, in bounded memory, checked against the checksum that the server keeps."""

import hashlib
from base64 import b64encode
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, BinaryIO, Protocol

from isal import isal_zlib

from tools.result import ErrorCode, ToolError

PIECE = 4 * 1024 * 1024
"""Bytes taken from the server at once: with smaller ones their hand-over costs more than their checksum."""


class Hash(Protocol):
    """A checksum under way, as hashlib's."""

    def update(self, data: bytes | memoryview, /) -> None:
        """Take more bytes in."""

    def digest(self) -> bytes:
        """The sum of all so far."""


class Crc32:
    """CRC-32 in the manner of hashlib: by far faster than MD5, and with ISA-L three times as fast as zlib's."""

    def __init__(self, data: bytes = b"") -> None:
        self._sum = isal_zlib.crc32(data)

    def update(self, data: bytes | memoryview, /) -> None:
        """Take more bytes in."""
        self._sum = isal_zlib.crc32(data, self._sum)

    def digest(self) -> bytes:
        """The sum of all so far, in four bytes."""
        return self._sum.to_bytes(4)


class Checksum:
    """The sum of an object as S3 makes it: of the bytes, or of the sums of its parts when it was uploaded in parts."""

    def __init__(self, make: Callable[[bytes], Hash], shown: Callable[[bytes], str], expected: str, part: int | None) -> None:
        self._make, self._shown, self.expected, self._part = make, shown, expected, part
        self._sums: list[bytes] = []
        self._current, self._left = make(b""), part or 0

    def update(self, data: bytes) -> None:
        """Take more bytes in, in their order."""
        view = memoryview(data)
        while self._part and len(view) >= self._left:
            self._current.update(view[: self._left])
            self._sums.append(self._current.digest())
            view = view[self._left :]
            self._current, self._left = self._make(b""), self._part
        self._current.update(view)
        self._left -= len(view)

    @property
    def matches(self) -> bool:
        """Whether all bytes together have the sum that the server keeps."""
        if not self._part:
            return self._shown(self._current.digest()) == self.expected
        sums = [*self._sums, self._current.digest()] if self._left < self._part else self._sums
        return f"{self._shown(self._make(b''.join(sums)).digest())}-{len(sums)}" == self.expected


@dataclass(frozen=True)
class Source:
    """An object as it was found; if it changes, its download ends."""

    client: Any
    bucket: str
    key: str
    entry: Any
    """What the SDK knows of it."""

    @classmethod
    def find(cls, client: Any, bucket: str, key: str) -> "Source":
        """Ask the server for the object and its checksum."""
        return cls(client, bucket, key, client.stat_object(bucket, key, extra_headers={"x-amz-checksum-mode": "ENABLED"}))

    @property
    def size(self) -> int:
        """Its bytes."""
        return int(self.entry.size or 0)

    @property
    def etag(self) -> str:
        """Names the content."""
        return str(self.entry.etag or "")

    def download(self, file: BinaryIO, errors: Callable[[], AbstractContextManager[None]]) -> Iterator[int]:
        """Append to the file what it lacks; yields how many bytes it has. `errors` turns the server's errors into ours.

        Raises:
            ToolError: UNAVAILABLE when the bytes are not those the server keeps; the file is empty then.
        """
        with errors():
            checksum = self._checksum()
        have = file.seek(0, 2)
        if have > self.size:  # only then: of a file that was cut, ext4 writes everything to the disk when it is closed
            have = file.truncate(self.size)
        file.seek(0)
        while content := file.read(PIECE):
            checksum.update(content) if checksum else None

        with ThreadPoolExecutor(1) as beside:  # sums a piece while the next one is on its way
            summed: Future[None] | None = None
            for content in self._stream(have, errors):
                if summed:
                    summed.result()
                summed = beside.submit(checksum.update, content) if checksum else None
                file.write(content)
                have += len(content)
                yield have
        if have != self.size or (checksum and not checksum.matches):
            file.truncate(0)
            message = f"`{self.bucket}/{self.key}` arrived damaged: its checksum is not the server's. Nothing was kept; try again."
            raise ToolError(ErrorCode.UNAVAILABLE, message)

    def _stream(self, start: int, errors: Callable[[], AbstractContextManager[None]]) -> Iterator[bytes]:
        """The bytes from `start` on, piece by piece."""
        if start == self.size:
            return
        headers = {"If-Match": f'"{self.etag}"'} if self.etag else None
        with errors():
            response = self.client.get_object(self.bucket, self.key, start, request_headers=headers)
        try:
            pieces = response.stream(PIECE)
            while True:
                with errors():
                    content = next(pieces, b"")
                if not content:
                    return
                yield content
        finally:
            response.close()
            response.release_conn()

    def _checksum(self) -> Checksum | None:
        """CRC-32 where the server has it, else the ETag where that is an MD5."""
        known = self.entry.metadata or {}
        crc32 = known.get("x-amz-checksum-crc32", "")
        if crc32 and (known.get("x-amz-checksum-type") == "FULL_OBJECT" or "-" not in crc32):
            return Checksum(Crc32, _base64, crc32, None)
        if crc32:
            return Checksum(Crc32, _base64, crc32, self._part_size())
        if "x-amz-server-side-encryption" in known or "x-amz-server-side-encryption-customer-algorithm" in known:
            return None
        return Checksum(_md5, bytes.hex, self.etag, self._part_size() if "-" in self.etag else None)

    def _part_size(self) -> int:
        first = self.client.stat_object(self.bucket, self.key, extra_query_params={"partNumber": "1"})
        return int(first.size or 0)


def _base64(digest: bytes) -> str:
    return b64encode(digest).decode()


def _md5(data: bytes) -> Hash:
    return hashlib.md5(data, usedforsecurity=False)
