"""What a path or address means: items that may become documents."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

MAX_BYTES = 20 * 2**20
"""Larger documents are refused: something of this size is data, not documentation."""

MAX_ITEMS = 10_000
"""More documents at once are refused: most likely a folder was named by mistake."""

KINDS = {
    ".md": "markdown",
    ".markdown": "markdown",
    ".mdx": "markdown",
    ".rst": "restructuredtext",
    ".html": "html",
    ".htm": "html",
    ".pdf": "pdf",
    ".docx": "word",
    ".txt": "text",
    ".ipynb": "notebook",
    ".py": "python",
    ".yaml": "yaml",
    ".yml": "yaml",
}
"""Kind of document by the suffix of its name."""


class UnreadableDocumentError(ValueError):
    """Something cannot become a document; the message says why in words."""


class EmptyDocumentError(UnreadableDocumentError):
    """It can be read but holds no text to index."""


@dataclass(frozen=True)
class Item:
    """Something that may become a document.

    Attributes:
        uri: its address, by which it is known again.
        parts: names of the folders that lead to it, and its own.
        depth: how many of the last parts make its short name.
        folders: those among the parts that say what it is about.
        read: its bytes. Raises `UnreadableDocumentError` or `OSError`.
        kind: a value of `KINDS` where it is not the name that tells.
    """

    uri: str
    parts: tuple[str, ...]
    depth: int
    folders: tuple[str, ...]
    read: Callable[[], bytes]
    kind: str | None = None


@dataclass(frozen=True)
class Selection:
    """Items that a path or address means.

    Attributes:
        items: in the order of their names.
        gone: whether a URI that was indexed from here is not there any more.
    """

    items: Sequence[Item]
    gone: Callable[[str], bool] = field(default=lambda _: False)


def check_size(size: int) -> None:
    """Raises `UnreadableDocumentError` when a document of `size` bytes is too large."""
    if size > MAX_BYTES:
        raise UnreadableDocumentError(f"{size / 2**20:.0f} MiB is over the limit of {MAX_BYTES // 2**20} MiB for one document")


def check_count(count: int, path: str) -> None:
    """Raises `UnreadableDocumentError` when a path means too many documents."""
    if count > MAX_ITEMS:
        raise UnreadableDocumentError(f"{path!r} holds more than {MAX_ITEMS:,} documents; add the folders that matter one by one.")
