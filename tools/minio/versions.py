"""Versions: keeping them, listing them, going back to one."""

from collections.abc import Sequence

from tools.kinds import Bucket, Object, Switch, VersionId
from tools.markdown import count, size, table_artifact, when
from tools.minio.addresses import about, address, existing
from tools.minio.store import ObjectStore, Version
from tools.names import listed
from tools.result import ErrorCode, Subject, ToolError, ToolResult
from tools.tables import fitted
from tools.tool import Prepared, tool

SHOWN = 100
COLUMNS = ["version", "changed", "size", "state"]


@tool(
    effect="write",
    examples=[
        "turn on versioning for {bucket}",
        "enable versioning on the bucket {bucket}",
        "keep old versions of the files in {bucket}",
        "disable versioning for {bucket}",
        "stop keeping versions in {bucket}",
        "switch versioning off on {bucket}",
        "protect {bucket} against overwriting",
        "enable versioning on {bucket}",
        "disable versioning for the bucket {bucket}",
        "switch versioning off in {bucket}",
        "set versioning of {bucket} to on",
        "suspend versioning on {bucket}",
        "with versioning on",
        "start keeping versions in {bucket}",
        "stop versioning {bucket}",
        "activate object versioning for {bucket}",
        "versioning on for {bucket}",
        "versioning off for {bucket}",
        "keep old versions of files in {bucket}",
        "make {bucket} keep a history",
        "older versions should be kept in {bucket} from now on",
        "versioning for {bucket} has to be activated",
        "switch on the versioning of {bucket}",
        "stop keeping old versions in {bucket}",
        "versioning on {bucket}",
    ],
)
def set_versioning(store: ObjectStore, /, bucket: Bucket, enabled: Switch) -> ToolResult:
    """Begin (true) or stop (false) keeping old versions of a bucket's objects when they are overwritten or deleted."""
    store.set_versioning(bucket, enabled)
    told = "keeps old versions from now on" if enabled else "keeps no new versions from now on; those that are there stay"
    return ToolResult(content=f"Bucket `{bucket}` {told}.", subjects=[Subject(kind="bucket", name=bucket)])


@set_versioning.prepare
def _prepare_versioning(store: ObjectStore, /, bucket: str, enabled: bool) -> Prepared:
    already = " It already is so." if store.versioning(bucket) == enabled else ""
    if enabled:
        return Prepared(f"Keep old versions of all objects in bucket `{bucket}` from now on; they take space.{already}")
    lost = f"Stop keeping versions in bucket `{bucket}`: what is overwritten or deleted afterwards is lost.{already}"
    return Prepared(lost, effect=None if already else "destroy")


@tool(
    effect="read",
    examples=[
        "which versions of {object} are there in {bucket}",
        "show the history of {object}",
        "list old versions of {object} in {bucket}",
        "how often was {object} overwritten",
        "version history of {object} in {bucket}",
        "were there earlier versions of {object}",
        "is the deleted file {object} still there in an old version",
        "list the versions of {object} in {bucket}",
        "are there older versions of {object}",
        "version history of {object}",
        "show its version history",
        "which versions of {object} exist",
        "previous versions of {object} in {bucket}",
        "show me all revisions of {object}",
        "was {object} changed, and when",
        "how often was {object} changed",
        "which earlier states of {object} are there",
        "earlier versions of {object}",
        "how many versions does {object} have",
        "what did {object} look like before, which versions are there",
        "older revisions of {object}",
    ],
)
def list_object_versions(store: ObjectStore, /, bucket: Bucket, key: Object) -> ToolResult:
    """List the versions of an object that its bucket has kept, newest first; also of an object that was deleted."""
    found = store.versions(bucket, key, limit=SHOWN)
    rows = [(v.version_id, when(v.modified), "" if v.deleted else size(v.size), _state(v)) for v in found]
    more = " or more" if len(found) == SHOWN else ""
    kept = "" if store.versioning(bucket) else f" Bucket `{bucket}` keeps no versions now: overwriting loses what is there."
    return ToolResult(
        content=f"{address(bucket, key)} has {count(len(found), 'version')}{more}.{kept}\n\n"
        + fitted(COLUMNS, [(f"`{version}`", *rest) for version, *rest in rows]),
        artifacts=[table_artifact(f"Versions of {bucket}/{key}", COLUMNS, rows)],
        subjects=about(bucket, key),
    )


def _state(version: Version) -> str:
    if version.deleted:
        return "deletion, current" if version.latest else "deletion"
    return "current" if version.latest else "old"


@tool(
    effect="write",
    examples=[
        "restore the previous version of {object} in {bucket}",
        "go back to the old version of {object}",
        "undo the last change of {object} in {bucket}",
        "bring back the deleted file {object} in {bucket}",
        "roll {object} back to version 3f2a9c41",
        "undelete {object} in {bucket}",
        "recover {object} from {bucket}",
        "restore version 3f2a of {object} in {bucket}",
        "roll {object} back to version 3f2a",
        "bring back the old version 3f2a of {object}",
        "revert {object} to version 3f2a",
        "undo the change of {object}: restore version 3f2a",
        "make version 3f2a of {object} the current one again",
        "return {object} to the previous version",
        "set {object} back to version demo-7",
        "undo the last change of {object}",
        "I want the old {object} back",
        "bring back the earlier version my-thing of {object}",
        "{object} should be as it was in version my-thing",
    ],
)
def restore_object_version(store: ObjectStore, /, bucket: Bucket, key: Object, version_id: VersionId = "previous") -> ToolResult:
    """Make an old version of an object the current one again, also after it was deleted. The other versions stay."""
    restored = store.restore(bucket, key, version_id)
    return ToolResult(
        content=f"Restored version `{version_id}` of {address(bucket, key)} ({size(restored.size)}).", subjects=about(bucket, key)
    )


@restore_object_version.prepare
def _prepare_restore(store: ObjectStore, /, bucket: str, key: str, version_id: str) -> Prepared:
    version = _chosen(store.versions(bucket, key, limit=1000), version_id, address(bucket, key))
    args = {"bucket": bucket, "key": key, "version_id": version.version_id}
    preview = f"Restore {address(bucket, key)} to version `{version.version_id}` ({size(version.size)}, from {when(version.modified)})."
    now = existing(store, bucket, key)
    if now is None or version.latest:
        return Prepared(preview, args)
    if store.versioning(bucket):
        return Prepared(f"{preview} What is there now ({size(now.size)}) becomes an older version.", args)
    lost = f"**This replaces** what is there now ({size(now.size)}): the bucket keeps no versions."
    return Prepared(f"{preview}\n\n{lost}", args, effect="destroy")


def _chosen(versions: Sequence[Version], wanted: str, name: str) -> Version:
    """The version of an id or of its beginning; `previous` is the newest content that is not current."""
    contents = [v for v in versions if not v.deleted]
    if wanted.lower() in ("previous", "last", "older"):
        found = [v for v in contents if not v.latest][:1]
        if not found:
            raise ToolError(ErrorCode.NOT_FOUND, f"{name} has no older version.")
        return found[0]
    fits = [v for v in versions if v.version_id == wanted] or [v for v in versions if v.version_id.startswith(wanted)]
    if len(fits) == 1:
        return fits[0]
    ids = [v.version_id for v in contents]
    if fits:
        raise ToolError(ErrorCode.AMBIGUOUS, f"several versions of {name} begin with `{wanted}`: {listed(ids)}.", ids)
    raise ToolError(ErrorCode.NOT_FOUND, f"{name} has no version `{wanted}`. There are: {listed(ids)}.", ids)
