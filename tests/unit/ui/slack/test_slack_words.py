"""Answers become messages that Slack takes, with every word of them."""

import csv
import io
import re

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.slack_server import kinds, readable, unfit
from ui.slack.post import parted
from ui.slack.words import PIECE, Block, Snippet, blocks, fallback, heard, table

WORD = st.text(alphabet="abcdefghijklmnopqrstuvwxyzäé", min_size=1, max_size=40)
PARAGRAPHS = st.lists(st.lists(WORD, min_size=1, max_size=40).map(lambda found: " ".join(found * 20)), min_size=1, max_size=10)
CELL = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(st.characters(codec="utf-8", exclude_characters="\r\x00"), max_size=40)
)
HARMLESS = {
    "rich_text",
    "rich_text_section",
    "rich_text_list",
    "rich_text_quote",
    "rich_text_preformatted",
    "text",
    "table",
    "raw_text",
    "divider",
}


def messages(markdown: str) -> list[list[Block]]:
    return parted([block for block in blocks(markdown) if isinstance(block, dict)])


def bare(text: str) -> str:
    return re.sub(r"\s", "", text)


@settings(deadline=None)
@given(PARAGRAPHS)
def test_a_long_answer_goes_into_messages_that_slack_takes_and_no_word_is_lost(paragraphs: list[str]) -> None:
    sent = messages("\n\n".join(paragraphs))
    assert [unfit(message) for message in sent] == [""] * len(sent)
    assert bare(readable(sent)) == bare("".join(paragraphs))


@settings(deadline=None)
@given(PARAGRAPHS)
def test_words_are_cut_only_where_they_are_longer_than_a_piece(paragraphs: list[str]) -> None:
    said = [word for message in messages("\n\n".join(paragraphs)) for block in message for word in readable(block).split()]
    assert said == " ".join(paragraphs).split()


def test_a_word_longer_than_a_piece_is_cut_and_stays_whole_in_all() -> None:
    word = "x" * (3 * PIECE + 7)
    assert bare(readable(messages(f"before {word} after"))) == f"before{word}after"


@settings(deadline=None, max_examples=300)
@given(st.text(alphabet="ab <>&@!#*_~`|-[]()\n0.:/\\", max_size=400))
def test_no_markdown_becomes_a_mention_or_a_link(markdown: str) -> None:
    sent = messages(markdown)
    assert kinds(sent) <= HARMLESS
    assert [unfit(message) for message in sent] == [""] * len(sent)
    assert not set("<>") & set(fallback(markdown))


def test_a_code_block_stands_whole_and_a_long_one_becomes_a_snippet() -> None:
    short, long = "print(1)\nprint(2)", "\n".join(f"line {n}" for n in range(1000))
    said = blocks(f"Before.\n\n```python\n{short}\n```\n\nBetween.\n\n```\n{long}\n```\n\nAfter.")
    assert [block.name if isinstance(block, Snippet) else readable(block).strip() for block in said] == [
        f"Before.\n{short}\nBetween.",
        "log.txt",
        "After.",
    ]
    assert next(block.text for block in said if isinstance(block, Snippet)) == long


@settings(deadline=None)
@given(st.integers(1, 25), st.data())
def test_a_table_that_slack_does_not_take_comes_as_a_file_with_the_same_cells(width: int, data: st.DataObject) -> None:
    columns = [f"c{n}" for n in range(width)]
    rows = data.draw(st.lists(st.lists(CELL, min_size=width, max_size=width), max_size=6)) * data.draw(st.integers(1, 40))
    made = table(columns, rows)
    if isinstance(made, Snippet):
        read = list(csv.reader(io.StringIO(made.text)))
        assert read == [columns, *[["" if value is None else str(value) for value in row] for row in rows]]
        assert len(rows) > 99 or width > 20 or len(made.text) > 4000
    else:
        assert unfit([made]) == ""
        assert len(made["rows"]) == len(rows) + 1


def test_several_tables_of_an_answer_go_into_a_message_each() -> None:
    sent = messages("one\n\n|a|\n|-|\n|1|\n\ntwo\n\n|b|\n|-|\n|2|\n")
    assert ["table" in kinds(message) for message in sent] == [True, True]
    assert bare(readable(sent)) == "onea1twob2"


def test_lists_keep_their_numbers_and_depth() -> None:
    [block] = blocks("3. three\n4. four\n   - inside\n5. five")
    assert isinstance(block, dict)
    assert [(e["style"], e["indent"], e.get("offset", 0), readable(e).strip()) for e in block["elements"]] == [
        ("ordered", 0, 2, "three"),
        ("ordered", 0, 3, "four"),
        ("bullet", 1, 0, "inside"),
        ("ordered", 0, 4, "five"),
    ]


def test_what_slack_writes_around_words_is_taken_off() -> None:
    assert heard("<@UBOT> show <https://a.example/x?a=1&amp;b=2|the page> &lt;b&gt; to <@U1|vera> in <#C1|general>", "UBOT") == (
        "show https://a.example/x?a=1&b=2 <b> to @vera in #general"
    )
