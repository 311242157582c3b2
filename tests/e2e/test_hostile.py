"""What comes from runs, objects and people is shown and never runs, in the conversation and in the panel; a lot of it stays usable."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from kfp import dsl
from playwright.sync_api import Page, expect

from tests.e2e.conftest import WebServer
from tests.e2e.visit import arrive, ended, say, tab
from tests.integration.tools.kfp_world import World
from tools.result import Artifact
from ui.web import cards

IMAGE = "<img src=x onerror=window.pwned=1>"
SCRIPT = "<script>window.pwned=1</script>"
LINES = 10_000
ROWS = 1_000
OBJECTS = {
    f"{IMAGE}.txt": f"{SCRIPT}\n",
    "cells.csv": f"name,note\n{IMAGE},{SCRIPT}\n" + "${window.pwned=1},{{window.pwned=1}}\n",
    "page.html": f"<h1>Page</h1>{IMAGE}{SCRIPT}<iframe src='javascript:parent.pwned=1'></iframe>",
    "notes.md": f"# Notes\n\n{IMAGE} {SCRIPT} [press](javascript:window.pwned=1) ![pixel](https://elsewhere.example/pixel.png)\n",
    "drawing.svg": f"<svg xmlns='http://www.w3.org/2000/svg' onload='parent.pwned=1'>{SCRIPT}<circle r='9'/></svg>",
    "values.json": json.dumps([{IMAGE: SCRIPT}]),
}


@dsl.component
def talk(lines: int) -> None:
    for number in range(lines):
        print(f"line {number} <script>window.pwned=1</script>")  # noqa: T201 - what the log holds


@dsl.pipeline(name="talkative")
def talkative(lines: int = 10) -> None:
    talk(lines=lines)


@pytest.fixture(scope="module")
def hostile(server: WebServer, home: Path) -> Iterator[World]:
    """A world whose names and contents try what they can; a long log beside."""
    folder = home / "buckets" / "hostile"
    folder.mkdir(parents=True)
    for key, content in OBJECTS.items():
        (folder / key).write_text(content)
    world = World(home)
    world.upload(talkative)
    world.start("talkative", IMAGE, lines=LINES)
    world.finish(IMAGE)
    yield world
    world.services.close()


def unharmed(page: Page) -> bool:
    """Nothing of all this ran; the page's own test sees what was asked for from elsewhere."""
    return page.evaluate("window.pwned === undefined && !document.querySelector('img[onerror], svg[onload], a[href^=javascript]')")


def test_names_and_logs_of_runs(page: Page, server: WebServer, hostile: World) -> None:
    arrive(page, server)
    say(page, "list my runs")
    ended(page)
    expect(page.locator("#chat .bot")).to_contain_text(IMAGE)

    tab(page, "Runs")
    body = page.locator("#panel-body")
    body.get_by_role("link", name=IMAGE).click()
    expect(body.locator("h2")).to_have_text(IMAGE)
    body.get_by_role("link", name="log", exact=True).click()
    expect(body.locator("pre.log")).to_contain_text(f"line {LINES - 1} {SCRIPT}")
    assert unharmed(page)


def test_a_long_log_and_a_large_table_stay_usable(page: Page, server: WebServer, hostile: World) -> None:
    arrive(page, server)
    tab(page, "Runs")
    body = page.locator("#panel-body")
    body.get_by_role("link", name=IMAGE).click()
    body.get_by_role("link", name="log", exact=True).click()
    log = body.locator("pre.log")
    expect(log).to_contain_text(f"line {LINES - 1} ")
    assert log.evaluate("log => log.scrollTop + log.clientHeight >= log.scrollHeight - 2"), "the end of the log is in sight"
    assert len(log.inner_text().splitlines()) >= LINES
    page.keyboard.press("Escape")
    page.locator("#composer textarea").fill("the page still answers")

    data = {"columns": ["number", "mixed"], "rows": [[number, number * 7919 % ROWS] for number in range(ROWS)]}
    card = cards.table(Artifact(kind="table", title="large", data=data))
    page.evaluate("card => document.querySelector('#chat').insertAdjacentHTML('beforeend', card)", card)
    table = page.locator("#chat .data table").last
    expect(table.locator("tbody tr")).to_have_count(ROWS)
    page.get_by_role("button", name="mixed").click()
    expect(table.locator("tbody tr").first.locator("td").nth(1)).to_have_text("0")
    expect(table.locator("tbody tr").last.locator("td").nth(1)).to_have_text(str(ROWS - 1))


def test_keys_and_contents_of_objects(page: Page, server: WebServer, hostile: World) -> None:
    arrive(page, server)
    say(page, "what is in the hostile bucket?")
    ended(page)
    expect(page.locator("#chat .bot")).to_contain_text(f"{IMAGE}.txt")
    for key, seen in (("cells.csv", IMAGE), ("notes.md", SCRIPT), ("values.json", SCRIPT)):
        say(page, f"preview {key} in hostile")
        ended(page)
        expect(page.locator("#chat .bot").last).to_contain_text(seen)
    assert unharmed(page)

    tab(page, "Data")
    body = page.locator("#panel-body")
    for key in OBJECTS:
        page.locator("#panel-tabs").get_by_role("tab", name="Data").click()
        expect(body).to_be_hidden()
        tab(page, "Data")
        body.get_by_role("link", name="hostile", exact=True).click()
        body.get_by_role("link", name=key, exact=True).click()
        expect(body.locator("h2")).to_have_text(key)
        assert unharmed(page)


def test_what_somebody_says(page: Page, server: WebServer) -> None:
    arrive(page, server)
    say(page, f"{IMAGE} {SCRIPT}")
    ended(page)
    expect(page.locator("#chat .user").last).to_contain_text(IMAGE)
    page.get_by_role("button", name="Conversations").click()
    expect(page.locator("#conversations [data-row]", has_text=IMAGE).first).to_be_visible()
    tab(page, "Activity")
    assert unharmed(page)
