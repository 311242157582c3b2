"""Objects copied and moved, within a bucket and between buckets."""

from typing import Annotated

from pydantic import Field

from tools.kfp.client import Kfp
from tools.kinds import Bucket, Kind, Object
from tools.markdown import size, when
from tools.minio.addresses import about, address, existing, target_key
from tools.minio.limits import check_copy
from tools.minio.references import references
from tools.minio.store import ObjectStore
from tools.minio.undo import undo_of_deletion
from tools.result import ToolResult
from tools.tool import Prepared, tool

TargetKey = Annotated[
    str, Kind("new_key"), Field(description="New key, or a folder ending in '/'; leave out to keep the name the object has.")
]


@tool(
    effect="write",
    examples=[
        "copy {object} from {bucket} to {bucket}",
        "duplicate {object} in {bucket} as backup.csv",
        "make a copy of {object} in {bucket}",
        "copy {object} of {bucket} into the folder archive/ of {bucket}",
        "back up {object} to {bucket}",
        "put a copy of {object} into {bucket}",
        "duplicate {object} into {bucket}",
        "put a copy of {object} in {bucket}",
        "copy {object} from {bucket} into {bucket} as new.csv",
        "clone {object} to {bucket}",
        "replicate {object} from {bucket} into {bucket}",
        "also keep {object} in {bucket}",
        "make a copy of {object} called backup.csv",
        "one more copy of {object} in {bucket}",
        "keep a second copy of {object} in {bucket}",
        "a copy of {object} should be placed into {bucket}",
        "duplicate {object} to {bucket}",
        "{object} to be copied to {bucket}",
        "cp {object} {bucket}",
        "have {object} in {bucket} as well",
    ],
)
def copy_object(store: ObjectStore, /, bucket: Bucket, key: Object, to_bucket: Bucket, to_key: TargetKey | None = None) -> ToolResult:
    """Copy one object to another key or bucket; the original stays. An object that is already there is replaced, once a person approved."""
    target = to_key or key
    made = store.copy(bucket, key, to_bucket, target)
    return ToolResult(
        content=f"Copied {address(bucket, key)} to {address(to_bucket, target)} ({size(made.size)}).", subjects=about(to_bucket, target)
    )


@copy_object.prepare
def _prepare_copy(store: ObjectStore, /, bucket: str, key: str, to_bucket: str, to_key: str | None = None) -> Prepared:
    args, line, replaced = _planned(store, "Copy", bucket, key, to_bucket, to_key)
    return Prepared(line + replaced, args, effect="destroy" if replaced else None)


@tool(
    effect="destroy",
    examples=[
        "move {object} from {bucket} to {bucket}",
        "rename {object} in {bucket} to new-name.csv",
        "move {object} into the folder archive/ of {bucket}",
        "shift {object} over to {bucket}",
        "relocate {object} from {bucket} to {bucket}",
        "give {object} in {bucket} the name final.parquet",
        "move {object} out of {bucket} and into {bucket}",
        "relocate {object} to {bucket}",
        "transfer {object} from {bucket} to {bucket}",
        "rename {object} to new.csv",
        "{object} belongs into {bucket}, move it there",
        "change the name of {object} in {bucket} to new.csv",
        "{object} belongs in {bucket}, put it there",
        "{object} should be in {bucket} instead",
        "{object} is in the wrong bucket, it should be in {bucket}; move it",
        "mv {object} {bucket}",
        "{object} belongs into {bucket}, move it over",
        "{object} to be moved to {bucket}",
    ],
)
def move_object(
    store: ObjectStore,
    kfp: Kfp,  # noqa: ARG001 - the preview asks it
    /,
    bucket: Bucket,
    key: Object,
    to_bucket: Bucket,
    to_key: TargetKey | None = None,
) -> ToolResult:
    """Move or rename one object: it is copied to another key or bucket, then removed where it was. A person approves it first."""
    target = to_key or key
    made = store.move(bucket, key, to_bucket, target)
    moved = f"Moved {address(bucket, key)} to {address(to_bucket, target)} ({size(made.size)})."
    return ToolResult(content=f"{moved} {undo_of_deletion(store, bucket)}".rstrip(), subjects=about(to_bucket, target))


@move_object.prepare
def _prepare_move(store: ObjectStore, kfp: Kfp, /, bucket: str, key: str, to_bucket: str, to_key: str | None = None) -> Prepared:
    args, line, replaced = _planned(store, "Move", bucket, key, to_bucket, to_key)
    return Prepared(f"{line} Afterwards there is nothing at the old place.{replaced}{references(kfp, bucket, [key])}", args)


def _planned(store: ObjectStore, doing: str, bucket: str, key: str, to_bucket: str, to_key: str | None) -> tuple[dict[str, str], str, str]:
    """The complete arguments, what would be done, and what it would replace."""
    target = target_key(key, to_key) if to_key else key
    check_copy((bucket, key), (to_bucket, target))
    source = store.stat(bucket, key)
    there = existing(store, to_bucket, target)
    args = {"bucket": bucket, "key": key, "to_bucket": to_bucket, "to_key": target}
    replaced = ""
    if there is not None:
        replaced = f"\n\n**This replaces** the object that is there: {size(there.size)}, changed {when(there.modified)}."
        replaced += f" {undo_of_deletion(store, to_bucket)}"
    return args, f"{doing} {address(bucket, key)} ({size(source.size)}) to {address(to_bucket, target)}.", replaced.rstrip()
