"""Buckets and objects as plain files: bucket = folder, key = path below it."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from tools.minio.store import Bucket, ObjectInfo, Page, check_bucket_name, check_key
from tools.result import ErrorCode, ToolError

PARTIAL = ".partial-"
"""Names of files that are still being written begin with this; listings leave them out."""


class FolderStore:
    """An `ObjectStore` in a folder. Writes are atomic, names cannot leave the folder, symbolic links are not followed."""

    def __init__(self, root: Path) -> None:
        self._root = root
        root.mkdir(parents=True, exist_ok=True)

    @property
    def address(self) -> str:
        """The folder."""
        return str(self._root)

    def buckets(self) -> list[Bucket]:
        """All buckets by name."""
        folders = [p for p in sorted(self._root.iterdir()) if p.is_dir() and not p.is_symlink() and not p.name.startswith(".")]
        return [Bucket(p.name, _time(p.stat().st_ctime)) for p in folders]

    def create_bucket(self, bucket: str) -> None:
        """Make a bucket."""
        check_bucket_name(bucket)
        try:
            (self._root / bucket).mkdir()
        except FileExistsError:
            raise ToolError(ErrorCode.CONFLICT, f"bucket `{bucket}` exists already.") from None

    def delete_bucket(self, bucket: str) -> None:
        """Remove an empty bucket."""
        folder = self._bucket(bucket)
        if self.list(bucket, deep=True, limit=1).objects:
            raise ToolError(ErrorCode.CONFLICT, f"bucket `{bucket}` is not empty.")
        shutil.rmtree(folder)

    def list(self, bucket: str, prefix: str = "", *, deep: bool = False, start_after: str | None = None, limit: int = 100) -> Page:
        """One page in the order of the keys; only the folders that can hold the prefix are read."""
        root = self._bucket(bucket)
        page = Page()
        for key, path in _keys(root, prefix.rsplit("/", 1)[0] + "/" if "/" in prefix else "", deep):
            if not key.startswith(prefix) or (start_after is not None and key <= start_after):
                continue
            if len(page.objects) + len(page.prefixes) == limit:
                return Page(page.objects, page.prefixes, max([o.key for o in page.objects] + page.prefixes))
            if key.endswith("/"):
                page.prefixes.append(key)
            else:
                page.objects.append(_info(bucket, key, path))
        return page

    def stat(self, bucket: str, key: str) -> ObjectInfo:
        """One object."""
        return _info(bucket, key, self._object(bucket, key))

    def read(self, bucket: str, key: str, offset: int = 0, length: int | None = None) -> bytes:
        """A range of an object's bytes."""
        with self._object(bucket, key).open("rb") as file:
            file.seek(offset)
            return file.read(-1 if length is None else length)

    @contextmanager
    def open(self, bucket: str, key: str) -> Iterator[BinaryIO]:
        """An object as a stream."""
        with self._object(bucket, key).open("rb") as file:
            yield file

    def put(self, bucket: str, key: str, data: BinaryIO, size: int, content_type: str = "application/octet-stream") -> ObjectInfo:  # noqa: ARG002 - files know their type by their name
        """Write an object: a temporary file beside it, flushed to the disk, then renamed."""
        check_key(key)
        target = self._path(bucket, key)
        temporary = None
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=target.parent, prefix=PARTIAL, delete=False) as file:
                temporary = Path(file.name)
                shutil.copyfileobj(data, file, 1024 * 1024)
                written = file.tell()
                file.flush()
                os.fsync(file.fileno())
            if written != size:
                raise ToolError(ErrorCode.INVALID_ARGUMENT, f"`{key}` should have {size} bytes, but {written} came.")
            temporary.replace(target)
        except (IsADirectoryError, NotADirectoryError, FileExistsError) as error:
            message = f"`{key}` cannot be stored in `{bucket}`: a part of it is an object, or it is the folder of others."
            raise ToolError(ErrorCode.CONFLICT, message) from error
        except OSError as error:
            raise ToolError(ErrorCode.UNAVAILABLE, f"could not write `{key}` into `{bucket}`: {error.strerror}.") from error
        finally:
            if temporary is not None:
                temporary.unlink(missing_ok=True)
        return self.stat(bucket, key)

    def delete(self, bucket: str, key: str) -> None:
        """Remove an object, and the folders that are empty after it."""
        path = self._object(bucket, key)
        path.unlink()
        root = self._bucket(bucket)
        for folder in path.parents:
            if folder == root or any(folder.iterdir()):
                return
            folder.rmdir()

    def _bucket(self, bucket: str) -> Path:
        folder = self._root / bucket
        if "/" in bucket or bucket.startswith(".") or folder.is_symlink() or not folder.is_dir():
            raise ToolError(ErrorCode.NOT_FOUND, f"there is no bucket `{bucket:.80}`.")
        return folder

    def _path(self, bucket: str, key: str) -> Path:
        """Where a key lives, provided that no link leads elsewhere on the way."""
        root = self._bucket(bucket)
        path = root / key
        if any(part.is_symlink() for part in [path, *path.parents] if part.is_relative_to(root)):
            raise ToolError(ErrorCode.PERMISSION_DENIED, f"`{bucket}/{key}` lies behind a symbolic link; links are not followed.")
        return path

    def _object(self, bucket: str, key: str) -> Path:
        check_key(key)
        path = self._path(bucket, key)
        if not path.is_file() or path.name.startswith(PARTIAL):
            raise ToolError(ErrorCode.NOT_FOUND, f"there is no object `{key}` in bucket `{bucket}`.")
        return path


def _keys(root: Path, start: str, deep: bool) -> Iterator[tuple[str, Path]]:
    """Keys with their paths in the order S3 lists them; folders end in '/'."""
    folder = root / start
    if not folder.is_dir() or folder.is_symlink():
        return
    with os.scandir(folder) as entries:
        found = [(e.name + "/" if e.is_dir(follow_symlinks=False) else e.name, e) for e in entries if not e.is_symlink()]
    for name, entry in sorted(found, key=lambda pair: pair[0]):
        if name.startswith(PARTIAL):
            continue
        if name.endswith("/") and deep:
            yield from _keys(root, f"{start}{name}", deep)
        else:
            yield f"{start}{name}", Path(entry.path)


def _info(bucket: str, key: str, path: Path) -> ObjectInfo:
    stat = path.stat()
    etag = hashlib.sha256(f"{stat.st_ino}-{stat.st_size}-{stat.st_mtime_ns}".encode()).hexdigest()[:32]
    return ObjectInfo(bucket, key, stat.st_size, _time(stat.st_mtime), etag)


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
