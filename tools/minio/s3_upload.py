"""Uploads of files in parts: in bounded memory, each part checked by the server, and taken up again where one broke off."""

import hashlib
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from isal import isal_zlib

from tools.minio.side_by_side import side_by_side
from tools.minio.store import Sized
from tools.result import ErrorCode, ToolError

MIB = 1024 * 1024
PART_SIZE = 8 * MIB
"""Smallest part of an upload."""
MAX_PARTS = 10_000
CANNOT_LIST = {"AccessDenied", "NotImplemented", "MethodNotAllowed"}
"""How a server says that unfinished uploads cannot be asked for."""


@dataclass(frozen=True)
class Part:
    """A part that the server has, and the checksum of its bytes as S3 writes it."""

    number: int
    etag: str
    crc32: str


def part_size(size: int) -> int:
    """Bytes of each part but the last of an object of `size` bytes, always the same so that a repeat cuts at the same places."""
    return max(PART_SIZE, -(-size // MAX_PARTS // MIB) * MIB)


def upload(client: Any, bucket: str, key: str, data: Callable[[], Sized], size: int, content_type: str) -> None:
    """Store a file's bytes as an object in parts. After an error those that were sent stay, unseen, for the next attempt.

    An upload that the server knows no more, because another one came between or its disk filled up, is begun anew once. `data` gives the
    file's bytes from their beginning.
    """
    from minio.error import S3Error

    try:
        _upload(client, bucket, key, data(), size, content_type)
    except S3Error as error:
        if error.code != "NoSuchUpload":
            raise
        _upload(client, bucket, key, data(), size, content_type)


def _upload(client: Any, bucket: str, key: str, data: Sized, size: int, content_type: str) -> None:
    pieces = enumerate(_pieces(data, part_size(size)), 1)
    first = next(pieces)
    upload_id, stored = _unfinished(client, bucket, key, first[1]) or (_begin(client, bucket, key, content_type), {})

    def send(piece: tuple[int, bytes]) -> Part:
        number, content = piece
        crc32 = b64encode(isal_zlib.crc32(content).to_bytes(4)).decode()
        etag = stored.get(number)
        if etag is None or etag != _md5(content):
            etag = client._upload_part(bucket, key, content, {"x-amz-checksum-crc32": crc32}, upload_id, number)
        return Part(number, etag, crc32)

    def all_pieces() -> Iterator[tuple[int, bytes]]:
        yield first
        yield from pieces

    parts = list(side_by_side(send, all_pieces()))
    _complete(client, bucket, key, upload_id, parts)


def _pieces(data: Sized, length: int) -> Iterator[bytes]:
    while content := data.read(length):
        yield content


def _unfinished(client: Any, bucket: str, key: str, first: bytes) -> tuple[str, Mapping[int, str]] | None:
    """The newest unfinished upload of the key that began with the same bytes, and the ETags of its parts by number."""
    from minio.error import S3Error

    try:
        begun = client._list_multipart_uploads(bucket, prefix=key).uploads
    except S3Error as error:
        if error.code in CANNOT_LIST:
            return None
        raise
    same = sorted((u for u in begun if u.object_name == key), key=lambda u: u.initiated_time, reverse=True)
    for found in islice(same, 10):
        parts = dict(_stored(client, bucket, key, found.upload_id))
        if parts.get(1) == _md5(first):
            return found.upload_id, parts
    return None


def _stored(client: Any, bucket: str, key: str, upload_id: str) -> Iterator[tuple[int, str]]:
    marker = None
    while True:
        page = client._list_parts(bucket, key, upload_id, part_number_marker=marker)
        yield from ((part.part_number, part.etag) for part in page.parts)
        marker = page.next_part_number_marker
        if not page.is_truncated:
            return


def _begin(client: Any, bucket: str, key: str, content_type: str) -> str:
    return str(client._create_multipart_upload(bucket, key, {"Content-Type": content_type, "x-amz-checksum-algorithm": "CRC32"}))


def _complete(client: Any, bucket: str, key: str, upload_id: str, parts: list[Part]) -> None:
    """Make the parts one object. The SDK's own method leaves the checksums out, which the server then refuses."""
    from minio.datatypes import CompleteMultipartUploadResult
    from minio.xml import Element, SubElement, getbytes

    listing = Element("CompleteMultipartUpload")
    for part in parts:
        tag = SubElement(listing, "Part")
        SubElement(tag, "ChecksumCRC32", part.crc32)
        SubElement(tag, "ETag", f'"{part.etag}"')
        SubElement(tag, "PartNumber", str(part.number))
    headers = {"Content-Type": "application/xml"}
    answer = client._execute("POST", bucket, key, body=getbytes(listing), headers=headers, query_params={"uploadId": upload_id})
    if not CompleteMultipartUploadResult(answer).etag:  # S3 can answer OK before it knows, and tell the error in the body
        raise ToolError(ErrorCode.UNAVAILABLE, f"the server could not put the parts of `{bucket}/{key}` together. Try again.")


def _md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()
