"""Buckets and objects as plain files: bucket = folder, key = path below it."""

import os
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from standalone.objects.files import has_long_part, info_of, is_linked, keys_below, unfinished, with_infos
from standalone.objects.history import keeps_any, version_of
from standalone.objects.layout import Layout
from standalone.objects.links import load_secret, sign, verify
from standalone.objects.rules import Expiry
from tools.minio.disk import arriving, file_errors, flush
from tools.minio.limits import check_bucket_name, check_copy, check_days, check_share, check_tags, key_problem, valid_bucket_name
from tools.minio.store import Bucket, ExpiryRule, ObjectInfo, Page, Progress, Sized, Version, first_page, unwatched
from tools.result import ErrorCode, ToolError

NO_VERSION = "null"
"""S3's name for the only version where none are kept."""
CHUNK = 1024 * 1024


class FolderStore:
    """An `ObjectStore` in a folder. Writes are atomic, names cannot leave the folder, symbolic links are not followed.

    Other programs may write plain files below a bucket; each is an object. A key cannot be an object and the beginning of
    other keys at once (`a` and `a/b`): what comes second is refused as a CONFLICT.
    """

    def __init__(self, root: Path, base_url: str | None = None) -> None:
        self.base_url = base_url
        self._at = Layout(root)

    @property
    def address(self) -> str:
        """The folder."""
        return str(self._at.root)

    def buckets(self) -> list[Bucket]:
        """All buckets by name; `created` is not known of folders that came here by other ways."""
        with file_errors("list buckets"), os.scandir(self._at.root) as entries:
            names = sorted(e.name for e in entries if valid_bucket_name(e.name) and e.is_dir(follow_symlinks=False))
        return [Bucket(name, self._at.creation(name)) for name in names]

    def create_bucket(self, bucket: str) -> None:
        """Make a bucket."""
        check_bucket_name(bucket)
        with file_errors(f"create bucket `{bucket}`"):
            (self._at.root / bucket).mkdir()
            self._at.created(bucket).touch()

    def delete_bucket(self, bucket: str) -> None:
        """Remove an empty bucket."""
        folder, histories = self._at.bucket(bucket), self._at.histories(bucket)
        with file_errors(f"delete bucket `{bucket}`"), self._at.locked():
            if keeps_any(histories):
                raise ToolError(ErrorCode.CONFLICT, f"bucket `{bucket}` is not empty: it keeps older versions of objects.")
            for parent, _, files in os.walk(folder, topdown=False):
                if files:
                    raise ToolError(ErrorCode.CONFLICT, f"bucket `{bucket}` is not empty.")
                Path(parent).rmdir()
            shutil.rmtree(histories, ignore_errors=True)
            self._at.rules_file(bucket).unlink(missing_ok=True)
            self._at.created(bucket).unlink(missing_ok=True)

    def list(self, bucket: str, prefix: str = "", *, deep: bool = False, start_after: str | None = None, limit: int = 100) -> Page:
        """One page in the order of the keys; only the folders that can hold the prefix are read. Expired objects on the way go."""
        root, rules, now = self._at.bucket(bucket), self._at.rules(bucket), time.time()
        start = prefix.rpartition("/")[0]
        if "/" in prefix and (key_problem(start) or has_long_part(start) or is_linked(root, root / start)):
            return Page()
        over: set[str] = set()

        def shown(key: str) -> bool:
            with suppress(FileNotFoundError):
                if rules.expired(key, root / key, now):
                    over.add(key)
            return key not in over

        with file_errors(f"list bucket `{bucket}`"):
            keys = keys_below(root, prefix, deep=deep, after=start_after or "", shown=shown)
            page = first_page(with_infos(bucket, root, keys), limit)
            self._expire(bucket, over, now)
        return page

    def stat(self, bucket: str, key: str) -> ObjectInfo:
        """One object."""
        with file_errors(f"find `{key}` in bucket `{bucket}`"):
            return self._info(bucket, key, self._at.object(bucket, key))

    def read(self, bucket: str, key: str, offset: int = 0, length: int | None = None) -> bytes:
        """A range of an object's bytes."""
        with self.open(bucket, key) as file, file_errors(f"read `{key}` in bucket `{bucket}`"):
            file.seek(offset)
            return file.read(-1 if length is None else length)

    @contextmanager
    def open(self, bucket: str, key: str) -> Iterator[BinaryIO]:
        """An object as a stream."""
        with file_errors(f"read `{key}` in bucket `{bucket}`"):
            file = self._at.object(bucket, key).open("rb")
        with file:
            yield file

    def put(self, bucket: str, key: str, data: BinaryIO, size: int, content_type: str = "application/octet-stream") -> ObjectInfo:  # noqa: ARG002 - files know their type by their name
        """Write an object: a temporary file outside of all buckets, flushed to the disk, then moved to its place."""
        self._at.path(bucket, key)
        with file_errors(f"write `{key}` into bucket `{bucket}`"):
            return self._write(bucket, key, Sized(data, size, key), {})

    def upload_file(
        self,
        path: Path,
        bucket: str,
        key: str,
        *,
        content_type: str = "application/octet-stream",  # noqa: ARG002 - as above
        progress: Progress = unwatched,
    ) -> ObjectInfo:
        """Write a local file as an object, as `put` does."""
        self._at.path(bucket, key)
        with file_errors(f"upload `{path}` to `{bucket}/{key}`"), path.open("rb") as data:
            return self._write(bucket, key, Sized(data, path.stat().st_size, key, progress), {})

    def download_file(self, bucket: str, key: str, path: Path, *, progress: Progress = unwatched) -> ObjectInfo:
        """Write an object into a local file; on the same machine a broken attempt begins anew."""
        with file_errors(f"download `{bucket}/{key}` to `{path}`"):
            source_path = self._at.object(bucket, key)
            info = self._info(bucket, key, source_path)
            with source_path.open("rb") as source, arriving(path, info.etag) as target:
                target.truncate(0)
                shutil.copyfileobj(Sized(source, info.size, key, progress), target, CHUNK)
            return info

    def copy(self, bucket: str, key: str, to_bucket: str, to_key: str) -> ObjectInfo:
        """Copy an object with its tags."""
        return self._copy(bucket, key, to_bucket, to_key, move=False)

    def move(self, bucket: str, key: str, to_bucket: str, to_key: str) -> ObjectInfo:
        """Copy an object with its tags; in the moment that the copy is in its place the object goes."""
        return self._copy(bucket, key, to_bucket, to_key, move=True)

    def delete(self, bucket: str, key: str) -> None:
        """Remove an object, and the folders that are empty after it."""
        with file_errors(f"delete `{key}` in bucket `{bucket}`"), self._at.locked():
            self._remove(bucket, key, self._at.object(bucket, key))

    def versioning(self, bucket: str) -> bool:
        """Whether the bucket keeps versions."""
        return self._at.rules(bucket).versioning == "enabled"

    def set_versioning(self, bucket: str, enabled: bool) -> None:
        """Begin or stop keeping versions."""
        with file_errors(f"set the versioning of bucket `{bucket}`"), self._at.locked():
            rules = self._at.rules(bucket)
            if enabled or rules.versioning == "enabled":
                state = {"versioning": "enabled" if enabled else "suspended", "suspended_at": time.time_ns()}
                self._at.save_rules(bucket, rules.model_copy(update=state))

    def versions(self, bucket: str, key: str, limit: int = 100) -> Sequence[Version]:
        """The newest versions, newest first."""
        with file_errors(f"list the versions of `{key}` in bucket `{bucket}`"), self._at.locked():
            path = self._at.find(bucket, key)
            found = [*islice(self._at.history(bucket, key).versions(path), limit)]
            if not found:
                raise ToolError(ErrorCode.NOT_FOUND, f"there is no object `{key}` in bucket `{bucket}`, and no version of one.")
            if self._at.rules(bucket).versioning == "never":
                return [Version(NO_VERSION, found[0].modified, found[0].size, latest=True, deleted=False)]
            return found

    def restore(self, bucket: str, key: str, version_id: str) -> ObjectInfo:
        """Make an old version the newest, by a copy of it with its tags."""
        version = next((v for v in self.versions(bucket, key, sys.maxsize) if v.version_id == version_id), None)
        if version is None:
            raise ToolError(ErrorCode.NOT_FOUND, f"there is no version {version_id[:80]!r} of `{key}` in bucket `{bucket}`.")
        if version.deleted:
            raise ToolError(ErrorCode.INVALID_ARGUMENT, f"version `{version_id}` of `{key}` is its deletion. Choose an older one.")
        if version.latest:
            return self.stat(bucket, key)
        with file_errors(f"restore version `{version_id}` of `{key}` in bucket `{bucket}`"):
            history = self._at.history(bucket, key)
            with history.file(version_id).open("rb") as source:
                return self._write(bucket, key, source, history.tags(version_id))

    def tags(self, bucket: str, key: str) -> dict[str, str]:
        """The tags of an object."""
        with file_errors(f"read the tags of `{key}` in bucket `{bucket}`"):
            return self._at.history(bucket, key).tags(version_of(self._at.object(bucket, key)))

    def set_tags(self, bucket: str, key: str, tags: dict[str, str]) -> None:
        """Replace the tags of an object."""
        check_tags(tags)
        with file_errors(f"set the tags of `{key}` in bucket `{bucket}`"), self._at.locked():
            self._at.history(bucket, key).set_tags(version_of(self._at.object(bucket, key)), tags)

    def expiry(self, bucket: str) -> Sequence[ExpiryRule]:
        """When objects of the bucket go by themselves, by prefix."""
        return [ExpiryRule(rule.prefix, rule.days) for rule in self._at.rules(bucket).expiry]

    def set_expiry(self, bucket: str, prefix: str, days: int) -> None:
        """Let objects below a prefix go so many days after they were written."""
        check_days(days)
        with file_errors(f"let objects in bucket `{bucket}` expire"), self._at.locked():
            rules = self._at.rules(bucket)
            others = [rule for rule in rules.expiry if rule.prefix != prefix]
            ordered = sorted([*others, Expiry(prefix=prefix, days=days)], key=lambda rule: rule.prefix)
            self._at.save_rules(bucket, rules.model_copy(update={"expiry": ordered}))

    def expire_due(self, now: float) -> int:
        """Remove everything whose time is over at `now` (seconds since 1970), in all buckets; how many objects that were."""
        gone = 0
        with file_errors("remove expired objects"):
            for bucket in (b.name for b in self.buckets()):
                root, rules = self._at.bucket(bucket), self._at.rules(bucket)
                if rules.expiry:
                    gone += self._expire(bucket, set(keys_below(root, "", deep=True)), now)
        return gone

    def share(self, bucket: str, key: str, seconds: int) -> str:
        """A signed address below the web server's."""
        check_share(seconds)
        self.stat(bucket, key)
        if self.base_url is None:
            message = f"links to objects in {self.address} are served by the web server, which is not known here. Start it: `swarm ui`."
            raise ToolError(ErrorCode.UNSUPPORTED, message)
        with file_errors(f"share `{key}` in bucket `{bucket}`"):
            token = sign(load_secret(self._at.secret), bucket, key, time.time() + seconds)
        return f"{self.base_url.rstrip('/')}/share/{token}"

    def open_shared(self, token: str) -> tuple[str, Path]:
        """Key and file of the object that a link's token stands for; PERMISSION_DENIED when it is not ours or has expired, NOT_FOUND."""
        with file_errors("open a shared object"):
            bucket, key = verify(load_secret(self._at.secret), token, time.time())
            return key, self._at.object(bucket, key)

    def policy(self, bucket: str) -> str:
        """Folders have none."""
        self._at.bucket(bucket)
        message = (
            f"bucket `{bucket}` is a folder of this machine, which has no access policies: its files' permissions decide. A server has."
        )
        raise ToolError(ErrorCode.UNSUPPORTED, message)

    def _info(self, bucket: str, key: str, path: Path) -> ObjectInfo:
        versioned = self._at.rules(bucket).versioning != "never"
        return info_of(bucket, key, path, version_of(path) if versioned else "")

    def _copy(self, bucket: str, key: str, to_bucket: str, to_key: str, *, move: bool) -> ObjectInfo:
        check_copy((bucket, key), (to_bucket, to_key))
        self._at.path(to_bucket, to_key)
        with file_errors(f"{'move' if move else 'copy'} `{bucket}/{key}` to `{to_bucket}/{to_key}`"):
            path = self._at.object(bucket, key)
            with path.open("rb") as source, self._written(source) as temporary, self._at.locked():
                tags = self._at.history(bucket, key).tags(version_of(path))
                if not os.path.samestat(path.stat(), os.fstat(source.fileno())):
                    raise ToolError(ErrorCode.CONFLICT, f"`{bucket}/{key}` was written anew meanwhile; nothing was done. Try again.")
                info = self._place(to_bucket, to_key, temporary, tags)
                if move:
                    self._remove(bucket, key, path)
                return info

    def _write(self, bucket: str, key: str, data: Sized | BinaryIO, tags: dict[str, str]) -> ObjectInfo:
        with self._written(data) as temporary, self._at.locked():
            return self._place(bucket, key, temporary, tags)

    @contextmanager
    def _written(self, data: Sized | BinaryIO) -> Iterator[Path]:
        """The data in a file outside of all buckets, on the disk."""
        with unfinished(self._at.partial) as (temporary, file):
            shutil.copyfileobj(data, file, CHUNK)
            flush(file)
            yield temporary

    def _place(self, bucket: str, key: str, temporary: Path, tags: dict[str, str]) -> ObjectInfo:
        """Under the lock: make a finished file the object."""
        target, history = self._at.path(bucket, key), self._at.history(bucket, key)
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.is_file():
            self._put_by(bucket, key, target)
        now = time.time_ns()
        os.utime(temporary, ns=(now, now))  # finer than the file system's own clock: no two versions are of the same time
        history.set_tags(version_of(temporary), tags)
        info = self._info(bucket, key, temporary)
        temporary.replace(target)
        return info

    def _remove(self, bucket: str, key: str, path: Path) -> None:
        """Under the lock: remove an object and the folders that are empty after it."""
        self._put_by(bucket, key, path)
        path.unlink()
        if self._at.rules(bucket).versioning != "never":
            self._at.history(bucket, key).mark_deleted()
        for folder in path.relative_to(self._at.bucket(bucket)).parents[:-1]:
            try:
                (self._at.bucket(bucket) / folder).rmdir()
            except OSError:  # not empty
                return

    def _put_by(self, bucket: str, key: str, path: Path) -> None:
        """Under the lock: what becomes of an object that is about to go."""
        history = self._at.history(bucket, key)
        if self._at.rules(bucket).keeps(path):
            history.keep(path)
        else:
            history.set_tags(version_of(path), {})

    def _expire(self, bucket: str, keys: set[str], now: float) -> int:
        """Remove those of the keys whose time is over; how many that were."""
        gone = 0
        for key in sorted(keys):
            with self._at.locked(), suppress(FileNotFoundError):
                path = self._at.path(bucket, key)
                if self._at.rules(bucket).expired(key, path, now):
                    self._remove(bucket, key, path)
                    gone += 1
        return gone
