"""Buckets and objects as plain files: bucket = folder, key = path below it."""

import errno
import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from tools.minio.store import (
    Bucket,
    ObjectInfo,
    Page,
    Sized,
    check_bucket_name,
    check_key,
    first_page,
    key_problem,
    valid_bucket_name,
)
from tools.result import ErrorCode, ToolError

OWN = ".store"
"""Folder beside the buckets: objects that are still being written, when buckets were created, and a lock."""
MAX_PART_BYTES = 255
"""What file systems allow between two '/'."""


class FolderStore:
    """An `ObjectStore` in a folder. Writes are atomic, names cannot leave the folder, symbolic links are not followed."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._partial = root / OWN / "partial"
        self._created = root / OWN / "created"
        for folder in (self._partial, self._created):
            folder.mkdir(parents=True, exist_ok=True)

    @property
    def address(self) -> str:
        """The folder."""
        return str(self._root)

    def buckets(self) -> list[Bucket]:
        """All buckets by name; `created` is not known of folders that came here by other ways."""
        with _errors("list buckets"), os.scandir(self._root) as entries:
            names = sorted(e.name for e in entries if valid_bucket_name(e.name) and e.is_dir(follow_symlinks=False))
        return [Bucket(name, self._creation(name)) for name in names]

    def create_bucket(self, bucket: str) -> None:
        """Make a bucket."""
        check_bucket_name(bucket)
        with _errors(f"create bucket `{bucket}`"):
            (self._root / bucket).mkdir()
            (self._created / bucket).touch()

    def delete_bucket(self, bucket: str) -> None:
        """Remove an empty bucket."""
        folder = self._bucket(bucket)
        with _errors(f"delete bucket `{bucket}`"), self._folders():
            for parent, _, files in os.walk(folder, topdown=False):
                if files:
                    raise ToolError(ErrorCode.CONFLICT, f"bucket `{bucket}` is not empty.")
                Path(parent).rmdir()
            (self._created / bucket).unlink(missing_ok=True)

    def list(self, bucket: str, prefix: str = "", *, deep: bool = False, start_after: str | None = None, limit: int = 100) -> Page:
        """One page in the order of the keys; only the folders that can hold the prefix are read."""
        root = self._bucket(bucket)
        start = prefix.rpartition("/")[0]
        if start and (key_problem(start) or _long_part(start) or _linked(root, root / start)):
            return Page()
        keys = (k for k in _keys(root / start, f"{start}/" if start else "", deep) if k.startswith(prefix) and k > (start_after or ""))
        with _errors(f"list bucket `{bucket}`"):
            return first_page(_entries(bucket, root, keys), limit)

    def stat(self, bucket: str, key: str) -> ObjectInfo:
        """One object."""
        with _errors(f"find `{key}` in bucket `{bucket}`"):
            return _info(bucket, key, self._object(bucket, key))

    def read(self, bucket: str, key: str, offset: int = 0, length: int | None = None) -> bytes:
        """A range of an object's bytes."""
        with self.open(bucket, key) as file, _errors(f"read `{key}` in bucket `{bucket}`"):
            file.seek(offset)
            return file.read(-1 if length is None else length)

    @contextmanager
    def open(self, bucket: str, key: str) -> Iterator[BinaryIO]:
        """An object as a stream."""
        with _errors(f"read `{key}` in bucket `{bucket}`"):
            file = self._object(bucket, key).open("rb")
        with file:
            yield file

    def put(self, bucket: str, key: str, data: BinaryIO, size: int, content_type: str = "application/octet-stream") -> ObjectInfo:  # noqa: ARG002 - files know their type by their name
        """Write an object: a temporary file outside of all buckets, flushed to the disk, then moved to its place."""
        check_key(key)
        target = self._path(bucket, key)
        with _errors(f"write `{key}` into bucket `{bucket}`"):
            with tempfile.NamedTemporaryFile(dir=self._partial, delete=False) as file:
                temporary = Path(file.name)
                try:
                    shutil.copyfileobj(Sized(data, size, key), file, 1024 * 1024)
                    file.flush()
                    os.fsync(file.fileno())
                    with self._folders():
                        target.parent.mkdir(parents=True, exist_ok=True)
                        temporary.replace(target)
                finally:
                    temporary.unlink(missing_ok=True)
            return _info(bucket, key, target)

    def delete(self, bucket: str, key: str) -> None:
        """Remove an object, and the folders that are empty after it."""
        root = self._bucket(bucket)
        with _errors(f"delete `{key}` in bucket `{bucket}`"), self._folders():
            path = self._object(bucket, key)
            path.unlink()
            for folder in path.parents:
                if folder == root:
                    return
                try:
                    folder.rmdir()
                except OSError:  # not empty
                    return

    @contextmanager
    def _folders(self) -> Iterator[None]:
        """Keep other threads and processes from making or removing folders meanwhile."""
        with (self._root / OWN / "lock").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _creation(self, bucket: str) -> datetime | None:
        with suppress(FileNotFoundError):
            return _time((self._created / bucket).stat().st_mtime)
        return None

    def _bucket(self, bucket: str) -> Path:
        folder = self._root / bucket
        if not valid_bucket_name(bucket) or folder.is_symlink() or not folder.is_dir():
            raise ToolError(ErrorCode.NOT_FOUND, f"there is no bucket {bucket[:80]!r}.")
        return folder

    def _path(self, bucket: str, key: str) -> Path:
        """Where a key lives, provided that no link leads elsewhere on the way."""
        root = self._bucket(bucket)
        if _long_part(key):
            message = (
                f"`{key[:80]}…` has more than {MAX_PART_BYTES} bytes between two '/', which a folder cannot keep. Choose a shorter key."
            )
            raise ToolError(ErrorCode.INVALID_ARGUMENT, message)
        if _linked(root, root / key):
            raise ToolError(ErrorCode.PERMISSION_DENIED, f"`{bucket}/{key}` lies behind a symbolic link; links are not followed.")
        return root / key

    def _object(self, bucket: str, key: str) -> Path:
        check_key(key)
        path = self._path(bucket, key)
        if not path.is_file():
            raise ToolError(ErrorCode.NOT_FOUND, f"there is no object `{key}` in bucket `{bucket}`.")
        return path


