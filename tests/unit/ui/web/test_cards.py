from collections.abc import Callable
from html import unescape

import pytest

from swarm.reply import Approval
from tests.unit.ui.web.test_markup import Tags
from tools.result import Artifact, Source
from ui.turn import Request, Verdict
from ui.web import cards

HARMLESS = ("a", "img", "wbr")
EVIL = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>"


def approval(preview: str = "Delete **1** object.", expires_at: str = "2999-01-01T12:30:00+00:00") -> Approval:
    return Approval(
        id="1", agent="minio", tool="delete_objects", args={"keys": ["a"]}, effect="destroy", preview=preview, expires_at=expires_at
    )


def table(word: str) -> str:
    return cards.table(Artifact(kind="table", title=word, data={"columns": [word], "rows": [[word], [1.23456789], [None]]}))


def run(word: str) -> str:
    data = {"run_id": word, "name": word, "pipeline": word, "state": word, "steps": [{"name": word, "state": word, "seconds": 2}]}
    return cards.run(Artifact(kind="run", title=word, data=data))


def report(word: str) -> str:
    return cards.report(Artifact(kind="html", title=word, data={"html": word}))


def image(word: str) -> str:
    return cards.image(Artifact(kind="image", title=word, data={"media_type": "image/png" + word, "base64": "aGk=" + word}))


def file(word: str) -> str:
    return cards.file(Artifact(kind="file", title=word, data={"name": word, "url": "https://x.example/" + word, "bytes": 2048}))


def difference(word: str) -> str:
    changes = [{"name": word, "before": word, "after": word}]
    return cards.difference(Artifact(kind="diff", title=word, data={"before": word, "after": word, "changes": changes}))


def sources(word: str) -> str:
    return cards.sources([Source(n=1, title=word, section=word + "s", uri=word, text=word)])


def decision(word: str) -> str:
    return cards.decision(Request(approval(preview=word)))


@pytest.mark.parametrize("card", [table, run, report, image, file, difference, sources, decision])
def test_hostile_words_bring_no_tags(card: Callable[[str], str]) -> None:
    calm, hostile = Tags(card("word")), Tags(card(EVIL))
    assert "script" not in {tag for tag, _ in hostile.found}
    assert [tag for tag, _ in hostile.found if tag not in HARMLESS] == [tag for tag, _ in calm.found if tag not in HARMLESS]
    assert not any(name.startswith("on") for _, attributes in hostile.found for name in attributes)


def test_a_report_can_neither_run_nor_load() -> None:
    frame = next(attributes for tag, attributes in Tags(report(EVIL)).found if tag == "iframe")
    assert frame["sandbox"] == ""
    page = unescape(str(frame["srcdoc"]))
    assert page.startswith('<meta http-equiv="Content-Security-Policy" content="default-src \'none\'')
    assert page.endswith(unescape(EVIL))


def test_an_image_is_shown_inline() -> None:
    artifact = Artifact(kind="image", title="plot", data={"media_type": "image/png", "base64": "aGk="})
    assert ("img", {"alt": "plot", "src": "data:image/png;base64,aGk="}) in Tags(cards.image(artifact)).found


def test_a_run_shows_each_step_with_its_state() -> None:
    steps = [{"name": "load", "state": "succeeded", "seconds": 3.2}, {"name": "train", "state": "failed", "seconds": None}]
    data = {"run_id": "1", "name": "r", "pipeline": "p", "state": "failed", "steps": steps}
    card = Tags(cards.run(Artifact(kind="run", title="r", data=data)))
    assert [attributes["class"] for tag, attributes in card.found if tag == "li"] == ["good", "bad"]
    assert "3.2 s" in card.text


def test_a_long_table_is_cut_and_says_so() -> None:
    rows = [[n] for n in range(cards.MAX_ROWS + 5)]
    card = Tags(cards.table(Artifact(kind="table", title="t", data={"columns": ["n"], "rows": rows})))
    assert sum(tag == "td" for tag, _ in card.found) == cards.MAX_ROWS
    assert "1,000 of 1,005 rows" in card.text


@pytest.mark.parametrize(("verdict", "word"), [("approve", "Approved"), ("reject", "Rejected"), ("edit", "Approved with changes")])
def test_a_decided_card_says_what_was_decided(verdict: Verdict, word: str) -> None:
    card = Tags(cards.decision(Request(approval(), verdict)))
    assert card.found[0][0] == "details"
    assert word in card.text


def test_a_card_tells_until_when_it_can_be_decided() -> None:
    assert "until 12:30 UTC" in cards.decision(Request(approval()))
    assert "nothing will be changed" in cards.decision(Request(approval(expires_at="2000-01-01T00:00:00+00:00")))
