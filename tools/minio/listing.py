"""What lies in a bucket, one level and one page at a time."""

from tools.kinds import After, Bucket, Prefix
from tools.markdown import count, size, table_artifact, when
from tools.minio.addresses import about, existing
from tools.minio.store import ObjectStore, Page
from tools.result import ToolResult
from tools.tables import fitted
from tools.tool import tool

PAGE = 100
"""Entries of one page."""
COLUMNS = ["key", "size", "changed"]


@tool(
    effect="read",
    examples=[
        "what is in {bucket}",
        "list the files in the bucket {bucket}",
        "show objects under raw/ in {bucket}",
        "contents of {bucket}",
        "which files does {bucket} hold",
        "list {bucket}",
        "what do we have in the folder models/ of {bucket}",
        "show me everything in {bucket}",
        "which objects are stored in {bucket}",
        "ls {bucket}",
        "browse {bucket}",
        "what is inside {bucket}",
        "show me the files in {bucket}",
        "what is in the folder raw/2024/ of {bucket}",
        "list what is left in {bucket}",
        "the rest of {bucket}",
        "see the rest of {bucket}",
        "everything in {bucket}",
        "which objects are in there",
        "files in {bucket}",
        "show {bucket}",
        "what do we have in {bucket}",
        "which files are inside {bucket}",
        "what is left in {bucket}",
        "what does {bucket} hold",
        "what data is in {bucket}",
        "open the folder raw/ in {bucket}",
        "which files are kept in {bucket}",
        "what lies in {bucket}",
        "the files below raw/ in {bucket}",
        "only those under raw/",
        "show what remains in {bucket}",
        "ls {bucket} raw/",
    ],
)
def list_objects(store: ObjectStore, /, bucket: Bucket, prefix: Prefix | None = None, after: After | None = None) -> ToolResult:
    """List what a bucket holds, one level at a time: objects and folders (ending in '/'). Pass a folder as prefix to go deeper."""
    place, page = _level(store, bucket, prefix or "", after)
    where = f"bucket `{bucket}`" + (f" under `{place}`" if place else "")
    if not page.objects and not page.prefixes:
        return ToolResult.no_data(f"There is nothing {'more ' if after else ''}in {where}.{_not_below(store, bucket, place)}")
    rows: list[tuple[str, str, str]] = [(p, "folder", "") for p in page.prefixes]
    rows += [(o.key, size(o.size), when(o.modified)) for o in page.objects]
    rows.sort()
    shown = fitted(COLUMNS, [(f"`{key}`", *rest) for key, *rest in rows])
    number = shown.count("\n| `")
    kinds = [count(len(page.objects), "object")] if page.objects else []
    kinds += [count(len(page.prefixes), "folder")] if page.prefixes else []
    part = "the next " if after else "the first " if page.next_token else ""
    lead = f"In {where}: {part}{' and '.join(kinds)}{' of more' if page.next_token else ''}."
    more = f"\n\nTo go on: `after` = `{rows[number - 1][0]}`, or a folder as `prefix`." if page.next_token or number < len(rows) else ""
    *objects, bucket_subject = about(bucket, *(o.key for o in page.objects))
    return ToolResult(
        content=f"{lead}\n\n{shown}{more}",
        artifacts=[table_artifact(f"Objects in {bucket}", COLUMNS, rows)],
        subjects=[bucket_subject, *objects],
    )


def _not_below(store: ObjectStore, bucket: str, folder: str) -> str:
    """A word on a folder that bears the name of an object: MinIO lists nothing below one, though there can be something."""
    name = folder.rstrip("/")
    if not name or existing(store, bucket, name) is None:
        return ""
    return f" `{name}` is an object itself, and below the name of an object some servers list nothing; ask for what is there by its key."


def _level(store: ObjectStore, bucket: str, prefix: str, after: str | None) -> tuple[str, Page]:
    """One page below a prefix; a folder is entered also when it is named without its '/'."""
    prefix = prefix.removeprefix("/")
    page = store.list(bucket, prefix, start_after=after, limit=PAGE)
    if prefix and not page.objects and page.prefixes in ([], [f"{prefix}/"]) and not prefix.endswith("/"):
        return f"{prefix}/", store.list(bucket, f"{prefix}/", start_after=after, limit=PAGE)
    return prefix, page
