"""What the tests of the contract of `ObjectStore` do with a store."""

import io
from collections.abc import Iterator

from tools.minio.store import ObjectStore, Page

KEYS = [
    "a.txt", "a/1.csv", "a/2.csv", "a/b/3.csv", "a-b/4.csv", "a0.txt", "deep/er/and/deeper/5.csv",
    "z z/mit Leerzeichen.txt", "ä/ünï.csv", "日本/データ.csv", "🦊.bin", "%41%2F.txt", "plus+and&so=on?.txt",
    ".hidden", "~tilde", "back\\slash",
]  # fmt: skip


def put(store: ObjectStore, key: str, data: bytes = b"x", bucket: str = "box") -> None:
    store.put(bucket, key, io.BytesIO(data), len(data))


def names(page: Page) -> list[str]:
    return sorted([o.key for o in page.objects] + page.prefixes)


def pages(store: ObjectStore, limit: int, prefix: str = "", deep: bool = False) -> Iterator[Page]:
    """A listing, turned page by page."""
    token: str | None = None
    while True:
        page = store.list("box", prefix, deep=deep, limit=limit, start_after=token)
        yield page
        token = page.next_token
        if token is None:
            return


def emptied(kind: str, *keys: str) -> set[str]:
    """Folders that may still be shown when these keys are gone: SeaweedFS removes them minutes later."""
    return {f"{key.partition('/')[0]}/" for key in keys if "/" in key} if kind == "seaweedfs" else set()
