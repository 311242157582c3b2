"""Where a folder store has what: the buckets, and beside them what is kept of objects apart from their bytes."""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from standalone.objects.files import MAX_PART_BYTES, has_long_part, is_linked, moment
from standalone.objects.history import History
from standalone.objects.rules import Rules
from tools.minio.limits import check_key, valid_bucket_name
from tools.result import ErrorCode, ToolError

OWN = ".store"
"""Folder beside the buckets, which no bucket can be called."""


class Layout:
    """The paths of a folder store, made sure to lie within it, and its lock.

    Attributes:
        partial: objects that are still being written.
        secret: what share links are signed with.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.partial = root / OWN / "partial"
        self.secret = root / OWN / "share.key"
        self._created = root / OWN / "created"
        for folder in (self.partial, self._created):
            folder.mkdir(parents=True, exist_ok=True)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other threads and processes from changing names meanwhile."""
        with (self.root / OWN / "lock").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def bucket(self, bucket: str) -> Path:
        """The folder of an existing bucket."""
        folder = self.root / bucket
        if not valid_bucket_name(bucket) or folder.is_symlink() or not folder.is_dir():
            raise ToolError(ErrorCode.NOT_FOUND, f"there is no bucket {bucket[:80]!r}.")
        return folder

    def created(self, bucket: str) -> Path:
        """An empty file that is as old as the bucket."""
        return self._created / bucket

    def creation(self, bucket: str) -> datetime | None:
        """When the bucket was created, if by us."""
        with suppress(FileNotFoundError):
            return moment(self.created(bucket).stat().st_mtime)
        return None

    def path(self, bucket: str, key: str) -> Path:
        """Where a key lives, provided that it can be one and no link leads elsewhere on the way."""
        check_key(key)
        root = self.bucket(bucket)
        if has_long_part(key):
            message = (
                f"`{key[:80]}…` has more than {MAX_PART_BYTES} bytes between two '/', which a folder cannot keep. Choose a shorter key."
            )
            raise ToolError(ErrorCode.INVALID_ARGUMENT, message)
        if is_linked(root, root / key):
            raise ToolError(ErrorCode.PERMISSION_DENIED, f"`{bucket}/{key}` lies behind a symbolic link; links are not followed.")
        return root / key

    def find(self, bucket: str, key: str) -> Path | None:
        """The file of an object that is there and has not expired."""
        path = self.path(bucket, key)
        return path if path.is_file() and not self.rules(bucket).expired(key, path, time.time()) else None

    def object(self, bucket: str, key: str) -> Path:
        """The file of an object; NOT_FOUND."""
        path = self.find(bucket, key)
        if path is None:
            raise ToolError(ErrorCode.NOT_FOUND, f"there is no object `{key}` in bucket `{bucket}`.")
        return path

    def rules_file(self, bucket: str) -> Path:
        """Where the settings of a bucket are kept."""
        return self.root / OWN / "rules" / f"{bucket}.json"

    def rules(self, bucket: str) -> Rules:
        """The settings of a bucket."""
        self.bucket(bucket)
        return Rules.load(self.rules_file(bucket))

    def save_rules(self, bucket: str, rules: Rules) -> None:
        """Replace the settings of a bucket."""
        rules.save(self.partial, self.rules_file(bucket))

    def histories(self, bucket: str) -> Path:
        """The folder with the histories of a bucket's keys."""
        return self.root / OWN / "history" / bucket

    def history(self, bucket: str, key: str) -> History:
        """Versions and tags of a key."""
        return History.of(self.histories(bucket), key, self.partial)
