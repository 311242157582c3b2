"""Buckets: which there are, what is inside, making new ones."""

from typing import Annotated

from pydantic import Field

from tools.kinds import Bucket, Limit, NewName, Prefix
from tools.markdown import count, size, table, table_artifact, when
from tools.minio.limits import check_bucket_name
from tools.minio.store import ObjectStore
from tools.result import ErrorCode, Subject, ToolError, ToolResult
from tools.tool import Prepared, tool


@tool(
    effect="read",
    examples=["which buckets are there", "list my buckets", "show buckets", "what storage do we have", "buckets", "where is our data kept"],
)
def list_buckets(store: ObjectStore, /) -> ToolResult:
    """List all buckets by name, with when they were created. What is inside one tells list_objects."""
    found = store.buckets()
    if not found:
        return ToolResult.no_data("There are no buckets yet.")
    rows = [(b.name, when(b.created)) for b in found]
    return ToolResult(
        content=f"There {'is' if len(found) == 1 else 'are'} {count(len(found), 'bucket')}.\n\n"
        + table(["bucket", "created"], [(f"`{name}`", created) for name, created in rows]),
        artifacts=[table_artifact("Buckets", ["bucket", "created"], rows)],
        subjects=[Subject(kind="bucket", name=b.name) for b in found],
    )


@tool(
    effect="read",
    examples=[
        "what is in {bucket}",
        "list the files in the bucket {bucket}",
        "show objects under raw/ in {bucket}",
        "contents of {bucket}",
        "which files does {bucket} hold",
    ],
)
def list_objects(store: ObjectStore, /, bucket: Bucket, prefix: Prefix | None = None, limit: Limit = 30) -> ToolResult:
    """List what a bucket holds, one level at a time: objects and folders (ending in '/'). Pass a folder as prefix to go deeper."""
    page = store.list(bucket, prefix or "", limit=limit)
    if not page.objects and not page.prefixes and prefix and not prefix.endswith("/"):
        page = store.list(bucket, f"{prefix}/", limit=limit)
    where = f"bucket `{bucket}`" + (f" under `{prefix}`" if prefix else "")
    if not page.objects and not page.prefixes:
        return ToolResult.no_data(f"There is nothing in {where}.")
    rows: list[tuple[str, str, str]] = [(p, "folder", "") for p in page.prefixes]
    rows += [(o.key, size(o.size), when(o.modified)) for o in page.objects]
    first = f"the first {limit} entries, " if page.next_token else ""
    more = " There is more: narrow it with a prefix." if page.next_token else ""
    kinds = [count(len(page.objects), "object")] if page.objects else []
    kinds += [count(len(page.prefixes), "folder")] if page.prefixes else []
    return ToolResult(
        content=f"In {where}: {first}{' and '.join(kinds)}.{more}\n\n"
        + table(["key", "size", "changed"], [(f"`{k}`", s, w) for k, s, w in rows]),
        artifacts=[table_artifact(f"Objects in {bucket}", ["key", "size", "changed"], rows)],
        subjects=[Subject(kind="bucket", name=bucket)] + [Subject(kind="object", name=o.key, bucket=bucket) for o in page.objects],
    )


@tool(
    effect="write",
    examples=[
        "create a bucket called my-bucket",
        "make a new bucket my-bucket",
        "I need a bucket named my-bucket",
        "set up a bucket my-bucket",
    ],
)
def create_bucket(
    store: ObjectStore, /, bucket: Annotated[NewName, Field(description="Name of the new bucket: 3 to 63 of a-z, 0-9 and '-'.")]
) -> ToolResult:
    """Make a new, empty bucket. It does not put anything into it."""
    store.create_bucket(bucket)
    return ToolResult(content=f"Created bucket `{bucket}`.", subjects=[Subject(kind="bucket", name=bucket)])


@create_bucket.prepare
def _prepare_create(store: ObjectStore, /, bucket: str) -> Prepared:
    check_bucket_name(bucket)
    if any(b.name == bucket for b in store.buckets()):
        raise ToolError(ErrorCode.CONFLICT, f"bucket `{bucket}` exists already.")
    return Prepared(f"Create the empty bucket `{bucket}`.")
