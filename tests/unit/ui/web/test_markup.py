from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.web import markup

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "![x](http://elsewhere.example/pixel.png)",
    "[click](javascript:alert(1))",
    "[click](data:text/html,<script>alert(1)</script>)",
    "<iframe srcdoc='x'></iframe>",
    "| a |\n|---|\n| <b onclick=x> |",
]
SAFE = set("p a em strong code pre ul ol li table thead tbody tr th td h1 h2 h3 h4 h5 h6 hr br blockquote".split())


class Tags(HTMLParser):
    """All tags with their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def assert_harmless(html: str) -> None:
    for tag, attributes in Tags(html).found:
        assert tag in SAFE
        assert set(attributes) <= {"href", "title", "style", "class", "start"}
        assert not str(attributes.get("href", "")).strip().lower().startswith(("javascript:", "data:", "vbscript:", "file:"))


@pytest.mark.parametrize("markdown", HOSTILE)
def test_hostile_markdown_is_harmless_html(markdown: str) -> None:
    assert_harmless(markup.html(markdown))


@given(st.text(alphabet="<>&\"'`!()[]:|*_ #\n-/abijpstvrconeaxlk=", max_size=80))
def test_any_markdown_is_harmless_html(markdown: str) -> None:
    assert_harmless(markup.html(markdown))


def test_tags_are_shown_as_text() -> None:
    assert "<script>alert(1)</script>" in Tags(markup.html(HOSTILE[0])).text


def test_markdown_stays_markdown() -> None:
    html = markup.html("**Two** `runs`:\n\n| name | state |\n|---|---|\n| a | done |")
    assert {"strong", "code", "table", "td"} <= {tag for tag, _ in Tags(html).found}


def test_shown_escapes_tags_outside_of_code_only() -> None:
    markdown = "a <b> `x < 1`\n\n```python\nif a < b: print('<i>')\n```\nand <script>"
    assert markup.shown(markdown) == "a &lt;b> `x < 1`\n\n```python\nif a < b: print('<i>')\n```\nand &lt;script>"


def test_shown_loads_no_images() -> None:
    assert markup.shown("![x](http://elsewhere.example)").startswith("!\\[x]")


def test_text_is_one_escaped_line_of_bounded_width() -> None:
    assert markup.text("a\n<b>  &\t\"c'") == "a &lt;b&gt; &amp; &quot;c&#x27;"
    assert markup.text("x" * 300, width=10) == "x" * 9 + "…"
