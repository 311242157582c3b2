"""Objects on MinIO or any S3, through the minio SDK."""

import io
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, BinaryIO, cast
from urllib.parse import urlsplit

from tools.minio.disk import arriving, file_errors
from tools.minio.limits import check_bucket_name, check_copy, check_days, check_key, check_share, check_tags
from tools.minio.s3_download import Source
from tools.minio.s3_errors import NO_NAME, translated
from tools.minio.s3_upload import PART_SIZE, part_size, upload
from tools.minio.settings import MinioSettings
from tools.minio.store import Bucket, ExpiryRule, ObjectInfo, Page, Progress, Sized, Version, first_page, unwatched
from tools.result import ErrorCode, ToolError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

MIB = 1024 * 1024
SERVER_PAGE = 1000
"""Entries that a server sends in one answer."""
TOO_FINE = re.compile(rb"(<LastModified>[^<]*\.\d{3})\d+(?=Z)")
"""A time finer than milliseconds, which some servers send and the SDK cannot read."""
BEHIND_PREFIX = "\U0010ffff"
"""Sorts behind whatever follows a prefix."""


class MinioStore:
    """An `ObjectStore` on a server that speaks S3."""

    def __init__(self, settings: MinioSettings) -> None:
        self._settings = settings

    @property
    def address(self) -> str:
        """The server's address."""
        endpoint = self._settings.endpoint or ""
        if "://" in endpoint:
            return endpoint.rstrip("/")
        return f"{'https' if self._settings.secure else 'http'}://{endpoint}"

    @cached_property
    def _client(self) -> Any:
        from minio import Minio

        from tools.minio.s3_connections import connections

        parts = urlsplit(self.address)
        keys = self._settings.access_key, self._settings.secret_key
        access_key, secret_key = (key.get_secret_value() if key else None for key in keys)
        return Minio(
            parts.netloc,
            access_key=access_key,
            secret_key=secret_key,
            secure=parts.scheme == "https",
            region=self._settings.region,
            http_client=connections(self._settings.timeout),
        )

    def buckets(self) -> list[Bucket]:
        """All buckets by name."""
        with self._errors("list buckets"):
            return sorted((Bucket(b.name, b.creation_date) for b in self._client.list_buckets()), key=lambda b: b.name)

    def create_bucket(self, bucket: str) -> None:
        """Make a bucket."""
        check_bucket_name(bucket)
        with self._errors(f"create bucket `{bucket}`"):
            self._client.make_bucket(bucket)

    def delete_bucket(self, bucket: str) -> None:
        """Remove an empty bucket."""
        with self._errors(f"delete bucket `{bucket}`"):
            self._client.remove_bucket(bucket)

    def list(self, bucket: str, prefix: str = "", *, deep: bool = False, start_after: str | None = None, limit: int = 100) -> Page:
        """One page of a listing, at most 1,000 entries. A server's answer holds its objects first: here its prefixes come between them."""
        from minio.error import S3Error

        start, limit = start_after or "", min(limit, SERVER_PAGE)
        behind = BEHIND_PREFIX if start.endswith("/") and not deep and start != prefix else ""
        query = {"list-type": "2", "encoding-type": "url", "prefix": prefix, "delimiter": "" if deep else "/", "max-keys": str(limit)}
        with self._errors(f"list bucket `{bucket}`"):
            try:
                answer, more = self._listing(bucket, {**query, "start-after": start + behind} if start else query)
            except UnicodeEncodeError:
                return Page()
            except S3Error as error:
                if error.code in NO_NAME:
                    return Page()
                raise
        entries = sorted((e for e in answer if e.object_name > start), key=lambda e: e.object_name)
        page = first_page((e.object_name if e.is_dir else _info(bucket, e) for e in entries), limit)
        return replace(page, next_token=page.next_token or entries[-1].object_name) if more and entries else page

    def stat(self, bucket: str, key: str) -> ObjectInfo:
        """One object."""
        check_key(key, new=False)
        with self._errors(f"find `{key}` in bucket `{bucket}`"):
            return _info(bucket, self._client.stat_object(bucket, key))

    def read(self, bucket: str, key: str, offset: int = 0, length: int | None = None) -> bytes:
        """A range of an object's bytes."""
        from minio.error import S3Error

        check_key(key, new=False)
        if length == 0:  # which the SDK takes for "all"
            return b""
        with self._errors(f"read `{key}` in bucket `{bucket}`"):
            try:
                response = self._client.get_object(bucket, key, offset=offset, length=length or 0)
            except S3Error as error:
                if error.code == "InvalidRange":
                    return b""
                raise
            try:
                return cast(bytes, response.read())
            finally:
                response.close()
                response.release_conn()

    @contextmanager
    def open(self, bucket: str, key: str) -> Iterator[BinaryIO]:
        """An object as a stream; reading it raises `ToolError`, and never ends early in silence."""
        check_key(key, new=False)
        doing = f"read `{key}` in bucket `{bucket}`"
        with self._errors(doing):
            response = self._client.get_object(bucket, key)
        try:
            yield cast(BinaryIO, io.BufferedReader(_Body(response, lambda: self._errors(doing)), MIB))
        finally:
            response.close()
            response.release_conn()

    def put(self, bucket: str, key: str, data: BinaryIO, size: int, content_type: str = "application/octet-stream") -> ObjectInfo:
        """Write an object, in parts when it is large; the server checks the sum of every part."""
        check_key(key)
        with self._errors(f"write `{key}` into bucket `{bucket}`"):
            stream = Sized(data, size, key)
            if not size:  # which the SDK takes without looking at the stream
                stream.read(1)
            self._client.put_object(bucket, key, stream, size, content_type=content_type, part_size=part_size(size))
        return self.stat(bucket, key)

    def upload_file(
        self,
        path: Path,
        bucket: str,
        key: str,
        *,
        content_type: str = "application/octet-stream",
        progress: Progress = unwatched,
    ) -> ObjectInfo:
        """Write a local file as an object; a large one in parts, of which those that an attempt before sent are used."""
        check_key(key)
        doing = f"upload `{path}` to `{bucket}/{key}`"
        with file_errors(doing):
            file = path.open("rb")
        with file:
            size = os.fstat(file.fileno()).st_size
            if size <= PART_SIZE:
                return self.put(bucket, key, cast(BinaryIO, Sized(file, size, key, progress)), size, content_type)
            with self._errors(doing):
                upload(self._client, bucket, key, lambda: _rewound(file, size, key, progress), size, content_type)
        return self.stat(bucket, key)

    def download_file(self, bucket: str, key: str, path: Path, *, progress: Progress = unwatched) -> ObjectInfo:
        """Write an object into a local file, which goes on where an attempt before ended."""
        doing = f"download `{bucket}/{key}` to `{path}`"
        check_key(key, new=False)
        with self._errors(doing):
            source = Source.find(self._client, bucket, key)
        with file_errors(doing), arriving(path, source.etag) as file:
            for done in source.download(file, lambda: self._errors(doing)):
                progress(done, source.size)
        return _info(bucket, source.entry)

    def copy(self, bucket: str, key: str, to_bucket: str, to_key: str) -> ObjectInfo:
        """Copy an object on the server."""
        check_copy((bucket, key), (to_bucket, to_key))
        return self._copy(bucket, key, to_bucket, to_key)

    def move(self, bucket: str, key: str, to_bucket: str, to_key: str) -> ObjectInfo:
        """Copy an object on the server, then delete what was copied unless it has changed."""
        check_copy((bucket, key), (to_bucket, to_key))
        before = self.stat(bucket, key)
        moved = self._copy(bucket, key, to_bucket, to_key, before.etag)
        if self.stat(bucket, key).etag != before.etag:
            message = f"`{bucket}/{key}` was written anew while it was copied to `{to_bucket}/{to_key}`; the new one stays where it is."
            raise ToolError(ErrorCode.CONFLICT, message)
        self.delete(bucket, key)
        return moved

    def delete(self, bucket: str, key: str) -> None:
        """Remove an object."""
        self.stat(bucket, key)
        with self._errors(f"delete `{key}` in bucket `{bucket}`"):
            self._client.remove_object(bucket, key)

    def versioning(self, bucket: str) -> bool:
        """Whether the bucket keeps versions."""
        with self._errors(f"ask for the versioning of bucket `{bucket}`"):
            return bool(self._client.get_bucket_versioning(bucket).status == "Enabled")

    def set_versioning(self, bucket: str, enabled: bool) -> None:
        """Begin or stop keeping versions."""
        from minio.versioningconfig import ENABLED, SUSPENDED, VersioningConfig

        with self._errors(f"set the versioning of bucket `{bucket}`"):
            self._client.set_bucket_versioning(bucket, VersioningConfig(ENABLED if enabled else SUSPENDED))

    def versions(self, bucket: str, key: str, limit: int = 100) -> Sequence[Version]:
        """The newest versions, newest first; at most 1,000."""
        query = {"versions": "", "encoding-type": "url", "prefix": key, "delimiter": "", "max-keys": str(min(limit, SERVER_PAGE))}
        with self._errors(f"list the versions of `{key}` in bucket `{bucket}`"):
            answer, _ = self._listing(bucket, query)
        found = [_version(entry) for entry in answer if entry.object_name == key]
        if not found:
            raise ToolError(ErrorCode.NOT_FOUND, f"there is no object `{key}` in bucket `{bucket}`, and no version of one.")
        return sorted(found, key=lambda v: (v.latest, cast(datetime, v.modified)), reverse=True)

    def restore(self, bucket: str, key: str, version_id: str) -> ObjectInfo:
        """Make an old version the newest, by a copy on the server."""
        from minio.commonconfig import CopySource

        version = next((v for v in self.versions(bucket, key, SERVER_PAGE) if v.version_id == version_id), None)
        if version and version.deleted:
            raise ToolError(ErrorCode.INVALID_ARGUMENT, f"version `{version_id}` of `{key}` is its deletion. Choose an older one.")
        if not (version and version.latest):
            with self._errors(f"restore version `{version_id}` of `{key}` in bucket `{bucket}`"):
                self._client.copy_object(bucket, key, CopySource(bucket, key, version_id=version_id))
        return self.stat(bucket, key)

    def tags(self, bucket: str, key: str) -> dict[str, str]:
        """The tags of an object."""
        with self._errors(f"read the tags of `{key}` in bucket `{bucket}`"):
            return dict(self._client.get_object_tags(bucket, key) or {})

    def set_tags(self, bucket: str, key: str, tags: dict[str, str]) -> None:
        """Replace the tags of an object."""
        from minio.commonconfig import Tags

        check_tags(tags)
        self.stat(bucket, key)
        with self._errors(f"set the tags of `{key}` in bucket `{bucket}`"):
            if not tags:
                self._client.delete_object_tags(bucket, key)
                return
            given = Tags.new_object_tags()
            given.update(tags)
            self._client.set_object_tags(bucket, key, given)

    def expiry(self, bucket: str) -> Sequence[ExpiryRule]:
        """Lifecycle rules that are on and let objects go after some days."""
        with self._errors(f"read the lifecycle rules of bucket `{bucket}`"):
            rules = ((_prefix(rule), _days(rule)) for rule in self._rules(bucket) if rule.status == "Enabled")
            return sorted((ExpiryRule(prefix, days) for prefix, days in rules if prefix is not None and days), key=lambda r: r.prefix)

    def set_expiry(self, bucket: str, prefix: str, days: int) -> None:
        """Add a lifecycle rule, instead of one for the same prefix."""
        from minio.commonconfig import ENABLED, Filter
        from minio.lifecycleconfig import Expiration, LifecycleConfig, Rule

        check_days(days)
        with self._errors(f"set the lifecycle rules of bucket `{bucket}`"):
            others = [rule for rule in self._rules(bucket) if not (_days(rule) and _prefix(rule) == prefix)]
            ours = Rule(ENABLED, rule_filter=Filter(prefix=prefix), expiration=Expiration(days=days))
            self._client.set_bucket_lifecycle(bucket, LifecycleConfig([*others, ours]))

    def share(self, bucket: str, key: str, seconds: int) -> str:
        """An address that the server itself honours."""
        check_share(seconds)
        self.stat(bucket, key)
        with self._errors(f"share `{key}` in bucket `{bucket}`"):
            return str(self._client.presigned_get_object(bucket, key, expires=timedelta(seconds=seconds)))

    def policy(self, bucket: str) -> str:
        """The bucket's access policy."""
        from minio.error import S3Error

        with self._errors(f"read the policy of bucket `{bucket}`"):
            try:
                return str(self._client.get_bucket_policy(bucket))
            except S3Error as error:
                if error.code == "NoSuchBucketPolicy":
                    return ""
                raise

    def _copy(self, bucket: str, key: str, to_bucket: str, to_key: str, etag: str | None = None) -> ObjectInfo:
        from minio.commonconfig import CopySource

        with self._errors(f"copy `{bucket}/{key}` to `{to_bucket}/{to_key}`"):
            self._client.copy_object(to_bucket, to_key, CopySource(bucket, key, match_etag=etag))
        return self.stat(to_bucket, to_key)

    def _listing(self, bucket: str, query: dict[str, str]) -> tuple[Sequence[Any], bool]:
        """Entries of exactly one answer and whether there are more: the SDK's own listing hides where an answer ends."""
        from minio.datatypes import parse_list_objects
        from minio.helpers import check_bucket_name

        check_bucket_name(bucket)
        response = self._client._execute("GET", bucket, query_params=query)
        answer, more, *_ = parse_list_objects(SimpleNamespace(data=TOO_FINE.sub(rb"\1", response.data)))
        return answer, more

    def _rules(self, bucket: str) -> Sequence[Any]:
        config = self._client.get_bucket_lifecycle(bucket)
        return config.rules if config else ()

    def _errors(self, doing: str) -> AbstractContextManager[None]:
        return translated(doing, self.address)


