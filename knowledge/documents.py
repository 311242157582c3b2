"""Files become documents: which files a path means, and one file's content as Markdown text."""

import glob
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice, takewhile
from pathlib import Path

from knowledge import markdown
from knowledge.chunk import Document
from knowledge.formats import html, pdf, restructuredtext
from knowledge.formats import source as source_files

MAX_BYTES = 20 * 1024 * 1024
"""Larger files are refused: a document of this size is data, not documentation."""

MAX_FILES = 10_000
"""More files at once are refused: most likely a folder was named by mistake."""

KINDS = {
    ".md": "markdown",
    ".markdown": "markdown",
    ".mdx": "markdown",
    ".rst": "restructuredtext",
    ".html": "html",
    ".htm": "html",
    ".pdf": "pdf",
    ".txt": "text",
    ".ipynb": "notebook",
    ".py": "python",
    ".yaml": "yaml",
    ".yml": "yaml",
}
"""Kind of document by file suffix."""

_SKIPPED_FOLDERS = frozenset({"node_modules", "__pycache__", "site-packages", "venv"})
_LEGACY = ("legacy", "deprecated", "archived", "old-version")


class UnreadableDocumentError(ValueError):
    """The file cannot become a document; the message says why in words."""


class EmptyDocumentError(UnreadableDocumentError):
    """The file can be read but holds no text to index."""


@dataclass(frozen=True)
class Selection:
    """Files that a path, folder or pattern means, and the folder that they lie under."""

    root: Path
    files: list[Path]


def select(path: str) -> Selection:
    """Resolve a file, folder or glob pattern.

    Folders are walked without hidden, dependency and linked ones; only suffixes in `KINDS` are taken from them.
    Raises `UnreadableDocumentError` when nothing is there.
    """
    if not path.strip():
        raise UnreadableDocumentError("No path was given; name a file, a folder or a pattern such as docs/**/*.md.")
    expanded = os.path.expanduser(path)  # noqa: PTH111 - a pattern is not a path yet
    target = Path(expanded)
    if target.is_dir():
        return Selection(target.resolve(), _bounded(_walk(target.resolve()), path))
    if target.is_file():
        return Selection(target.resolve().parent, [target.resolve()])
    if not glob.has_magic(expanded):
        raise UnreadableDocumentError(f"There is no file or folder {path!r}; check the spelling, or give the full path.")
    fixed = Path(*takewhile(lambda part: not glob.has_magic(part), target.parts))
    matches = (Path(match).resolve() for match in glob.iglob(expanded, recursive=True))  # noqa: PTH207 - absolute patterns
    files = _bounded((match for match in matches if match.is_file() and match.suffix.lower() in KINDS), path)
    if not files:
        raise UnreadableDocumentError(f"No readable file matches {path!r}; files of these kinds are read: {', '.join(KINDS)}.")
    return Selection(fixed.resolve(), files)


def _bounded(files: Iterator[Path], path: str) -> list[Path]:
    found = sorted(set(islice(files, MAX_FILES + 1)))
    if len(found) > MAX_FILES:
        raise UnreadableDocumentError(f"{path!r} holds more than {MAX_FILES:,} documents; add the folders that matter one by one.")
    return found


def load(file: Path, root: Path, source: str) -> Document:
    """Read one file as a document. Raises `UnreadableDocumentError` with the reason when it cannot be read as text."""
    kind = KINDS.get(file.suffix.lower())
    if kind is None:
        raise UnreadableDocumentError(f"files of kind {file.suffix or file.name!r} are not read; these are: {', '.join(KINDS)}")
    size = file.stat().st_size
    if size > MAX_BYTES:
        raise UnreadableDocumentError(f"{size / 2**20:.0f} MiB is over the limit of {MAX_BYTES // 2**20} MiB for one document")
    page = _page(kind, file.read_bytes())
    if not page.text.strip():
        raise EmptyDocumentError("it holds no text")
    folders = file.relative_to(root).parts[:-1] if file.is_relative_to(root) else ()
    return Document(
        source=source,
        uri=file.as_uri(),
        title=page.title or _first_heading(page.text) or _file_title(file, kind),
        kind=kind,
        text=page.text,
        folders=tuple(readable(folder) for folder in folders),
        legacy=page.outdated or any(mark in folder.lower() for folder in folders for mark in _LEGACY),
    )


def decode(data: bytes) -> str:
    """Text of a UTF-8 or (with byte order mark) UTF-16 file. Raises `UnreadableDocumentError` for anything else."""
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise UnreadableDocumentError(f"byte {error.start + 1} is not {encoding.upper().removesuffix('-SIG')} text") from None
    if "\0" in text:
        raise UnreadableDocumentError("it is a binary file, not text")
    return text.replace("\r\n", "\n")


def _first_heading(text: str) -> str | None:
    """The heading that a page begins with, if it is one of the first level."""
    start = text.lstrip()
    return start.split("\n", 1)[0][2:].strip("# ") if start.startswith("# ") else None


def _file_title(file: Path, kind: str) -> str:
    if kind == "python":
        return file.parent.name if file.stem == "__init__" else file.stem
    return readable(file.parent.name if file.stem in ("index", "_index", "README") else file.stem)


def readable(name: str) -> str:
    """A file or folder name as a title: `core-functions` becomes `Core functions`."""
    words = name.strip("_").replace("-", " ").replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def _page(kind: str, data: bytes) -> markdown.Page:
    try:
        if kind == "pdf":
            return pdf.read(data)
        return _READERS[kind](decode(data))
    except ValueError as error:
        raise UnreadableDocumentError(str(error)) from None


def _text(text: str) -> markdown.Page:
    return markdown.Page(None, text, outdated=False)


_READERS: dict[str, Callable[[str], markdown.Page]] = {
    "markdown": markdown.clean,
    "restructuredtext": restructuredtext.read,
    "html": html.read,
    "text": _text,
    "notebook": source_files.notebook,
    "python": source_files.python,
    "yaml": source_files.yaml_documents,
}


def _walk(root: Path) -> Iterator[Path]:
    for folder, subfolders, names in os.walk(root):
        subfolders[:] = sorted(name for name in subfolders if not name.startswith(".") and name not in _SKIPPED_FOLDERS)
        for name in names:
            file = Path(folder, name)
            if file.suffix.lower() in KINDS and not name.startswith(".") and file.resolve().is_relative_to(root):
                yield file
