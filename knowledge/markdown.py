"""Markdown of documentation sites: cleaning, sections, and chunks that keep code and tables whole.

Cleaning never adds or removes a line, so a line number of the clean text is a line number of the file.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby

import yaml

from knowledge.chunk import Chunk, Document

TARGET = 1000
"""Characters that small sections are merged up to."""
LIMIT = 1200
"""Characters that a chunk of prose never exceeds; a code block or table may be twice as long before it is cut."""

_FENCE = re.compile(r"^\s*(?:>\s*)?(`{3,}|~{3,})")
_HEADING = re.compile(r"^\s{0,3}(#{1,6})\s+(.+?)\s*#*\s*$")
_SHORTCODE = re.compile(r"\{\{[<%]\s*(/?)\s*([\w/.-]+)(.*?)/?[%>]\}\}")
_ATTRIBUTE = re.compile(r'title\s*=\s*"([^"]*)"')
_OUTDATED = re.compile(r"old version|outdated|deprecated version", re.IGNORECASE)
_ADMONITION = re.compile(r'^(\s*)(?:!!!|\?\?\?\+?)\s+(\w+)(?:\s+"([^"]*)")?\s*$')
_CALLOUT = re.compile(r"^(\s*>\s*)\[!(\w+)\]\s*(.*)$")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_TAG = re.compile(
    r"</?(?:a|b|br|center|cite|code|colgroup|col|dd|details|div|dl|dt|em|figure|figcaption|font|hr|i|iframe|img|kbd|li|link|meta|ol|p|pre|"
    r"script|section|small|span|strong|style|sub|summary|sup|svg|table|tbody|td|th|thead|tr|u|ul|video)(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_INLINE_CODE = re.compile(r"(`+[^`]+`+)")
_LINK_RULES = (
    (re.compile(r"\[!\[[^\]]*\]\([^)]*\)\]\([^)]*\)"), ""),
    (re.compile(r"!\[[^\]]*\](?:\([^)]*\)|\[[^\]]*\])(?:\{[^}]*\})?"), ""),
    (re.compile(r"\[([^\[\]]+)\]\((?:[^()\s]|\([^()]*\))*(?:\s+\"[^\"]*\")?\)(?:\{:?[^}]*\})?"), r"\1"),
    (re.compile(r"\[([^\[\]]+)\]\[[^\]]*\]"), r"\1"),
    (re.compile(r"^\s{0,3}\[[^\]^]+\]:\s+\S+.*$"), ""),
    (re.compile(r"\s*\{#[\w:.-]+\}\s*$"), ""),
)


@dataclass(frozen=True)
class Page:
    """A cleaned page: its title if it names one, its text line for line, and whether a banner calls it out of date."""

    title: str | None
    text: str
    outdated: bool


@dataclass(frozen=True)
class Block:
    """A heading, paragraph, list, table or code block with its line range and the headings above it."""

    kind: str
    text: str
    lines: tuple[int, int]
    headings: tuple[str, ...]


def clean(raw: str) -> Page:
    """Remove what only a site generator reads: front matter, shortcodes, images, link targets, comments and HTML tags."""
    lines = raw.replace("\r\n", "\n").split("\n")
    title, body = _front_matter(lines)
    lines[:body] = [""] * body
    text = _COMMENT.sub(lambda m: "\n" * m.group().count("\n"), "\n".join(lines))
    cleaned: list[str] = []
    outdated = skipping = False
    indent: str | None = None
    for fenced, line in _fenced(text.split("\n")):
        opening = _SHORTCODE.search(line)
        if not fenced and opening and _OUTDATED.search(opening.group(3)):
            outdated = skipping = True
        if skipping:
            skipping = not (opening and opening.group(1))
            cleaned.append("")
            continue
        if fenced:
            cleaned.append(_SHORTCODE.sub(lambda m: f"<{m.group(2).rsplit('/', 1)[-1]}>", line))
            continue
        admonition = _ADMONITION.match(line)
        if admonition:
            indent = admonition.group(1) + "    "
            line = f"{admonition.group(1)}**{admonition.group(3) or admonition.group(2).capitalize()}:**"
        elif indent is not None and line.startswith(indent):
            line = line.removeprefix("    ")
        elif line.strip():
            indent = None
        cleaned.append(_clean_line(line))
    return Page(title, "\n".join(cleaned), outdated)


def chunks(document: Document) -> list[Chunk]:
    """Cut a document at its headings into chunks of about `TARGET` characters, each led by the titles above it."""
    made: list[Chunk] = []
    current: list[Block] = []

    def flush() -> None:
        kept = len(current)
        while kept and current[kept - 1].kind == "heading":  # a heading goes with the text below it
            kept -= 1
        if kept:
            body = current[:kept]
            headings = _distinct(document.title, next(block.headings for block in body if block.kind != "heading"))
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
    flush()
    return made


def sections(text: str) -> list[list[Block]]:
    """Blocks of a clean page, grouped by the heading that they stand under."""
    return [list(group) for _, group in groupby(_blocks(text), key=lambda block: block.headings)]


@dataclass(frozen=True)
class Heading:
    """A heading and the lines of its section, sections below it included."""

    name: str
    lines: tuple[int, int]


def outline(text: str) -> list[Heading]:
    """Headings of a clean page in order."""
    found = [
        (n, len(match.group(1)), match.group(2).strip("* "))
        for n, (fenced, line) in enumerate(_fenced(text.split("\n")), 1)
        if not fenced and (match := _HEADING.match(line))
    ]
    end = text.count("\n") + 1
    return [Heading(name, (n, next((m - 1 for m, other, _ in found if m > n and other <= level), end))) for n, level, name in found]


def _front_matter(lines: list[str]) -> tuple[str | None, int]:
    """Title and number of lines of a YAML (`---`) or TOML (`+++`) front matter; (None, 0) without one."""
    mark = lines[0].strip().lstrip("\ufeff")
    if mark not in ("---", "+++"):
        return None, 0
    end = next((n for n, line in enumerate(lines[1:], 1) if line.strip() == mark), None)
    if end is None:
        return None, 0
    block = "\n".join(lines[1:end])
    try:
        fields = yaml.safe_load(block) if mark == "---" else tomllib.loads(block)
    except (yaml.YAMLError, tomllib.TOMLDecodeError):
        return None, end + 1
    if not isinstance(fields, dict):
        return None, 0
    title = fields.get("title")
    return (str(title) if title else None), end + 1


def _fenced(lines: list[str]) -> Iterator[tuple[bool, str]]:
    """Each line with whether it belongs to a fenced code block, fences included."""
    fence: str | None = None
    for line in lines:
        match = _FENCE.match(line)
        if fence is None:
            fence = match.group(1) if match else None
            yield fence is not None, line
        else:
            yield True, line
            if match and match.group(1).startswith(fence) and not line.strip().strip("`~> "):
                fence = None


def _clean_line(line: str) -> str:
    line = _SHORTCODE.sub(lambda m: f"**{title[1]}:**" if (title := _ATTRIBUTE.search(m.group(3))) and title[1] else "", line)
    callout = _CALLOUT.match(line)
    if callout:
        line = f"{callout.group(1)}**{callout.group(2).capitalize()}:** {callout.group(3)}"
    for pattern, new in _LINK_RULES:
        line = pattern.sub(new, line)
    parts = _INLINE_CODE.split(line)
    return "".join(part if n % 2 else _strip_tags(part) for n, part in enumerate(parts)).rstrip()


def _strip_tags(text: str) -> str:
    text = re.sub(r"</t[dh]\s*>", " | ", re.sub(r"<br\s*/?>", " ", text))
    text = re.sub(r"<h([1-6])[^>]*>(.*?)</h\1>", lambda m: f"{'#' * int(m.group(1))} {m.group(2)}", text)
    text = re.sub(r"<code>(.*?)</code>", r"`\1`", re.sub(r"<li[^>]*>", "- ", text))
    return _TAG.sub("", text)


def _blocks(text: str) -> Iterator[Block]:
    """Cut clean Markdown into blocks; code and tables are one block each."""
    headings: list[tuple[int, str]] = []
    pending: list[str] = []
    kind, start = "text", 1

    def block(end: int) -> Block:
        return Block(kind, "\n".join(pending), (start, end), tuple(name for _, name in headings))

    for number, (fenced, line) in enumerate([*_fenced(text.split("\n")), (False, "")], 1):
        heading = None if fenced else _HEADING.match(line)
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