class _Body(io.RawIOBase):
    """The body of an answer, whose errors are of the closed set."""

    def __init__(self, response: Any, errors: Any) -> None:
        self._response, self._errors = response, errors

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        view = memoryview(buffer)
        with self._errors():
            data = self._response.read(len(view))
        view[: len(data)] = data
        return len(data)


def _rewound(file: BinaryIO, size: int, key: str, progress: Progress) -> Sized:
    """A file from its beginning."""
    file.seek(0)
    return Sized(file, size, key, progress)


def _info(bucket: str, entry: Any) -> ObjectInfo:
    return ObjectInfo(
        bucket=bucket,
        key=entry.object_name,
        size=entry.size or 0,
        modified=entry.last_modified,
        etag=entry.etag or "",
        content_type=entry.content_type or "",
        version_id=entry.version_id or "",
    )


def _version(entry: Any) -> Version:
    latest = str(entry.is_latest).lower() == "true"
    return Version(entry.version_id or "null", entry.last_modified, entry.size or 0, latest, bool(entry.is_delete_marker))


def _prefix(rule: Any) -> str | None:
    """The prefix of a lifecycle rule, None when tags narrow it."""
    chosen = rule.rule_filter
    return None if chosen and (chosen.tag or chosen.and_operator) else (chosen.prefix if chosen else "") or ""


def _days(rule: Any) -> int | None:
    return rule.expiration.days if rule.expiration else None
