"""Files of this machine: one, all of a folder, or those that match a pattern."""

import glob
import os
from collections.abc import Iterator
from itertools import islice, takewhile
from pathlib import Path
from urllib.parse import unquote, urlsplit

from knowledge.origins.selection import KINDS, MAX_ITEMS, Item, Selection, UnreadableDocumentError, check_count, check_size

_SKIPPED_FOLDERS = frozenset({"node_modules", "__pycache__", "site-packages", "venv"})


def select_files(path: str) -> Selection:
    """Resolve a file, folder or glob pattern.

    Folders are walked without hidden, dependency and linked ones; only suffixes in `KINDS` are taken from them. What a link leads out
    of the named folder is left out. Raises `UnreadableDocumentError` when nothing is there.
    """
    try:
        root, files = _resolved(path)
    except (OSError, RuntimeError, ValueError) as error:  # a loop of links, a NUL, a name that is too long, an unknown home
        if isinstance(error, UnreadableDocumentError):
            raise
        raise UnreadableDocumentError(f"{path[:200]!r} is no usable path: {getattr(error, 'strerror', None) or error}.") from None
    return Selection([file_item(file, root) for file in files], lambda uri: _is_gone(uri, root))


def fixed_part(pattern: str) -> Path:
    """The folders of a pattern before its first wildcard."""
    return Path(*takewhile(lambda part: not glob.has_magic(part), Path(pattern).parts))


def _resolved(path: str) -> tuple[Path, list[Path]]:
    expanded = os.path.expanduser(path)  # noqa: PTH111 - a pattern is not a path yet
    target = Path(expanded)
    if target.is_symlink():
        target.resolve(strict=True)  # says so when the links form a loop
    if target.is_dir():
        root = target.resolve()
        return root, _bounded(_walk(root), path)
    if target.is_file():
        return target.resolve(), [target.resolve()]
    if not glob.has_magic(expanded):
        raise UnreadableDocumentError(f"There is no file or folder {path!r}; check the spelling, or give the full path.")
    root = fixed_part(expanded).resolve()
    matches = (_document(Path(match), root) for match in glob.iglob(expanded, recursive=True))  # noqa: PTH207 - absolute patterns
    files = _bounded(filter(None, matches), path)
    if not files:
        raise UnreadableDocumentError(f"No readable file matches {path!r}; files of these kinds are read: {', '.join(KINDS)}.")
    return root, files


def _document(file: Path, root: Path) -> Path | None:
    """Where a file really lies, if that is below `root`, its name tells a kind of document, and links to it end somewhere."""
    try:
        place = file.resolve(strict=True)
    except (OSError, RuntimeError):
        return None
    return place if place.is_relative_to(root) and place.suffix.lower() in KINDS and place.is_file() else None


def _bounded(files: Iterator[Path], path: str) -> list[Path]:
    found = sorted(set(islice(files, MAX_ITEMS + 1)))
    check_count(len(found), path)
    return found


def _walk(root: Path) -> Iterator[Path]:
    for folder, subfolders, names in os.walk(root):
        subfolders[:] = sorted(name for name in subfolders if not name.startswith(".") and name not in _SKIPPED_FOLDERS)
        for name in names:
            file = Path(folder, name)
            if not name.startswith(".") and file.suffix.lower() in KINDS and (place := _document(file, root)):
                yield place


def file_item(file: Path, root: Path) -> Item:
    """A resolved file below the folder `root`, named by it; a file that is the root itself goes by its own name."""

    def read() -> bytes:
        check_size(file.stat().st_size)
        return file.read_bytes()

    parts = tuple(part for part in file.parts if part != file.anchor)
    below = file.relative_to(root).parts
    return Item(file.as_uri(), parts, len(below) + 1, below[:-1], read)


def _is_gone(uri: str, root: Path) -> bool:
    """Whether a document was read from a file under `root` that no longer exists."""
    if not uri.startswith("file:"):
        return False
    file = Path(unquote(urlsplit(uri).path))
    return file.is_relative_to(root) and not file.exists()
