"""Cleaning and chunking of Markdown."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.chunk import Chunk, Document
from knowledge.chunking import LIMIT, chunks
from knowledge.markdown import clean, outline


def cut(text: str, title: str = "Page", folders: tuple[str, ...] = ("Guides",)) -> list[Chunk]:
    return chunks(Document("guides/page.md", "file:///page.md", title, "markdown", text, folders))


HUGO = """+++
title = "Use Caching"
weight = 3
+++
{{% alert title="Old Version" color="warning" %}}
This page is about an __old__ version.
{{% /alert %}}

See [the guide](/docs/guide "Guide") and ![a picture](pic.png) <b>now</b>.<br>

{{% alert title="Tip" color="info" %}}
Use {{% version %}} `<b>kept</b>`.
{{% /alert %}}

<!-- a comment
over lines -->

```bash
kubectl apply -f "x?ref={{% hub/latest-version %}}" # <b>kept</b> [kept](kept)
```
"""


def test_site_markup_goes_and_line_numbers_stay() -> None:
    page = clean(HUGO)
    lines = page.text.split("\n")
    assert page.title == "Use Caching"
    assert page.outdated
    assert len(lines) == len(HUGO.split("\n"))
    assert "old" not in page.text
    assert lines[8] == "See the guide and  now."
    assert lines[10] == "**Tip:**"
    assert lines[11] == "Use  `<b>kept</b>`."
    assert "comment" not in page.text
    assert lines[18] == 'kubectl apply -f "x?ref=<latest-version>" # <b>kept</b> [kept](kept)'


def test_yaml_front_matter_and_a_broken_one() -> None:
    assert clean("---\ntitle: A page\n---\ntext").title == "A page"
    broken = clean("---\ntitle: [\n---\ntext")
    assert broken.title is None
    assert broken.text.strip() == "text"
    assert clean("---\nno end").text == "---\nno end"


def test_admonitions_of_other_tools_become_bold_leads() -> None:
    page = clean('!!! note "Mind"\n    the gap\n\nafter\n\n> [!WARNING]\n> hot')
    assert page.text.split("\n") == ["**Mind:**", "the gap", "", "after", "", "> **Warning:**", "> hot"]


def test_underlined_headings_become_marked_ones() -> None:
    assert clean("Title\n=====\n\nPart\n---\n\ntext\nmore\n---\n\n| a |\n---").text.split("\n") == [
        *("# Title", "", "", "## Part", "", "", "text", "more", "---", "", "| a |", "---")
    ]


def test_html_tables_become_rows() -> None:
    assert clean("<table><tr><td>a</td><td>b</td></tr></table>").text == "a | b |"


def test_chunks_carry_their_titles_and_lines() -> None:
    text = "# Page\n\nIntro.\n\n## First\n\n" + "one " * 250 + "\n\n## Second\n\n### Inner\n\n" + "two " * 250
    first, second, third = cut(text)
    assert first.path == ("Guides", "Page")
    assert second.path == ("Guides", "Page", "First")
    assert third.section == "Second > Inner"
    assert third.text.startswith("## Second\n\n### Inner")
    assert second.lines == (5, 7)
    assert text.split("\n")[third.lines[0] - 1] == "## Second"
    assert second.indexed_text.startswith("Guides > Page > First\n")


def test_small_sections_share_a_chunk() -> None:
    text = "\n\n".join(f"## Question {n}\n\nAnswer {n}." for n in range(5))
    assert len(cut(text)) == 1


def test_code_blocks_stay_whole() -> None:
    code = "```python\n" + "\n".join(f"value_{n} = {n}" for n in range(100)) + "\n```"
    found = cut("## A\n\n" + "words " * 100 + "\n\n" + code + "\n\n" + "words " * 150)
    assert any(code in chunk.text for chunk in found)
    assert "# not a heading" not in [heading.name for heading in outline("```\n# not a heading\n```\n# one")]


def test_long_tables_repeat_their_head() -> None:
    table = "| name | value |\n|---|---|\n" + "\n".join(f"| {n} | {'x' * 60} |" for n in range(80))
    found = cut(table)
    assert len(found) > 2
    assert all(chunk.text.startswith("| name | value |\n|---|---|") for chunk in found)
    assert [chunk.lines[0] for chunk in found[1:]] == [chunk.lines[1] + 1 for chunk in found[:-1]]


def test_long_code_is_cut_between_lines_inside_fences() -> None:
    code = "```yaml\n" + "\n".join(f"key_{n}: {'v' * 50}" for n in range(100)) + "\n```"
    found = cut(code)
    assert len(found) > 1
    assert all(chunk.text.startswith("```yaml\n") and chunk.text.endswith("\n```") for chunk in found)


def test_headings_without_text_are_not_lost() -> None:
    assert [chunk.text for chunk in cut("# Only a heading")] == ["# Only a heading"]
    assert cut("text\n\n## Last")[-1].text == "## Last"


@pytest.mark.parametrize("piece", ["<!-- ", "<h2>", "<code>", "<b ", "{{< ", "[a](", "![a]", "`a", "# a\n", "| a |\n", "word "])
def test_repetition_takes_no_quadratic_time(piece: str) -> None:
    before = time.process_time()
    cut(clean(piece * 20_000).text)
    assert time.process_time() - before < 5


BLOCKS = st.one_of(
    st.text(alphabet="abc def.\n", min_size=1, max_size=3000),
    st.integers(1, 4).map(lambda n: "#" * n + " Heading"),
    st.text(alphabet="xy z", max_size=200).map(lambda code: f"```\n{code}\n```"),
    st.sampled_from(["| a | b |\n|---|---|\n| 1 | 2 |", "- item\n- item", "```unclosed", "> quote"]),
)


@given(st.lists(BLOCKS, max_size=12).map("\n\n".join))
def test_nothing_is_lost_and_nothing_is_too_long(text: str) -> None:
    found = cut(text)
    words = [word for chunk in found for word in chunk.text.split()]
    body = [word for word in text.split() if not word.startswith(("#", "Heading", "```"))]
    for word in set(body):
        assert len(word) > LIMIT or words.count(word) >= body.count(word)
    for chunk in found:
        assert len(chunk.text) <= 3 * LIMIT
        assert 1 <= chunk.lines[0] <= chunk.lines[1] <= text.count("\n") + 1


@given(st.text(alphabet='a#`~-+=<>!|[](){}%/*_ \n"', max_size=400))
def test_cleaning_any_text_keeps_the_number_of_lines(text: str) -> None:
    assert clean(text).text.count("\n") == text.count("\n")
    cut(clean(text).text)


def test_sections_of_an_outline_hold_what_is_below_them() -> None:
    headings = {heading.name: heading.lines for heading in outline("# A\nx\n## B\ny\n### C\nz\n## D\nw")}
    assert headings == {"A": (1, 8), "B": (3, 6), "C": (5, 6), "D": (7, 8)}