def _keys(folder: Path, start: str, deep: bool) -> Iterator[str]:
    """Keys in the order S3 lists them; without `deep` folders that hold any object, ending in '/'."""
    try:
        with os.scandir(folder) as entries:
            real = [e for e in entries if e.is_file(follow_symlinks=False) or e.is_dir(follow_symlinks=False)]
    except (FileNotFoundError, NotADirectoryError):
        return
    for name in sorted(f"{e.name}/" if e.is_dir(follow_symlinks=False) else e.name for e in real):
        key = f"{start}{name}"
        if key_problem(key.removesuffix("/")):
            continue
        if not name.endswith("/"):
            yield key
        elif deep:
            yield from _keys(folder / name, key, deep)
        elif next(_keys(folder / name, key, deep=True), None):
            yield key


def _entries(bucket: str, root: Path, keys: Iterable[str]) -> Iterator[ObjectInfo | str]:
    """Prefixes as they are, keys with what is known of the object; objects that vanish meanwhile are left out."""
    for key in keys:
        if key.endswith("/"):
            yield key
            continue
        with suppress(FileNotFoundError):
            yield _info(bucket, key, root / key)


def _long_part(key: str) -> bool:
    return any(len(part.encode()) > MAX_PART_BYTES for part in key.split("/"))


def _linked(root: Path, path: Path) -> bool:
    """Whether a symbolic link lies on the way from the bucket to a path."""
    return any(part.is_symlink() for part in (path, *path.parents) if part.is_relative_to(root))


@contextmanager
def _errors(doing: str) -> Iterator[None]:
    """Turn what the file system raises into one error of the closed set."""
    try:
        yield
    except (IsADirectoryError, NotADirectoryError, FileExistsError) as error:
        raise ToolError(ErrorCode.CONFLICT, f"could not {doing}: the name is taken, or it is the folder of other objects.") from error
    except FileNotFoundError as error:
        raise ToolError(ErrorCode.NOT_FOUND, f"could not {doing}: it is gone.") from error
    except PermissionError as error:
        raise ToolError(ErrorCode.PERMISSION_DENIED, f"could not {doing}: the file system does not permit it.") from error
    except OSError as error:
        code = ErrorCode.CONFLICT if error.errno == errno.ENOTEMPTY else ErrorCode.UNAVAILABLE
        raise ToolError(code, f"could not {doing}: {(error.strerror or str(error)).lower()}.") from error


def _info(bucket: str, key: str, path: Path) -> ObjectInfo:
    stat = path.stat()
    etag = hashlib.sha256(f"{stat.st_ino}-{stat.st_size}-{stat.st_mtime_ns}".encode()).hexdigest()[:32]
    return ObjectInfo(bucket, key, stat.st_size, _time(stat.st_mtime), etag)


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
