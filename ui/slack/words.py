"""Words to and from Slack. What is sent is rich text made of plain pieces, which Slack never reads for mentions, links or markup."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import unescape
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

Block = dict[str, Any]
PIECE = 2800
"""Characters of one piece of rich text at the most."""
TABLE_ROWS, TABLE_COLUMNS, TABLE_ROOM = 100, 20, 8000
"""What Slack takes of a table: rows with the head, columns, characters."""
_STYLES = {"strong": "bold", "em": "italic", "s": "strike"}


@dataclass(frozen=True)
class Snippet:
    """Text too long to stand in a message."""

    name: str
    text: str


def heard(text: str, bot: str) -> str:
    """What somebody wrote, as plain text, without the call for the assistant itself."""
    text = text.replace(f"<@{bot}>", "")
    text = re.sub(r"<([@#!])([^>|]*)\|([^>]*)>", lambda m: f"{'#' if m[1] == '#' else '@'}{m[3]}", text)
    text = re.sub(r"<[@!]([^>|]*)>", r"@\1", text)
    text = re.sub(r"<(?:mailto:)?([^>|]*)(?:\|[^>]*)?>", r"\1", text)
    return unescape(text).strip()


def fallback(text: str) -> str:
    """The line that stands in notifications; nothing in it is markup."""
    short = text if len(text) <= 300 else f"{text[:299]}…"
    return short.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") or "…"


def plain(text: str, *styles: str) -> dict[str, Any]:
    """A piece of rich text."""
    return {"type": "text", "text": text or " ", **({"style": dict.fromkeys(styles, True)} if styles else {})}


def line(*pieces: dict[str, Any]) -> Block:
    """Pieces in a block of their own."""
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(pieces)}]}


def table(columns: Sequence[object], rows: Sequence[Sequence[object]]) -> Block | Snippet:
    """A table of Slack's; a file of comma-separated values where it is too large for that."""
    cells = [[_cell(value) for value in row] for row in [columns, *rows]]
    if len(cells) <= TABLE_ROWS and len(columns) <= TABLE_COLUMNS and sum(len(c) + 1 for row in cells for c in row) <= TABLE_ROOM:
        return {"type": "table", "rows": [[{"type": "raw_text", "text": cell or " "} for cell in row] for row in cells]}
    return Snippet("table.csv", as_csv(columns, rows))


def as_csv(columns: Sequence[object], rows: Sequence[Sequence[object]]) -> str:
    """Comma-separated values."""
    import csv
    import io

    out = io.StringIO()
    csv.writer(out).writerows([columns, *rows])
    return out.getvalue()


def _cell(value: object) -> str:
    return "" if value is None else f"{value:.6g}" if isinstance(value, float) else str(value)


def blocks(markdown: str) -> list[Block | Snippet]:
    """Markdown as blocks, in order. A code block stays whole: what is too long for a message becomes a snippet."""
    tokens = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"]).parse(markdown)
    writer = _Writer()
    place = 0
    while place < len(tokens):
        place = writer.take(tokens, place)
    return writer.close()


