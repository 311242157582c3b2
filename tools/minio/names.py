"""How people's words for buckets and objects find the real ones."""

import re
from contextlib import suppress
from typing import Any

from tools.minio.store import ObjectStore, walk
from tools.names import listed, matching, not_found, resolve
from tools.result import ErrorCode, ToolError
from tools.tool import Entry, lister, resolver

ADDRESS = re.compile(r"(minio|s3)://")
LOOKED_AT = 2000
"""Keys of a bucket that are looked at for a loosely named object."""


@resolver("bucket")
def bucket(store: ObjectStore, /, given: str, args: dict[str, Any]) -> str:
    """A bucket's exact name, also from the address of something inside it."""
    name = ADDRESS.sub("", given).split("/")[0] if ADDRESS.match(given) else given.rstrip("/")
    return resolve("bucket", name, [b.name for b in store.buckets()])


@resolver("object")
def key(store: ObjectStore, /, given: str, args: dict[str, Any]) -> str:
    """An object's exact key inside `args["bucket"]`; a file's own name is enough where only one object has it."""
    name = args["bucket"]
    for exact in dict.fromkeys([given, ADDRESS.sub("", given).removeprefix(f"{name}/")]):
        with suppress(ToolError):
            return store.stat(name, exact).key
        given = exact
    keys = [o.key for o in walk(store, name, limit=LOOKED_AT)]
    found = [k for k in keys if k.rsplit("/", 1)[-1] == given] or matching(given, keys)
    if len(found) == 1:
        return found[0]
    if found:
        raise ToolError(ErrorCode.AMBIGUOUS, f"several objects in `{name}` fit `{given}`: {listed(found)}. Say which one.", found)
    raise not_found("object", given, keys)


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
