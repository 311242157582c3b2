"""Objects on MinIO or any S3, through the minio SDK."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from itertools import islice
from typing import Any, BinaryIO, cast
from urllib.parse import urlsplit

from tools.minio.settings import MinioSettings
from tools.minio.store import Bucket, ObjectInfo, Page, Sized, check_bucket_name, check_key, first_page
from tools.result import ErrorCode, ToolError

PART_SIZE = 16 * 1024 * 1024
SERVER_PAGE = 1000
"""Entries that a server sends in one answer."""

_CODES = {
    "NoSuchBucket": ErrorCode.NOT_FOUND,
    "NoSuchKey": ErrorCode.NOT_FOUND,
    "NoSuchVersion": ErrorCode.NOT_FOUND,
    "BucketAlreadyExists": ErrorCode.CONFLICT,
    "BucketAlreadyOwnedByYou": ErrorCode.CONFLICT,
    "BucketNotEmpty": ErrorCode.CONFLICT,
    "XMinioParentIsObject": ErrorCode.CONFLICT,
    "XMinioObjectExistsAsDirectory": ErrorCode.CONFLICT,
    "InvalidBucketName": ErrorCode.INVALID_ARGUMENT,
    "InvalidArgument": ErrorCode.INVALID_ARGUMENT,
    "KeyTooLongError": ErrorCode.INVALID_ARGUMENT,
    "XMinioInvalidObjectName": ErrorCode.INVALID_ARGUMENT,
    "EntityTooLarge": ErrorCode.INVALID_ARGUMENT,
    "NotImplemented": ErrorCode.UNSUPPORTED,
    "AccessDenied": ErrorCode.PERMISSION_DENIED,
    "InvalidAccessKeyId": ErrorCode.PERMISSION_DENIED,
    "SignatureDoesNotMatch": ErrorCode.PERMISSION_DENIED,
    "ExpiredToken": ErrorCode.PERMISSION_DENIED,
    "RequestTimeTooSkewed": ErrorCode.PERMISSION_DENIED,
}


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
        import urllib3
        from minio import Minio

        parts = urlsplit(self.address)
        keys = self._settings.access_key, self._settings.secret_key
        access_key, secret_key = (key.get_secret_value() if key else None for key in keys)
        timeout = urllib3.Timeout(connect=self._settings.timeout, read=self._settings.timeout)
        return Minio(
            parts.netloc,
            access_key=access_key,
            secret_key=secret_key,
            secure=parts.scheme == "https",
            region=self._settings.region,
            http_client=urllib3.PoolManager(timeout=timeout, maxsize=8, retries=urllib3.Retry(total=1, backoff_factor=0.2)),
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
        """One page of a listing. A server's answer holds its objects first and its prefixes after them: here they are merged."""
        with self._errors(f"list bucket `{bucket}`"):
            entries = self._client.list_objects(bucket, prefix=prefix, recursive=deep, start_after=start_after)
            later = (e for e in entries if e.object_name > (start_after or ""))
            answer = sorted(islice(later, max(SERVER_PAGE, limit + 1)), key=lambda e: e.object_name)
        return first_page((e.object_name if e.is_dir else _info(bucket, e) for e in answer), limit)

    def stat(self, bucket: str, key: str) -> ObjectInfo:
        """One object."""
        with self._errors(f"find `{key}` in bucket `{bucket}`"):
            return _info(bucket, self._client.stat_object(bucket, key))

    def read(self, bucket: str, key: str, offset: int = 0, length: int | None = None) -> bytes:
        """A range of an object's bytes."""
        from minio.error import S3Error

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
        """An object as a stream."""
        with self._errors(f"read `{key}` in bucket `{bucket}`"):
            response = self._client.get_object(bucket, key)
            try:
                yield cast(BinaryIO, response)
            finally:
                response.close()
                response.release_conn()

    def put(self, bucket: str, key: str, data: BinaryIO, size: int, content_type: str = "application/octet-stream") -> ObjectInfo:
        """Write an object, in parts when it is large."""
        check_key(key)
        with self._errors(f"write `{key}` into bucket `{bucket}`"):
            self._client.put_object(bucket, key, Sized(data, size, key), size, content_type=content_type, part_size=PART_SIZE)
        return self.stat(bucket, key)

    def delete(self, bucket: str, key: str) -> None:
        """Remove an object."""
        self.stat(bucket, key)
        with self._errors(f"delete `{key}` in bucket `{bucket}`"):
            self._client.remove_object(bucket, key)

    @contextmanager
    def _errors(self, doing: str) -> Iterator[None]:
        """Turn what the SDK raises into one error of the closed set."""
        from xml.etree.ElementTree import ParseError

        import urllib3
        from minio.error import InvalidResponseError, S3Error, ServerError

        try:
            yield
        except S3Error as error:
            code = _CODES.get(error.code, ErrorCode.UNAVAILABLE)
            hint = " Check MINIO_ACCESS_KEY and MINIO_SECRET_KEY." if code is ErrorCode.PERMISSION_DENIED else ""
            raise ToolError(code, f"could not {doing}: {error.message or error.code} ({self.address}).{hint}") from error
        except (InvalidResponseError, ServerError, ParseError) as error:
            message = f"could not {doing}: {self.address} does not answer like an S3 server. Check MINIO_ENDPOINT."
            raise ToolError(ErrorCode.UNAVAILABLE, message) from error
        except (urllib3.exceptions.HTTPError, OSError) as error:
            message = f"could not {doing}: the object store at {self.address} does not answer. Check MINIO_ENDPOINT, or run `swarm doctor`."
            raise ToolError(ErrorCode.UNAVAILABLE, message) from error
        except ValueError as error:
            raise ToolError(ErrorCode.INVALID_ARGUMENT, f"could not {doing}: {error}.") from error


def _info(bucket: str, entry: Any) -> ObjectInfo:
    return ObjectInfo(
        bucket=bucket,
        key=entry.object_name,
        size=entry.size or 0,
        modified=entry.last_modified,
        etag=entry.etag or "",
        content_type=entry.content_type or "",
    )
