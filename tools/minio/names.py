"""How people's words for buckets and objects find the real ones."""

import re
from typing import Any

from tools.minio.store import ObjectStore, walk
from tools.names import listed, matching, not_found, resolve
from tools.result import ErrorCode, ToolError
from tools.tool import Entry, lister, resolver

ADDRESS = re.compile(r"(minio|s3)://")
LOOKED_AT = 10_000
"""Keys of a bucket that are looked at for a loosely named object."""
OFFERED = 20


@resolver("bucket")
def bucket(store: ObjectStore, /, given: str, args: dict[str, Any]) -> str:
    """A bucket's exact name, also from the address of something inside it."""
    name = ADDRESS.sub("", given).split("/")[0] if ADDRESS.match(given) else given.rstrip("/")
    return resolve("bucket", name, [b.name for b in store.buckets()])


@resolver("object")
def key(store: ObjectStore, /, given: str, args: dict[str, Any]) -> str:
    """An object's exact key inside `args["bucket"]`, also of one that was deleted; a file's own name is enough where only one has it."""
    name = args["bucket"]
    for exact in dict.fromkeys([given, ADDRESS.sub("", given).removeprefix(f"{name}/")]):
        if _is_there(store, name, exact):
            return exact
        given = exact
    keys = [o.key for o in walk(store, name, limit=LOOKED_AT)]
    found = [k for k in keys if k.rsplit("/", 1)[-1] == given] or matching(given, keys)
    if len(found) == 1:
        return found[0]
    if found:
        message = f"several objects in `{name}` fit `{given}`: {listed(found)}. Say which one."
        raise ToolError(ErrorCode.AMBIGUOUS, message, found[:OFFERED])
    missing = not_found("object", given, keys)
    if len(keys) == LOOKED_AT:
        missing.message += f" Only the first {LOOKED_AT:,} keys were compared: give the whole key, or look for it with find_objects."
    raise missing


def _is_there(store: ObjectStore, bucket: str, key: str) -> bool:
    """Whether this is the key of an object, or of one that was deleted and can be brought back."""
    for look in (lambda: store.stat(bucket, key), lambda: store.versions(bucket, key, limit=1)):
        try:
            look()
        except ToolError as error:
            if error.code not in (ErrorCode.NOT_FOUND, ErrorCode.INVALID_ARGUMENT):
                raise
        else:
            return True
    return False


@lister("bucket")
def buckets(store: ObjectStore, /) -> list[Entry]:
    """Buckets."""
    return [Entry("bucket", b.name) for b in store.buckets()]


@lister("object")
def objects(store: ObjectStore, /) -> list[Entry]:
    """The first objects of each bucket."""
    entries = []
    for found in store.buckets():
        entries += [Entry("object", o.key, {"bucket": found.name}) for o in walk(store, found.name, limit=200)]
    return entries
