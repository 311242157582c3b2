"""What can be indexed: local files that are open to tools, objects of a bucket, pages of the web."""

import glob
import re
from pathlib import Path, PurePosixPath

from knowledge.knowledge import Knowledge
from knowledge.origins.files import fixed_part
from knowledge.origins.selection import KINDS, MAX_ITEMS, Item, Selection, UnreadableDocumentError, check_count, check_size
from tools.files import LocalFiles
from tools.minio.store import ObjectInfo, ObjectStore, walk
from tools.result import ErrorCode, ToolError

_OBJECTS = re.compile(r"(?:minio|s3)://([^/]+)/?(.*)", re.DOTALL)
_WEB = re.compile(r"https?://", re.IGNORECASE)


def is_web(path: str) -> bool:
    """Whether a path is an address of the web."""
    return _WEB.match(path.strip()) is not None


def selection(knowledge: Knowledge, files: LocalFiles, store: ObjectStore, path: str) -> Selection:
    """The documents that a path means; a page of the web is fetched for it.

    Raises:
        ToolError: NOT_FOUND, PERMISSION_DENIED or INVALID_ARGUMENT, saying why nothing can be read there.
    """
    objects = _OBJECTS.fullmatch(path.strip())
    try:
        if objects:
            return _objects(store, objects.group(1), objects.group(2))
        if is_web(path) or "://" in path:
            return knowledge.select(path)
        return knowledge.select(str(_local(files, path)))
    except UnreadableDocumentError as error:
        raise ToolError(ErrorCode.INVALID_ARGUMENT, f"`{path}`: {error}.".replace("..", ".")) from None


def _local(files: LocalFiles, path: str) -> Path:
    """The file, folder or pattern inside the open folders; what a pattern matches outside is left out later."""
    if not glob.has_magic(path) or Path(path).is_file():
        return files.readable(path)
    fixed = fixed_part(path)
    rest = Path(path).relative_to(fixed)
    return files.readable(str(fixed)) / rest


def _objects(store: ObjectStore, bucket: str, prefix: str) -> Selection:
    """Objects under a prefix whose names tell a kind of document."""
    found = [one for one in walk(store, bucket, prefix, MAX_ITEMS + 1) if PurePosixPath(one.key).suffix.lower() in KINDS]
    check_count(len(found), f"minio://{bucket}/{prefix}")
    if not found:
        where = f"`{bucket}` under `{prefix}`" if prefix else f"`{bucket}`"
        raise ToolError(ErrorCode.NOT_FOUND, f"no object in {where} is a document; these kinds are read: {', '.join(KINDS)}.")
    addresses = {_address(bucket, one.key) for one in found}
    below = _address(bucket, prefix)
    return Selection([_item(store, one) for one in found], lambda uri: uri.startswith(below) and uri not in addresses)


def _item(store: ObjectStore, one: ObjectInfo) -> Item:
    def read() -> bytes:
        check_size(one.size)
        try:
            return store.read(one.bucket, one.key)
        except ToolError as error:
            raise UnreadableDocumentError(error.message) from error

    parts = (one.bucket, *one.key.strip("/").split("/"))
    return Item(_address(one.bucket, one.key), parts, len(parts), parts[1:-1], read)


def _address(bucket: str, key: str) -> str:
    return f"minio://{bucket}/{key}"
