"""An item's bytes become a document: its text as Markdown, its title, the folders that lead to it."""

import re
from collections.abc import Callable
from pathlib import PurePosixPath

from knowledge import markdown
from knowledge.chunk import Document
from knowledge.formats import html, pdf, restructuredtext, word
from knowledge.formats import source as source_files
from knowledge.origins.selection import KINDS, EmptyDocumentError, Item, UnreadableDocumentError

_LEGACY = ("legacy", "deprecated", "archived", "old-version")
_CHARSET = re.compile(rb"<meta[^>]{1,200}charset\s*=\s*[\"']?([\w-]{1,40})", re.IGNORECASE)


def load(item: Item, data: bytes, source: str) -> Document:
    """Make a document of an item's bytes. Raises `UnreadableDocumentError` with the reason when they cannot be read as text."""
    name = PurePosixPath(item.parts[-1])
    kind = item.kind or KINDS.get(name.suffix.lower())
    if kind is None:
        raise UnreadableDocumentError(f"files of kind {name.suffix or name.name!r} are not read; these are: {', '.join(KINDS)}")
    if not data.strip():
        raise UnreadableDocumentError("it is empty")
    page = _page(kind, data)
    if not page.text.strip():
        raise EmptyDocumentError("it holds no text")
    return Document(
        source=source,
        uri=item.uri,
        title=page.title or _first_heading(page.text) or _name_title(item.parts, kind),
        kind=kind,
        text=page.text,
        folders=tuple(readable(folder) for folder in item.folders),
        legacy=page.outdated or any(mark in folder.lower() for folder in item.folders for mark in _LEGACY),
    )


def decode(data: bytes) -> str:
    """Text of UTF-8 or (with byte order mark) UTF-16 bytes. Raises `UnreadableDocumentError` for anything else."""
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        if b"\0" in data[:4096]:
            raise UnreadableDocumentError("it is a binary file, not text") from None
        raise UnreadableDocumentError(f"byte {error.start + 1} is not {encoding.upper().removesuffix('-SIG')} text") from None
    if "\0" in text:
        raise UnreadableDocumentError("it is a binary file, not text")
    return text.replace("\r\n", "\n")


def readable(name: str) -> str:
    """A file or folder name as a title: `core-functions` becomes `Core functions`."""
    words = name.strip("_").replace("-", " ").replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def _first_heading(text: str) -> str | None:
    """The heading that a page begins with, if it is one of the first level."""
    start = text.lstrip()
    return start.split("\n", 1)[0][2:].strip("# ") if start.startswith("# ") else None


def _name_title(parts: tuple[str, ...], kind: str) -> str:
    stem = PurePosixPath(parts[-1]).stem
    above = parts[-2] if len(parts) > 1 else stem
    if kind == "python":
        return above if stem == "__init__" else stem
    return readable(above if stem in ("index", "_index", "README") else stem)


def _page(kind: str, data: bytes) -> markdown.Page:
    try:
        return _BINARY[kind](data) if kind in _BINARY else _TEXT[kind](decode(data))
    except ValueError as error:
        raise UnreadableDocumentError(str(error)) from None


def _html(data: bytes) -> markdown.Page:
    """A page in the encoding that it names itself, else in UTF-8."""
    named = _CHARSET.search(data[:2048])
    try:
        return html.read(data.decode(named.group(1).decode("ascii") if named else "utf-8"))
    except (LookupError, UnicodeError):
        return html.read(decode(data))


def _text(text: str) -> markdown.Page:
    return markdown.Page(None, text, outdated=False)


_BINARY: dict[str, Callable[[bytes], markdown.Page]] = {"pdf": pdf.read, "word": word.read, "html": _html}
_TEXT: dict[str, Callable[[str], markdown.Page]] = {
    "markdown": markdown.clean,
    "restructuredtext": restructuredtext.read,
    "text": _text,
    "notebook": source_files.notebook,
    "python": source_files.python,
    "yaml": source_files.yaml_documents,
}
