"""Buckets: which there are, what is known of one, making and removing them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import Field

from tools.kfp.client import Kfp
from tools.kinds import Bucket, NewName
from tools.markdown import count, size, table_artifact, when
from tools.minio.addresses import bulleted
from tools.minio.limits import check_bucket_name
from tools.minio.references import references_to_bucket
from tools.minio.store import ObjectStore
from tools.names import listed
from tools.result import ErrorCode, Subject, ToolError, ToolResult
from tools.tables import fitted
from tools.tool import Prepared, tool

COUNTED_PAGES = 10
"""Pages of 1,000 keys that are counted to tell how much a bucket holds."""


@tool(
    effect="read",
    examples=[
        "which buckets are there",
        "list my buckets",
        "show buckets",
        "what storage do we have",
        "buckets",
        "where is our data kept",
        "do we have any buckets yet",
        "show all buckets",
        "how many buckets do we have",
        "give me the list of buckets",
        "mc ls",
        "which storage areas are there",
        "where can I put data",
        "what storage is there",
        "in which buckets is our data stored",
        "which storage buckets do exist",
        "where can I put files",
        "names of all buckets",
    ],
)
def list_buckets(store: ObjectStore, /) -> ToolResult:
    """List all buckets by name, with when they were created. What is inside one tells list_objects."""
    found = store.buckets()
    if not found:
        return ToolResult.no_data("There are no buckets yet.")
    rows = [(b.name, when(b.created)) for b in found]
    return ToolResult(
        content=f"There {'is' if len(found) == 1 else 'are'} {count(len(found), 'bucket')}.\n\n"
        + fitted(["bucket", "created"], [(f"`{name}`", created) for name, created in rows]),
        artifacts=[table_artifact("Buckets", ["bucket", "created"], rows)],
        subjects=[Subject(kind="bucket", name=b.name) for b in found],
    )


@tool(
    effect="read",
    examples=[
        "how big is {bucket}",
        "describe the bucket {bucket}",
        "how many objects are in {bucket}",
        "is versioning on for {bucket}",
        "tell me about {bucket}",
        "details of the bucket {bucket}",
        "does {bucket} delete old files by itself",
        "total size of {bucket}",
        "how much space does {bucket} take",
        "when was {bucket} created",
        "how large is the bucket {bucket} and is versioning on",
        "describe bucket {bucket}",
        "size of {bucket}",
        "does {bucket} have versioning enabled",
        "when was the bucket {bucket} created",
        "tell me about the {bucket} bucket",
        "properties of the bucket {bucket}",
        "total size of the files in {bucket}",
        "tell the size of bucket {bucket}",
        "size of {bucket}?",
        "how full is {bucket}",
        "space used by {bucket}",
        "how many files are in {bucket}",
        "how much space is taken by {bucket}",
        "settings of the bucket {bucket}",
    ],
)
def get_bucket(store: ObjectStore, /, bucket: Bucket) -> ToolResult:
    """Describe one bucket: how many objects and bytes it holds, whether it keeps versions, what expires by itself, who may read it."""
    created = next((b.created for b in store.buckets() if b.name == bucket), None)
    held = _counted(store, bucket)
    rules = store.expiry(bucket)
    rows = [
        ("objects", held.objects),
        ("size", held.size),
        ("last change", when(held.changed)),
        ("created", when(created)),
        ("keeps versions", "yes" if store.versioning(bucket) else "no"),
        ("expiry", "; ".join(f"`{r.prefix or '*'}` after {count(r.days, 'day')}" for r in rules) or "nothing expires"),
        ("access", _access(store, bucket)),
        ("where", store.address),
    ]
    content = f"Bucket `{bucket}` holds {held.objects} object{'' if held.objects == '1' else 's'} ({held.size}).\n\n" + fitted(
        ["", bucket], rows
    )
    return ToolResult(
        content=content,
        artifacts=[table_artifact(f"Bucket {bucket}", ["what", "value"], rows)],
        subjects=[Subject(kind="bucket", name=bucket)],
    )


@dataclass(frozen=True)
class Held:
    """How much lies in a bucket, in words: of a large one only the beginning is counted."""

    objects: str
    size: str
    changed: datetime | None


def _counted(store: ObjectStore, bucket: str) -> Held:
    number, total, changed, after = 0, 0, None, None
    for _ in range(COUNTED_PAGES):
        page = store.list(bucket, deep=True, start_after=after, limit=1000)
        number += len(page.objects)
        total += sum(o.size for o in page.objects)
        times = [o.modified for o in page.objects if o.modified]
        changed = max([*times, *([changed] if changed else [])], default=None)
        after = page.next_token
        if after is None:
            return Held(f"{number:,}", size(total), changed)
    return Held(f"more than {number:,}", f"more than {size(total)}", changed)


def _access(store: ObjectStore, bucket: str) -> str:
    try:
        return "a policy is set" if store.policy(bucket) else "private: no policy"
    except ToolError as error:
        if error.code not in (ErrorCode.UNSUPPORTED, ErrorCode.PERMISSION_DENIED):
            raise
        return "a folder of this machine" if error.code is ErrorCode.UNSUPPORTED else "not told to these credentials"


@tool(
    effect="write",
    examples=[
        "create a bucket called my-bucket",
        "make a new bucket my-bucket",
        "I need a bucket named my-bucket",
        "set up a bucket my-bucket",
        "add another bucket, my-bucket",
        "new bucket my-bucket please",
        "new bucket my-bucket",
        "add a bucket with the name my-bucket",
        "open a bucket my-bucket for the exports",
        "give me a new bucket my-bucket",
        "provision bucket demo-7",
        "we need new storage, call the bucket demo-7",
        "demo-7 as a new bucket",
        "make bucket demo-7",
        "I need a place for files called my-thing",
        "a bucket my-thing should be created",
        "I need another bucket, my-thing",
        "set up storage named my-thing",
        "mkdir bucket my-thing",
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


@tool(
    effect="destroy",
    examples=[
        "delete the bucket {bucket}",
        "remove bucket {bucket}",
        "drop {bucket}, we no longer need that bucket",
        "get rid of the empty bucket {bucket}",
        "the bucket {bucket} can go",
        "erase the whole bucket {bucket}",
        "{bucket} can be deleted, with all that is inside",
        "bucket {bucket} is not needed any longer, remove it with all its files",
        "remove the {bucket} bucket with everything in it",
        "drop bucket {bucket}",
        "get rid of the bucket {bucket} and all its files",
        "wipe out the {bucket} bucket, contents included",
        "we no longer need the bucket {bucket}, delete it",
        "delete {bucket}",
        "delete bucket {bucket} with everything in it",
        "remove {bucket} and all its files",
        "the bucket {bucket} can go, with its contents",
        "the bucket {bucket} may be removed",
        "bucket {bucket} is to be deleted",
        "we no longer use the bucket {bucket}, get rid of it",
        "rmdir bucket {bucket}",
    ],
)
def delete_bucket(store: ObjectStore, kfp: Kfp, /, bucket: Bucket) -> ToolResult:  # noqa: ARG001 - the preview asks it
    """Delete an empty bucket for good. A bucket that holds objects stays: delete those first, with delete_objects."""
    store.delete_bucket(bucket)
    return ToolResult(content=f"Deleted bucket `{bucket}`. It was empty; `create_bucket` makes one of that name again.")


@delete_bucket.prepare
def _prepare_delete(store: ObjectStore, kfp: Kfp, /, bucket: str) -> Prepared:
    page = store.list(bucket, deep=True, limit=1000)
    if page.objects:
        held = f"{'more than ' if page.next_token else ''}{count(len(page.objects), 'object')}"
        names = listed([o.key for o in page.objects], limit=3)
        message = f"bucket `{bucket}` is not empty, so it stays: it holds {held} ({names}). Delete the objects first, then the bucket."
        raise ToolError(ErrorCode.CONFLICT, message)
    lost = [f"its expiry rule for `{r.prefix or '*'}` after {count(r.days, 'day')}" for r in store.expiry(bucket)]
    rules = f"\n\nWith it go:\n\n{bulleted(lost)}" if lost else ""
    return Prepared(f"Delete the empty bucket `{bucket}`.{rules}{references_to_bucket(kfp, bucket)}")
