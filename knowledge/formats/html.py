"""HTML pages: the main text as Markdown, without navigation, scripts and styles."""

import re
from collections import Counter
from html.parser import HTMLParser

from knowledge.markdown import Page

_SKIPPED = frozenset({"script", "style", "nav", "footer", "noscript", "template", "svg", "form", "button", "aside", "head"})
_BLOCKS = frozenset(
    {"p", "div", "section", "article", "main", "ul", "ol", "dl", "dt", "dd", "blockquote", "figure", "figcaption", "details"}
)
_VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})


def read(text: str) -> Page:
    """Text of the page's `<main>` or `<article>`, or of all of it when it has neither; line numbers count the extracted text."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    main = "".join(reader.main)
    chosen = main if main.strip() else "".join(reader.all)
    lines = [re.sub(r"[ \t]+$", "", line) for line in chosen.split("\n")]
    return Page(reader.title or None, re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n"), outdated=False)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.title = ""
        self.all: list[str] = []
        self.main: list[str] = []
        self._open: list[str] = []
        self._inside: Counter[str] = Counter()
        self._skipped_at: int | None = None
        self._cells: list[str] | None = None
        self._first_row = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _VOID:
            if tag == "br":
                self._write("\n" if self._inside["pre"] else " ")
            return
        self._open.append(tag)
        self._inside[tag] += 1
        if self._skipped_at is None and (tag in _SKIPPED or "headerlink" in (dict(attrs).get("class") or "")):
            self._skipped_at = len(self._open)
        if re.fullmatch(r"h[1-6]", tag):
            self._write(f"\n\n{'#' * int(tag[1])} ")
        elif tag == "pre":
            self._write("\n\n```\n")
        elif tag == "code" and not self._inside["pre"]:
            self._write("`")
        elif tag == "li":
            self._write("\n- ")
        elif tag == "table":
            self._first_row = True
            self._write("\n")
        elif tag == "tr":
            self._end_row()
            self._cells = []
        elif tag in ("td", "th") and self._cells is not None:
            self._cells.append("")
        elif tag in _BLOCKS and self._cells is None:
            self._write("\n\n" if self._open[-2:-1] != ["li"] else "")

    def handle_endtag(self, tag: str) -> None:
        if not self._inside[tag]:
            return
        if tag == "pre":
            self._write("\n```\n")
        elif tag == "code" and not self._inside["pre"]:
            self._write("`")
        elif re.fullmatch(r"h[1-6]", tag) or (tag in _BLOCKS and self._cells is None):
            self._write("\n\n")
        elif tag in ("tr", "table"):
            self._end_row()
        closed = ""
        while closed != tag:  # what an author forgot to close ends with its parent
            closed = self._open.pop()
            self._inside[closed] -= 1
        if self._skipped_at is not None and len(self._open) < self._skipped_at:
            self._skipped_at = None

    def handle_data(self, data: str) -> None:
        if self._open[-1:] == ["title"]:
            self.title += " ".join(data.split())
        elif self._inside["pre"]:
            self._write(data)
        else:
            self._write(re.sub(r"\s+", " ", data))

    def _end_row(self) -> None:
        cells, self._cells = self._cells, None
        if not cells:
            return
        row = "| " + " | ".join(" ".join(cell.split()) for cell in cells) + " |\n"
        self._write(row + ("|---" * len(cells) + "|\n" if self._first_row else ""))
        self._first_row = False

    def _write(self, text: str) -> None:
        if self._skipped_at is not None:
            return
        if self._cells is not None:
            if self._cells:
                self._cells[-1] += text
            return
        if text.strip() or "\n" in text or not self.all[-1:] or not self.all[-1].endswith((" ", "\n")):
            self.all.append(text)
            if self._inside["main"] or self._inside["article"]:
                self.main.append(text)
