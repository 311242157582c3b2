"""Archives and compressed objects: listed or unpacked only as far as a preview needs, whatever they claim to hold."""

import bz2
import io
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from itertools import islice
from typing import Any

from tools.markdown import count, size
from tools.minio.formats.arrays import npy_header
from tools.minio.formats.content import HEAD, Content
from tools.minio.formats.pickles import names_in
from tools.minio.formats.shown import Shown, table_shown
from tools.names import listed
from tools.result import ErrorCode, ToolError

MEMBERS = 200
"""Members of a tar that are looked at: each is a request."""
MEMORY = 64 * 1024 * 1024
"""Bytes that the xz decoder may use."""


def zipped(content: Content, rows: int | None) -> Shown:
    """The members of a zip; arrays in a NumPy archive with shape and type, and what a PyTorch file's pickle names."""
    try:
        archive = zipfile.ZipFile(content.seekable())
        members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, OverflowError) as error:
        raise ToolError(ErrorCode.INVALID_ARGUMENT, f"{content.title} is no readable zip file: {str(error)[:200]}") from error
    arrays = [m for m in members if m.filename.endswith(".npy")]
    if arrays and len(arrays) == len(members):
        described = [(m.filename.removesuffix(".npy"), *_array(archive, m, content.title)) for m in arrays[: rows or 20]]
        shown = table_shown(content, ["array", "shape", "type"], described, len(arrays))
        return Shown(f"{content.title} is a NumPy archive of {count(len(arrays), 'array')}.", shown.body, shown.artifacts)
    listing = [(m.filename, size(m.file_size), "yes" if m.flag_bits & 1 else "") for m in members]
    shown = table_shown(content, ["member", "size", "encrypted"], listing[: rows or 500], len(members))
    total = size(sum(m.file_size for m in members))
    lead = f"{content.title} is a zip file with {count(len(members), 'member')}, {total} unpacked as it says."
    return Shown(lead, shown.body + _weights(archive, members), shown.artifacts)


def _array(archive: zipfile.ZipFile, member: zipfile.ZipInfo, title: str) -> tuple[str, str]:
    try:
        with archive.open(member) as stream:
            shape, dtype = npy_header(io.BytesIO(stream.read(64 * 1024)), title)
    except (zipfile.BadZipFile, zlib.error, OSError, RuntimeError, NotImplementedError, EOFError, ToolError):
        return "not readable", ""
    return "×".join(map(str, shape)) or "one value", str(dtype)


def _weights(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> str:
    """What the pickle inside a PyTorch file names."""
    inner = next((m for m in members if m.filename.endswith("data.pkl")), None)
    if inner is None:
        return ""
    try:
        with archive.open(inner) as stream:
            found, _ = names_in(stream.read(HEAD))
    except (zipfile.BadZipFile, zlib.error, OSError, RuntimeError, NotImplementedError, EOFError):
        return ""
    return f"\n\nIts pickle, which is not loaded, names {listed(list(found), limit=12)}." if found else ""


def tar(content: Content, rows: int | None) -> Shown:
    """The first members of a tar."""
    stream: Any = content.seekable() if content.store is not None else io.BytesIO(content.head)
    members: list[tuple[str, str]] = []
    complete = False
    try:
        with tarfile.open(fileobj=stream, mode="r:") as archive:
            for member in islice(archive, MEMBERS):
                members.append((member.name, size(member.size) if member.isfile() else "folder" if member.isdir() else "link"))
        complete = len(members) < MEMBERS and content.size is not None
    except (tarfile.TarError, OSError, ValueError, OverflowError) as error:
        if not members:
            raise ToolError(ErrorCode.INVALID_ARGUMENT, f"{content.title} is no readable tar file: {str(error)[:200]}") from error
    shown = table_shown(content, ["member", "size"], members[: rows or MEMBERS])
    some = "" if complete else "at least "
    return Shown(f"{content.title} is a tar file with {some}{count(len(members), 'member')}.", shown.body, shown.artifacts)


Decompressor = Callable[[], Any]
_DECOMPRESSORS: dict[str, Decompressor] = {
    "gzip": lambda: zlib.decompressobj(wbits=31),
    "zlib": zlib.decompressobj,
    "bzip2": bz2.BZ2Decompressor,
    "xz": lambda: lzma.LZMADecompressor(memlimit=MEMORY),
}


def unpacked(content: Content, kind: str) -> Content:
    """What is packed in a compressed object, as far as its first bytes unpack, and never more than a preview shows of any object.

    Raises:
        ToolError: INVALID_ARGUMENT when it is damaged.
    """
    decompressor = _DECOMPRESSORS[kind]()
    try:
        head: bytes = decompressor.decompress(content.head, HEAD)
    except (zlib.error, lzma.LZMAError, OSError, ValueError, EOFError, MemoryError) as error:
        raise ToolError(ErrorCode.INVALID_ARGUMENT, f"{content.title} is no readable {kind} file: {str(error)[:200]}") from error
    whole = bool(decompressor.eof) and content.whole and not decompressor.unused_data
    return content.unpacked(head, whole)
