"""Cutting a document at its headings into chunks that keep code and tables whole."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby

from knowledge.chunk import Chunk, Document
from knowledge.markdown import HEADING, fenced_lines

TARGET = 1000
"""Characters that small sections are merged up to."""
LIMIT = 1200
"""Characters that a chunk of prose never exceeds; a code block or table may be twice as long before it is cut."""


@dataclass(frozen=True)
class Block:
    """A heading, paragraph, list, table or code block with its line range and the headings above it."""

    kind: str
    text: str
    lines: tuple[int, int]
    headings: tuple[str, ...]


def chunks(document: Document) -> list[Chunk]:
    """Cut a document at its headings into chunks of about `TARGET` characters, each led by the titles above it."""
    made: list[Chunk] = []
    current: list[Block] = []

    def flush(last: bool = False) -> None:
        kept = len(current)
        while kept and current[kept - 1].kind == "heading":  # a heading goes with the text below it
            kept -= 1
        if not kept and (last or _size(current) > TARGET):
            kept = len(current)
        if kept:
            body = current[:kept]
            headings = _distinct(document.title, next((block for block in body if block.kind != "heading"), body[0]).headings)
            made.append(
                Chunk(
                    text="\n\n".join(block.text for block in body),
                    path=(*document.folders, document.title, *headings),
                    section=" > ".join(headings),
                    lines=(body[0].lines[0], body[-1].lines[1]),
                )
            )
            del current[:kept]

    for section in sections(document.text):
        if current and _size(current) + _size(section) > TARGET:
            flush()
        if _size(section) <= LIMIT:
            current.extend(section)
            continue
        for block in section:
            for piece in _pieces(block):
                if current and _size(current) + len(piece.text) > LIMIT:
                    flush()
                current.append(piece)
    while current:
        flush(last=True)
    return made


def sections(text: str) -> list[list[Block]]:
    """Blocks of a clean page, grouped by the heading that they stand under."""
    return [list(group) for _, group in groupby(_blocks(text), key=lambda block: block.headings)]


def _blocks(text: str) -> Iterator[Block]:
    """Cut clean Markdown into blocks; code and tables are one block each."""
    headings: list[tuple[int, str]] = []
    pending: list[str] = []
    kind, start = "text", 1

    def block(end: int) -> Block:
        return Block(kind, "\n".join(pending), (start, end), tuple(name for _, name in headings))

    for number, (fenced, line) in enumerate([*fenced_lines(text.split("\n")), (False, "")], 1):
        heading = None if fenced else HEADING.match(line)
        here = "code" if fenced else "table" if line.lstrip().startswith("|") else "text"
        if pending and (heading or here != kind or (here == "text" and not line.strip())):
            yield block(number - 1)
            pending = []
        if heading:
            level = len(heading.group(1))
            headings = [*(h for h in headings if h[0] < level), (level, heading.group(2).strip("* "))]
            yield Block("heading", line.strip(), (number, number), tuple(name for _, name in headings))
        elif fenced or line.strip():
            if not pending:
                kind, start = here, number
            pending.append(line)


def _distinct(title: str, headings: tuple[str, ...]) -> tuple[str, ...]:
    """Headings without a first one that only repeats the page's title."""
    return headings[1:] if headings and headings[0].casefold() == title.casefold() else headings


def _size(blocks: list[Block]) -> int:
    return sum(len(block.text) for block in blocks)


def _pieces(block: Block) -> list[Block]:
    """The block itself, or parts of it cut between lines (a table repeats its head, code its fence) when it is too long."""
    if len(block.text) <= (LIMIT if block.kind == "text" else 2 * LIMIT):
        return [block]
    lines = [part for line in block.text.split("\n") for part in _wrapped(line)]
    first = block.lines[0]
    head, foot = (lines[:2], []) if block.kind == "table" else (lines[:1], lines[-1:]) if block.kind == "code" else ([], [])
    pieces: list[Block] = []
    taken: list[str] = []
    whole_lines = len(lines) == block.text.count("\n") + 1
    for number, line in enumerate([*lines, None]):
        if taken and (line is None or sum(map(len, taken)) + len(line) > LIMIT):
            last = first + len(taken) - 1 if whole_lines else block.lines[1]
            is_first, is_last = not pieces, number == len(lines)
            body = [*([] if is_first else head), *taken, *([] if is_last else foot)]
            pieces.append(replace(block, text="\n".join(body), lines=(first if whole_lines else block.lines[0], last)))
            first, taken = last + 1, []
        if line is not None:
            taken.append(line)
    return pieces


def _wrapped(line: str) -> list[str]:
    """A line cut after sentences or, failing those, anywhere, so that no part exceeds `LIMIT`."""
    if len(line) <= LIMIT:
        return [line]
    parts = [""]
    for sentence in re.split(r"(?<=[.!?;])\s+", line):
        for n in range(0, len(sentence), LIMIT):
            piece = sentence[n : n + LIMIT]
            if parts[-1] and len(parts[-1]) + len(piece) >= LIMIT:
                parts.append("")
            parts[-1] = f"{parts[-1]} {piece}".strip()
    return parts
