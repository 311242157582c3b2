"""Text from models, documents and backends as HTML that can be shown but never runs."""

import re
from collections.abc import Collection
from functools import cache
from html import escape

from markdown_it import MarkdownIt

_CODE = re.compile(r"(^ {0,3}(?P<fence>`{3,}|~{3,}).*?(?:^ {0,3}(?P=fence)|\Z)|(?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`))", re.S | re.M)

_CITATION = re.compile(r"(?<!\\)\[(\d{1,3})\](?![(:])")


@cache
def _renderer() -> MarkdownIt:
    """Markdown without raw HTML, without links that run something, and without images, which could be fetched from elsewhere."""
    return MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")


def html(markdown: str) -> str:
    """Markdown as safe HTML; tags in it are shown as text."""
    return str(_renderer().render(markdown))


def shown(markdown: str, cited: Collection[int] = ()) -> str:
    """Markdown for a renderer that knows HTML: tags outside of code appear as text instead of being taken out; cited `[n]` are links.

    A convenience for the reader, not the guard: the chat sanitizes what it renders.
    """
    pieces: list[str] = []
    end = 0
    for match in _CODE.finditer(markdown):
        pieces += [_literal(markdown[end : match.start()], cited), match.group(0)]
        end = match.end()
    return "".join([*pieces, _literal(markdown[end:], cited)])


def _literal(markdown: str, cited: Collection[int]) -> str:
    return _CITATION.sub(lambda m: _link(m, cited), markdown.replace("<", "&lt;").replace("![", "!\\["))


def _link(citation: re.Match[str], cited: Collection[int]) -> str:
    """A citation as a link, which the page's script opens in place."""
    return f"[{citation[1]}](#source-{citation[1]})" if int(citation[1]) in cited else citation[0]


def text(value: object, width: int = 200) -> str:
    """A value as escaped text on one line."""
    line = " ".join(str(value).split())
    return escape(line if len(line) <= width else line[: width - 1] + "…")
