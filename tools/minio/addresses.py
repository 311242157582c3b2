"""How objects are named to people and to the conversation."""

from collections.abc import Iterable

from tools.minio.store import ObjectInfo, ObjectStore
from tools.result import ErrorCode, Subject, ToolError


def address(bucket: str, key: str) -> str:
    """Bucket and key as one name in backticks."""
    return f"`{bucket}/{key}`"


def about(bucket: str, *keys: str) -> list[Subject]:
    """What a result about these objects of a bucket is about: the objects, then the bucket."""
    return [*(Subject(kind="object", name=key, bucket=bucket) for key in keys), Subject(kind="bucket", name=bucket)]


def existing(store: ObjectStore, bucket: str, key: str) -> ObjectInfo | None:
    """The object, or None where there is none."""
    try:
        return store.stat(bucket, key)
    except ToolError as error:
        if error.code in (ErrorCode.NOT_FOUND, ErrorCode.INVALID_ARGUMENT):  # the latter for what cannot be a key
            return None
        raise


def target_key(key: str, given: str | None) -> str:
    """Where a copy of something called `key` goes: to its own name, into a folder (`given` ends in '/'), or to `given`."""
    name = key.rsplit("/", 1)[-1]
    if given and given.endswith("/"):
        return given + name
    return given or name


def bulleted(lines: Iterable[str], shown: int = 10) -> str:
    """The first lines as a list, the others as a count."""
    every = list(lines)
    rest = [f"- and {len(every) - shown:,} more"] if len(every) > shown else []
    return "\n".join([*(f"- {line}" for line in every[:shown]), *rest])