@dataclass
class _Writer:
    done: list[Block | Snippet] = field(default_factory=list)
    elements: list[dict[str, Any]] = field(default_factory=list)
    size: int = 0
    lists: list[tuple[str, int]] = field(default_factory=list)
    """Kind and next number of the lists around."""
    quoted: int = 0

    def take(self, tokens: list[Token], place: int) -> int:
        """Write what begins here; the place behind it."""
        token = tokens[place]
        match token.type:
            case "fence" | "code_block":
                self._code(token.content.rstrip("\n"), token.info)
            case "table_open":
                end = next(i for i in range(place, len(tokens)) if tokens[i].type == "table_close")
                self._table(tokens[place:end])
                return end + 1
            case "inline":
                heading = place > 0 and tokens[place - 1].type == "heading_open"
                self._words(list(_pieces(token.children or [], ("bold",) if heading else ())))
            case "bullet_list_open":
                self.lists.append(("bullet", 0))
            case "ordered_list_open":
                self.lists.append(("ordered", int(token.attrGet("start") or 1) - 1))
            case "bullet_list_close" | "ordered_list_close":
                self.lists.pop()
            case "list_item_open" if self.lists:
                kind, number = self.lists[-1]
                self.lists[-1] = (kind, number + 1)
            case "blockquote_open" | "blockquote_close":
                self.quoted += 1 if token.type.endswith("open") else -1
            case "hr":
                self._flush()
                self.done.append({"type": "divider"})
        return place + 1

    def close(self) -> list[Block | Snippet]:
        """All that was written."""
        self._flush()
        return self.done

    def _words(self, pieces: list[dict[str, Any]]) -> None:
        for part in _split(pieces):
            size = sum(len(p["text"]) for p in part)
            if self.lists:
                kind, number = self.lists[-1]
                section = {"type": "rich_text_section", "elements": part}
                item = {"type": "rich_text_list", "style": kind, "indent": min(len(self.lists) - 1, 8), "elements": [section]}
                self._add(item | ({"offset": number - 1} if kind == "ordered" and number > 1 else {}), size)
            else:
                self._add({"type": "rich_text_quote" if self.quoted else "rich_text_section", "elements": part}, size)

    def _code(self, text: str, language: str) -> None:
        if len(text) > PIECE:
            self._flush()
            self.done.append(Snippet(f"{'log' if not language else 'snippet'}.{_suffix(language)}", text))
        else:
            self._add({"type": "rich_text_preformatted", "elements": [plain(text)]}, len(text))

    def _table(self, tokens: list[Token]) -> None:
        rows: list[list[str]] = []
        for token in tokens:
            if token.type == "tr_open":
                rows.append([])
            elif token.type == "inline":
                rows[-1].append("".join(p["text"] for p in _pieces(token.children or [], ())))
        self._flush()
        self.done.append(table(rows[0], rows[1:]))

    def _add(self, element: dict[str, Any], size: int) -> None:
        if self.size + size > PIECE:
            self._flush()
        before = self.elements[-1] if self.elements else None
        if before is not None and before["type"] == element["type"] == "rich_text_section":
            before["elements"].append(plain("\n\n"))
        self.elements.append(element)
        self.size += size

    def _flush(self) -> None:
        if self.elements:
            self.done.append({"type": "rich_text", "elements": self.elements})
        self.elements, self.size = [], 0


def _suffix(language: str) -> str:
    word = re.sub(r"\W", "", language.split(" ")[0])[:10]
    return {"": "txt", "python": "py", "text": "txt"}.get(word, word)


def _pieces(tokens: Sequence[Token], styles: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """Words with their styles; an address stands behind its words, to be seen and not to be followed."""
    active = list(styles)
    addresses: list[str] = []
    for token in tokens:
        name = token.type.removesuffix("_open").removesuffix("_close")
        if name in _STYLES:
            (active.append if token.nesting == 1 else active.remove)(_STYLES[name])
        elif token.type == "link_open":
            addresses.append(str(token.attrGet("href") or ""))
        elif token.type == "link_close":
            yield plain(f" ({addresses.pop()})", *dict.fromkeys(active))
        elif token.type == "image":
            yield plain(f"{token.content} ({token.attrGet('src')})", *dict.fromkeys(active))
        elif token.type in ("softbreak", "hardbreak"):
            yield plain("\n")
        elif token.content:
            yield plain(token.content, *dict.fromkeys([*active, *(["code"] if token.type == "code_inline" else [])]))


def _split(pieces: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """The same pieces in parts that are short enough, cut between words where there are any."""
    part: list[dict[str, Any]] = []
    room = PIECE
    for piece in pieces:
        text = piece["text"]
        while len(text) > room:
            cut = text.rfind(" ", 0, room) + 1 or (room if room > PIECE // 2 or not part else 0)
            if cut:
                part.append({**piece, "text": text[:cut]})
            yield part
            part, room, text = [], PIECE, text[cut:]
        if text:
            part.append({**piece, "text": text})
            room -= len(text)
    if part:
        yield part
