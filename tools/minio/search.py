"""Finding objects by what their keys, sizes and ages are like, bounded in time and in keys."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Annotated

from pydantic import Field

from tools.activity import current
from tools.kinds import After, Bucket, Pattern
from tools.markdown import count, size, table_artifact, when
from tools.minio.patterns import Pattern as Wanted
from tools.minio.patterns import parse
from tools.minio.store import ObjectInfo, ObjectStore
from tools.result import ErrorCode, Subject, ToolError, ToolResult
from tools.tables import fitted
from tools.tool import tool

SECONDS = 8.0
"""For which is looked, before the answer says how far it came."""
MOST_KEYS = 500_000
MOST_FOUND = 100
COLUMNS = ["object", "size", "changed"]


@tool(
    effect="read",
    examples=[
        "find all csv files",
        "search {bucket} for parquet files",
        "where is the file model.pkl",
        "find objects matching *.json in {bucket}",
        "which files are larger than 100 MB",
        "look for anything called churn in the buckets",
        "find sales data",
        "do we have a file with invoices somewhere",
        "files older than 30 days in {bucket}",
        "search for images in {bucket}",
        "what changed today in {bucket}",
        "locate the dataset penguins",
        "find *.parquet in {bucket}",
        "search for the model file",
        "where is the features file",
        "look for sales.csv",
        "which bucket has the customer data",
        "is there a file called notes.txt somewhere",
        "locate data.json",
        "any parquet files in our storage",
        "find files whose name contains churn",
        "search all buckets for pickles",
        "do we have a pdf about the quarter",
        "in which bucket is {object}",
        "which bucket holds {object}",
        "where do we keep the labels",
        "in which place is {object} kept",
        "who has the demo-7 file",
        "is there a file called data/sample.csv anywhere",
        "where do parquet files lie",
        "locate all csv files",
        "in which bucket are the invoices",
        "where did I put the file with the labels",
        "is there a file called my-thing",
    ],
)
def find_objects(
    store: ObjectStore,
    /,
    pattern: Annotated[
        Pattern,
        Field(
            description="What to look for: a wildcard ('*.csv', 'raw/*/sales*'), part of a name ('churn'), a kind of file ('csv files'), "
            "also 'larger than 100 MB', 'smaller than 1 KB', 'empty', 'older than 30 days', 'changed today'; all words have to fit."
        ),
    ],
    bucket: Bucket | None = None,
    after: After | None = None,
) -> ToolResult:
    """Find objects by name, kind, size or age, in one bucket or in all. To see what a folder holds, list_objects is quicker."""
    wanted = parse(pattern)
    if not wanted.tests:
        raise ToolError(ErrorCode.INVALID_ARGUMENT, f"`{pattern}` says nothing to look for. Name a part of a key, or `*.csv`.")
    search = _Search(store, wanted, after)
    for name in [bucket] if bucket else [b.name for b in store.buckets()]:
        if not search.through(name):
            break
    where = f"bucket `{bucket}`" if bucket else "all buckets"
    said = " and ".join(wanted.said)
    on = f"\n\n{search.stopped} To go on: the same with `after` = `{search.last}`." if search.stopped else ""
    if not search.found:
        return ToolResult.no_data(f"Nothing in {where} fits {said}, among {count(search.looked_at, 'object')}.{on}")
    rows = [(f"{o.bucket}/{o.key}", size(o.size), when(o.modified)) for o in search.found]
    total = size(sum(o.size for o in search.found))
    fit = "fits" if len(rows) == 1 else "fit"
    return ToolResult(
        content=f"{count(len(rows), 'object')} in {where} {fit} {said} ({total}).\n\n"
        + fitted(COLUMNS, [(f"`{name}`", *rest) for name, *rest in rows])
        + on,
        artifacts=[table_artifact(f"Found: {pattern}", COLUMNS, rows)],
        subjects=[Subject(kind="object", name=o.key, bucket=o.bucket) for o in search.found[:20]],
    )


@dataclass
class _Search:
    """A walk over keys that ends when enough is found, or enough time has passed."""

    store: ObjectStore
    wanted: Wanted
    after: str | None
    found: list[ObjectInfo] = field(default_factory=list)
    looked_at: int = 0
    last: str = ""
    stopped: str = ""
    began: float = field(default_factory=time.monotonic)

    def through(self, bucket: str) -> bool:
        """Look through a bucket; False when the search came to its bounds."""
        behind, _, key = (self.after or "").partition("/")
        if bucket < behind:
            return True
        for objects in self._pages(bucket, key if bucket == behind else None):
            for info in objects:
                self.looked_at += 1
                self.last = f"{bucket}/{info.key}"
                if self.wanted.fits(info):
                    self.found.append(info)
                    if len(self.found) == MOST_FOUND:
                        self.stopped = f"These are the first {MOST_FOUND}; there may be more."
                        return False
            seconds = time.monotonic() - self.began
            current().report(f"looked at {self.looked_at:,} objects, {len(self.found)} found")
            if seconds > SECONDS or self.looked_at >= MOST_KEYS or current().canceled.is_set():
                self.stopped = f"Stopped after {count(self.looked_at, 'object')} and {seconds:.0f} s; there may be more."
                return False
        return True

    def _pages(self, bucket: str, after: str | None) -> Iterator[list[ObjectInfo]]:
        while True:
            page = self.store.list(bucket, self.wanted.prefix, deep=True, start_after=after, limit=1000)
            if page.objects:  # the search can only go on behind an object
                yield page.objects
            after = page.next_token
            if after is None:
                return
