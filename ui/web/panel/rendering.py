"""Templates of the panel, filled with what tools answered. Everything inserted is escaped, unless it comes out of `cards`."""

from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from tools.result import Artifact, ToolResult
from ui.web import cards, markup
from ui.web.charts import figure

TEMPLATES = Path(__file__).with_name("templates")
_DRAWN = {
    "table": cards.table,
    "run": cards.run,
    "html": cards.report,
    "image": cards.image,
    "file": cards.file,
    "diff": cards.difference,
    "chart": figure,
}


def page(template: str, **values: Any) -> str:
    """A template as HTML."""
    return _environment().get_template(f"{template}.html").render(**values)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"drawn": drawn, "told": told, "tone": cards.tone}
    environment.globals |= {"address": address}
    return environment


def drawn(artifact: Artifact) -> Markup:
    """An artifact as its card."""
    return Markup(_DRAWN[artifact.kind](artifact))  # noqa: S704 - cards escape what they insert


def told(result: ToolResult | str) -> Markup:
    """A tool's words as HTML that runs nothing; an error without its code word."""
    text = result if isinstance(result, str) else result.content
    if isinstance(result, ToolResult) and result.code is not None:
        text = text.removeprefix(f"{result.code}: ")
        text = text[:1].upper() + text[1:]
    return Markup(markup.html(text))  # noqa: S704 - the renderer lets no HTML through


def address(view: str, /, **query: str | list[str] | None) -> str:
    """The address of a view within the panel."""
    given = {name: value for name, value in query.items() if value}
    return f"{view}?{urlencode(given, doseq=True)}" if given else view


def rows(result: ToolResult) -> list[dict[str, Any]]:
    """The rows of a result's table, by column."""
    table = next((a for a in result.artifacts if a.kind == "table"), None)
    if table is None:
        return []
    return [dict(zip(table.data["columns"], row, strict=True)) for row in table.data["rows"]]
