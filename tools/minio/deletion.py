"""Objects deleted, now or by the clock: never more than a person has seen."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from tools.activity import current
from tools.kfp.client import Kfp
from tools.kinds import Bucket, Days, Objects, Prefix
from tools.markdown import count, size, when
from tools.minio.addresses import bulleted, existing
from tools.minio.limits import check_days
from tools.minio.names import key as resolve_key
from tools.minio.patterns import glob
from tools.minio.references import references
from tools.minio.store import ObjectInfo, ObjectStore, walk
from tools.minio.undo import undo_of_deletion
from tools.names import listed
from tools.result import ErrorCode, Subject, ToolError, ToolResult
from tools.tool import Prepared, tool

AT_ONCE = 1000
"""Objects that one call deletes at the most."""
LOOKED_AT = 50_000
"""Keys that are looked at for wildcards, and for what a rule would remove."""


@tool(
    effect="destroy",
    examples=[
        "delete {object} from {bucket}",
        "remove {object} and {object} from the bucket {bucket}",
        "get rid of the object {object} in {bucket}",
        "erase {object} in {bucket}",
        "delete everything under tmp/ in {bucket}",
        "remove all *.tmp files from {bucket}",
        "clean the folder old/ in {bucket}",
        "empty the bucket {bucket}",
        "throw {object} away",
        "delete the file",
        "delete {object}",
        "drop the files {object} and {object}",
        "remove the file {object}",
        "throw away {object} in {bucket}",
        "delete old.csv from {bucket}",
        "{object} is not needed, delete it",
        "delete all files in {bucket}",
        "delete all *.log files in {bucket}",
        "wipe everything in {bucket}",
        "remove all objects from {bucket}",
        "the file {object} is to be erased",
        "{object} can be thrown away",
        "remove the contents of {bucket}",
        "empty {bucket}",
        "delete everything in the folder raw/ of {bucket}",
    ],
)
def delete_objects(store: ObjectStore, kfp: Kfp, /, bucket: Bucket, keys: Objects) -> ToolResult:  # noqa: ARG001 - the preview asks it
    """Delete objects from a bucket, only those that the user named. A person sees the list and approves it first."""
    gone: list[str] = []
    for name in keys:
        if current().canceled.is_set():
            raise ToolError(ErrorCode.CANCELED, f"stopped after {count(len(gone), 'object')} of {len(keys):,} in `{bucket}` were deleted.")
        try:
            store.delete(bucket, name)
        except ToolError as error:
            done = f" Deleted before that: {listed(gone)}." if gone else " Nothing was deleted."
            raise ToolError(error.code, error.message + done) from error
        gone.append(name)
        if len(gone) % 50 == 0:
            current().report(f"deleted {len(gone):,} of {len(keys):,} objects")
    undo = undo_of_deletion(store, bucket)
    return ToolResult(
        content=f"Deleted {count(len(gone), 'object')} from `{bucket}`: {listed(gone)}. {undo}".rstrip(),
        subjects=[Subject(kind="bucket", name=bucket)],
    )


@delete_objects.prepare
def _prepare_delete(store: ObjectStore, kfp: Kfp, /, bucket: str, keys: list[str]) -> Prepared:
    found = _named(store, bucket, keys)
    more = len(found) > AT_ONCE
    found = found[:AT_ONCE]
    names = [o.key for o in found]
    total = size(sum(o.size for o in found))
    first = f"the first {len(found):,} objects of more" if more else count(len(found), "object")
    lines = bulleted(f"`{o.key}` ({size(o.size)}, changed {when(o.modified)})" for o in found)
    undo = undo_of_deletion(store, bucket) or "This cannot be undone: the bucket keeps no versions."
    preview = f"Delete {first} ({total}) from bucket `{bucket}`:\n\n{lines}\n\n{undo}{references(kfp, bucket, names)}"
    return Prepared(preview, {"bucket": bucket, "keys": names})


def _named(store: ObjectStore, bucket: str, keys: Sequence[str]) -> list[ObjectInfo]:
    """The objects that keys, folders and wildcards stand for, each once.

    Raises:
        ToolError: NOT_FOUND or AMBIGUOUS as soon as one of them stands for nothing, or for no one thing.
    """
    found: dict[str, ObjectInfo] = {}
    for given in keys:
        info = existing(store, bucket, given)
        if info is not None:
            found[given] = info
            continue
        some = _below(store, bucket, given) if given.endswith("/") or "*" in given or "?" in given else []
        if not some and any(c in given for c in "*?/") and given.endswith(("/", "*")):
            raise ToolError(ErrorCode.NOT_FOUND, f"there is nothing in bucket `{bucket}` that fits `{given}`. Nothing was deleted.")
        exact = some or [store.stat(bucket, resolve_key.resolve(store, given, {"bucket": bucket}))]
        found |= {o.key: o for o in exact}
    return list(found.values())


def _below(store: ObjectStore, bucket: str, given: str) -> list[ObjectInfo]:
    """The objects of a folder or of a wildcard, one more than can be deleted at once at the most."""
    name = given.partition("://")[2].removeprefix(f"{bucket}/") if "://" in given else given.removeprefix("/")
    if not any(c in name for c in "*?"):
        return list(walk(store, bucket, name, limit=AT_ONCE + 1))
    wanted = glob(name)
    fitting: list[ObjectInfo] = []
    for number, info in enumerate(walk(store, bucket, wanted.prefix, limit=LOOKED_AT + 1)):
        if number == LOOKED_AT:
            message = f"`{given}` would look through more than {LOOKED_AT:,} objects. Narrow it by a folder, e.g. `raw/{name}`."
            raise ToolError(ErrorCode.INVALID_ARGUMENT, message)
        if wanted.fits(info):
            fitting.append(info)
            if len(fitting) > AT_ONCE:
                break
    return fitting


@tool(
    effect="destroy",
    examples=[
        "delete files in {bucket} automatically after 30 days",
        "let objects under tmp/ in {bucket} expire after a week",
        "expire everything in {bucket} after 90 days",
        "keep the objects of {bucket} for 14 days only",
        "set a retention of 60 days on {bucket}",
        "auto-delete logs/ of {bucket} when they are 10 days old",
        "clean up {bucket} by itself every 7 days",
        "expire everything in {bucket} after 30 days",
        "delete files under tmp/ in {bucket} automatically after 14 days",
        "let everything under tmp/ expire in a week",
        "set a lifecycle rule of 90 days on {bucket}",
        "auto-delete objects older than 7 days in {bucket}",
        "keep the files in {bucket} for only a month",
        "objects in {bucket} should expire after 2 weeks",
        "clean up {bucket} automatically every 30 days of age",
        "set retention of {bucket} to 60 days",
        "anything in {bucket} older than a year can go automatically",
        "nothing in {bucket} should stay longer than 10 days",
        "clean {bucket} by itself after 10 days",
        "{bucket} ttl 3 days",
        "have everything in {bucket} vanish after 3 days",
        "files in {bucket} should only live 3 days",
        "nothing in {bucket} shall be older than 3 days",
        "clean {bucket} up automatically after 3 days",
        "logs/ in {bucket} gets cleaned out once files are 3 days old",
    ],
)
def expire_objects(store: ObjectStore, kfp: Kfp, /, bucket: Bucket, days: Days, prefix: Prefix | None = None) -> ToolResult:  # noqa: ARG001 - the preview asks it
    """Let the objects of a bucket themselves be deleted once they are so many days old, now and in future. Not for old versions only:
    no tool expires those. A person approves it first."""
    store.set_expiry(bucket, prefix or "", days)
    undo = undo_of_deletion(store, bucket)
    return ToolResult(
        content=f"Objects {_where(bucket, prefix)} now expire after {count(days, 'day')}. {undo}".rstrip(),
        subjects=[Subject(kind="bucket", name=bucket)],
    )


@expire_objects.prepare
def _prepare_expire(store: ObjectStore, kfp: Kfp, /, bucket: str, days: int, prefix: str | None = None) -> Prepared:
    check_days(days)
    prefix = _folder(store, bucket, (prefix or "").removeprefix("/"))
    before = next((r.days for r in store.expiry(bucket) if r.prefix == prefix), None)
    then = datetime.now(UTC) - timedelta(days=days)
    looked_at = list(walk(store, bucket, prefix, limit=LOOKED_AT))
    due = [o for o in looked_at if o.modified and o.modified < then]
    lines = [f"Let objects {_where(bucket, prefix)} delete themselves {count(days, 'day')} after they were written."]
    if before is not None:
        lines.append(f"**This replaces** the rule that is there: after {count(before, 'day')}.")
    lines.append(_at_once(due, len(looked_at)))
    undo = undo_of_deletion(store, bucket) or "What expires cannot be brought back: the bucket keeps no versions."
    args = {"bucket": bucket, "days": days} | ({"prefix": prefix} if prefix else {})
    return Prepared("\n\n".join([*lines, undo]) + references(kfp, bucket, [o.key for o in due]), args)


def _folder(store: ObjectStore, bucket: str, prefix: str) -> str:
    """A folder that was named without its '/' gets it: a rule for `tmp` would reach `tmp-important.csv` too."""
    if prefix and not prefix.endswith("/") and f"{prefix}/" in store.list(bucket, prefix, limit=1000).prefixes:
        return f"{prefix}/"
    return prefix


def _at_once(due: Sequence[ObjectInfo], looked_at: int) -> str:
    among = f" of the first {looked_at:,}" if looked_at == LOOKED_AT else f" of {looked_at:,}"
    if not due:
        return f"None{among} objects there is old enough today."
    names: Iterable[str] = (f"`{o.key}` ({size(o.size)}, changed {when(o.modified)})" for o in due)
    total = size(sum(o.size for o in due))
    return f"**At once** {count(len(due), 'object')}{among} ({total}) would go, for they are older:\n\n{bulleted(names)}"


def _where(bucket: str, prefix: str | None) -> str:
    return f"under `{prefix}` in bucket `{bucket}`" if prefix else f"of bucket `{bucket}`"
