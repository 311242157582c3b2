"""What a preview may see of an object: its first bytes, and ranges of it up to a limit."""

import io
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import PurePosixPath
from typing import BinaryIO, cast

from tools.markdown import size
from tools.minio.store import ObjectInfo, ObjectStore
from tools.result import ErrorCode, ToolError

HEAD = 256 * 1024
"""First bytes that are read of every object."""
BLOCK = 64 * 1024
"""Smallest range that is asked for."""
MOST_RANGES = 32 * 1024 * 1024
"""Bytes that are read in ranges at the most, for kinds whose beginning lies at the end (Parquet, zip, PDF)."""


@dataclass(frozen=True)
class Content:
    """The beginning of an object, or of what is packed inside one."""

    name: str
    """Key or file name; its ending tells the kind where the bytes do not."""
    size: int | None
    """Bytes in all; None where that is not known because it is packed."""
    head: bytes
    title: str
    """Bucket and key in backticks, and how large the object is: for the answer."""
    store: ObjectStore | None = None
    info: ObjectInfo | None = None

    @property
    def whole(self) -> bool:
        """Whether `head` is all there is."""
        return self.size == len(self.head)

    @property
    def ending(self) -> str:
        """The lower-case ending of the name, without its dot."""
        return PurePosixPath(self.name.lower()).suffix.lstrip(".")

    def unpacked(self, head: bytes, whole: bool) -> "Content":
        """What is packed inside, of which only the beginning is known."""
        name = self.name.rsplit(".", 1)[0] if self.ending in ("gz", "gzip", "bz2", "xz", "z") else self.name
        return replace(self, name=name, head=head, size=len(head) if whole else None, store=None, info=None)

    def seekable(self) -> BinaryIO:
        """The object as a file that can be sought.

        Raises:
            ToolError: UNSUPPORTED where only the beginning can be read. Reading raises it behind `MOST_RANGES` bytes.
        """
        if self.whole:
            return io.BytesIO(self.head)
        if self.store is None or self.info is None:
            raise ToolError(ErrorCode.UNSUPPORTED, f"`{self.name}` is packed and has to be unpacked as a whole to be shown; download it.")
        return cast(BinaryIO, Ranges(self.store, self.info))

    @cached_property
    def text(self) -> str | None:
        """The beginning as text, cut at a whole line where more follows; None when it is binary."""
        decoded = decode(self.head)
        return decoded if decoded is None or self.whole or "\n" not in decoded else decoded[: decoded.rfind("\n") + 1]


def opened(store: ObjectStore, info: ObjectInfo, ending: str = "") -> Content:
    """The beginning of an object; `ending` (such as `csv`) where its key has none that tells."""
    title = f"`{info.bucket}/{info.key}` ({size(info.size)})"
    name = f"{info.key}.{ending}" if ending else info.key
    return Content(name, info.size, store.read(info.bucket, info.key, 0, HEAD), title, store, info)


def decode(raw: bytes) -> str | None:
    """Text of any of the usual encodings: by its mark, UTF-16 without one, UTF-8, else Windows-1252; None when it is binary."""
    encoding = encoding_of(raw)
    return raw.decode(encoding, errors="replace") if encoding else None


def encoding_of(raw: bytes) -> str | None:
    """The encoding of a text of which these are the first bytes; None when they are binary."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe\0\0", "utf-32"), (b"\0\0\xfe\xff", "utf-32")):
        if raw.startswith(mark):
            return encoding
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    sample = raw[:4096]
    if b"\0" in sample:
        return _wide(sample)
    if sum(byte < 32 and byte not in b"\t\n\r\f\x1b" for byte in sample) > len(sample) // 20:
        return None
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        return "utf-8" if error.start >= len(raw) - 3 else "cp1252"  # a letter cut in two at the end
    return "utf-8"


def _wide(sample: bytes) -> str | None:
    """UTF-16 without a mark: nearly every second byte of Western text is zero."""
    even, odd = sample[0::2], sample[1::2]
    if odd and odd.count(0) > 0.7 * len(odd) and even.count(0) < 0.05 * len(even):
        return "utf-16-le"
    if even and even.count(0) > 0.7 * len(even) and odd.count(0) < 0.05 * len(odd):
        return "utf-16-be"
    return None


class Ranges(io.RawIOBase):
    """An object as a file that can be sought: what is read comes in blocks by range requests, and is bounded."""

    def __init__(self, store: ObjectStore, info: ObjectInfo, most: int = MOST_RANGES) -> None:
        self._store, self._info, self._most = store, info, most
        self._position = 0
        self._block, self._begins = b"", 0
        self.bytes_read = 0

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always."""
        return True

    def tell(self) -> int:
        """The position."""
        return self._position

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to a position."""
        self._position = max(0, offset + (0, self._position, self._info.size)[whence])
        return self._position

    def read(self, length: int = -1) -> bytes:
        """The next bytes."""
        left = max(0, self._info.size - self._position)
        length = left if length is None or length < 0 else min(length, left)
        if length == 0:
            return b""
        start = self._position - self._begins
        if not (start >= 0 and start + length <= len(self._block)):
            self._fetch(max(length, BLOCK))
            start = 0
        data = self._block[start : start + length]
        self._position += len(data)
        return data

    def readall(self) -> bytes:
        """All that is left."""
        return self.read()

    def _fetch(self, length: int) -> None:
        if self.bytes_read + length > self._most + BLOCK:
            name = f"{self._info.bucket}/{self._info.key}"
            raise ToolError(
                ErrorCode.UNSUPPORTED, f"more than {self._most >> 20} MiB of `{name}` would have to be read to show it; download it."
            )
        self._block = self._store.read(self._info.bucket, self._info.key, self._position, length)
        self._begins = self._position
        self.bytes_read += len(self._block)
