"""Objects: putting them in and taking them out."""

import mimetypes
from typing import Annotated

from pydantic import Field

from tools.files import LocalFiles
from tools.kinds import Bucket, LocalPath, NewKey, Object
from tools.markdown import count, size, when
from tools.minio.limits import check_key
from tools.minio.store import ObjectInfo, ObjectStore
from tools.names import listed
from tools.result import ErrorCode, Subject, ToolError, ToolResult
from tools.tool import Prepared, tool


@tool(
    effect="write",
    examples=[
        "upload data/new.csv to {bucket}",
        "put the file report.pdf into the bucket {bucket}",
        "store model.pkl in {bucket} as models/v2.pkl",
        "save ./train.csv to {bucket}",
        "overwrite data.csv in {bucket} with data/new.csv",
    ],
)
def upload_object(store: ObjectStore, files: LocalFiles, /, path: LocalPath, bucket: Bucket, key: NewKey | None = None) -> ToolResult:
    """Upload one local file into a bucket. An object that has the same key already is replaced, which a person approves first."""
    local = files.readable(path)
    key = key or local.name
    content_type = mimetypes.guess_type(local.name)[0] or "application/octet-stream"
    with local.open("rb") as data:
        written = store.put(bucket, key, data, local.stat().st_size, content_type)
    return ToolResult(
        content=f"Uploaded `{path}` to `{bucket}/{key}` ({size(written.size)}).",
        subjects=[Subject(kind="object", name=key, bucket=bucket), Subject(kind="bucket", name=bucket)],
    )


@upload_object.prepare
def _prepare_upload(store: ObjectStore, files: LocalFiles, /, path: str, bucket: str, key: str | None = None) -> Prepared:
    local = files.readable(path)
    if not local.is_file():
        raise ToolError(ErrorCode.INVALID_ARGUMENT, f"`{path}` is no file but a folder or a device; name one file.")
    key = key + local.name if key and key.endswith("/") else key or local.name
    check_key(key)
    args = {"path": path, "bucket": bucket, "key": key}
    preview = f"Upload `{path}` ({size(local.stat().st_size)}) to `{bucket}/{key}`."
    existing = _existing(store, bucket, key)
    if existing is None:
        return Prepared(preview, args)
    replaced = f"{preview}\n\n**This replaces** the object that is there: {size(existing.size)}, changed {when(existing.modified)}."
    return Prepared(replaced, args, effect="destroy")


def _existing(store: ObjectStore, bucket: str, key: str) -> ObjectInfo | None:
    try:
        return store.stat(bucket, key)
    except ToolError as error:
        if error.code is ErrorCode.NOT_FOUND:
            return None
        raise


@tool(
    effect="destroy",
    examples=[
        "delete data.csv from {bucket}",
        "remove a.csv and b.csv from the bucket {bucket}",
        "get rid of the object old/model.pkl in {bucket}",
        "erase tmp.json in {bucket}",
    ],
)
def delete_objects(
    store: ObjectStore,
    /,
    bucket: Bucket,
    keys: Annotated[list[Object], Field(min_length=1, max_length=1000, description="Keys of the objects to delete.")],
) -> ToolResult:
    """Delete objects from a bucket for good, only those that the user named. A person approves it first."""
    gone: list[str] = []
    for key in keys:
        try:
            store.delete(bucket, key)
        except ToolError as error:
            done = f" Deleted before that: {listed(gone)}." if gone else " Nothing was deleted."
            raise ToolError(error.code, error.message + done) from error
        gone.append(key)
    return ToolResult(
        content=f"Deleted {count(len(gone), 'object')} from `{bucket}`: {listed(gone)}.", subjects=[Subject(kind="bucket", name=bucket)]
    )


@delete_objects.prepare
def _prepare_delete(store: ObjectStore, /, bucket: str, keys: list[str]) -> Prepared:
    found = [store.stat(bucket, key) for key in keys]
    total = sum(o.size for o in found)
    lines = "\n".join(f"- `{o.key}` ({size(o.size)}, changed {when(o.modified)})" for o in found[:10])
    rest = f"\n- and {len(found) - 10} more" if len(found) > 10 else ""
    return Prepared(
        f"Delete {count(len(found), 'object')} ({size(total)}) from bucket `{bucket}`:\n\n{lines}{rest}\n\nThis cannot be undone."
    )
