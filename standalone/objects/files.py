"""Keys as paths below a bucket's folder: which there are, what is known of them, and how a file comes there whole."""

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from heapq import heapify, heappop
from pathlib import Path
from typing import IO

from tools.minio.disk import flush
from tools.minio.limits import key_problem
from tools.minio.store import ObjectInfo

MAX_PART_BYTES = 255
"""What file systems allow between two '/'."""


def keys_below(root: Path, prefix: str, *, deep: bool, after: str = "", shown: Callable[[str], bool] = lambda _key: True) -> Iterator[str]:
    """Keys behind `after` that begin with the prefix, in the order S3 lists them.

    Without `deep` those of one level, and the folders there that hold any object, ending in '/'.

    Args:
        root: folder of the bucket.
        shown: whether an object is to be seen.
    """
    start = prefix[: prefix.rfind("/") + 1]
    leads_there = {after[: at + 1] for at, letter in enumerate(after) if letter == "/"} if deep else set()
    keys = [start + name for name in _names_in(root / start)]
    for key in _in_order([key for key in keys if key.startswith(prefix) and (key > after or key in leads_there)]):
        if key_problem(key.removesuffix("/")):
            continue
        if not key.endswith("/"):
            if shown(key):
                yield key
        elif deep:
            yield from keys_below(root, key, deep=True, after=after, shown=shown)
        elif next(keys_below(root, key, deep=True, shown=shown), None):
            yield key


def _names_in(folder: Path) -> list[str]:
    """Files, and folders ending in '/', in no order; links and devices are left out. None of a folder that is not there."""
    names = []
    with suppress(FileNotFoundError, NotADirectoryError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_file(follow_symlinks=False):
                names.append(entry.name)
            elif entry.is_dir(follow_symlinks=False):
                names.append(f"{entry.name}/")
    return names


def _in_order(names: list[str]) -> Iterator[str]:
    """By name; sorted no further than somebody reads, who often wants a page of very many."""
    heapify(names)
    while names:
        yield heappop(names)


def with_infos(bucket: str, root: Path, keys: Iterable[str]) -> Iterator[ObjectInfo | str]:
    """Prefixes as they are, keys with what is known of the object; objects that vanish meanwhile are left out."""
    for key in keys:
        if key.endswith("/"):
            yield key
            continue
        with suppress(FileNotFoundError):
            yield info_of(bucket, key, root / key)


def info_of(bucket: str, key: str, path: Path, version_id: str = "") -> ObjectInfo:
    """What the file system knows of an object."""
    stat = path.stat()
    etag = hashlib.sha256(f"{stat.st_ino}-{stat.st_size}-{stat.st_mtime_ns}".encode()).hexdigest()[:32]
    return ObjectInfo(bucket, key, stat.st_size, moment(stat.st_mtime), etag, version_id=version_id)


def has_long_part(key: str) -> bool:
    """Whether a part of the key is too long for the name of a file."""
    return any(len(part.encode()) > MAX_PART_BYTES for part in key.split("/"))


def is_linked(root: Path, path: Path) -> bool:
    """Whether a symbolic link lies on the way from the bucket to a path."""
    return any(part.is_symlink() for part in (path, *path.parents) if part.is_relative_to(root))


def moment(seconds: float) -> datetime:
    """A time stamp of the file system."""
    return datetime.fromtimestamp(seconds, UTC)


@contextmanager
def unfinished(folder: Path) -> Iterator[tuple[Path, IO[bytes]]]:
    """A new file to fill and then to move to its place; removed in the end if it is still there."""
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
        path = Path(file.name)
        try:
            yield path, file
        finally:
            path.unlink(missing_ok=True)


def write_small(folder: Path, target: Path, text: str) -> None:
    """Replace a small file at once, by way of `folder` on the same file system."""
    with unfinished(folder) as (path, file):
        file.write(text.encode())
        flush(file)
        target.parent.mkdir(parents=True, exist_ok=True)
        path.replace(target)
