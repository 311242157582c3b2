"""The web page as people use it: standalone platform, built-in planner, Chromium."""

import re

import httpx
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import WebServer
from tests.e2e.visit import arrive, ended, say
from tools.result import Artifact
from ui.web import cards

RUN = 60_000
"""Milliseconds that a run of a sample pipeline may take on a busy machine."""


def test_first_visit_offers_what_works_at_once(page: Page, server: WebServer) -> None:
    arrive(page, server)
    expect(page.locator(".brain")).to_contain_text("built-in planner, no language model")
    expect(page.locator(".dots li.good")).to_have_count(4)
    suggestions = page.locator("#chat .example")
    expect(suggestions).to_have_count(4)

    suggestions.filter(has_text="Which pipelines are there?").click()

    expect(page.locator("#chat .user")).to_contain_text("Which pipelines are there?")
    expect(page.locator("#chat td", has_text="breast-cancer-svm")).to_be_visible()
    expect(page.locator(".thought-group", has_text="list_pipelines")).to_be_visible()
    expect(page.locator("#chat table")).to_have_count(1)
    ended(page)


def test_a_run_is_approved_followed_and_measured(page: Page, server: WebServer) -> None:
    arrive(page, server)
    say(page, "Run breast-cancer-svm with C=10 and wait for it, then show its metrics")
    card = page.locator("section.decision")
    expect(card).to_contain_text("Start run")
    expect(card.locator("tr", has_text="given")).to_contain_text("10")

    page.locator("#approve").click()

    expect(page.locator("details.decision")).to_contain_text("Approved")
    expect(page.locator(".thought-group", has_text="wait_for_run")).to_contain_text(re.compile("load-data|train-model|pending"))
    bars = page.locator(".js-plotly-plot").filter(has=page.locator(".barlayer .point"))
    expect(bars).to_be_visible(timeout=RUN)
    ended(page)
    expect(page.locator(".run.card .badge")).to_have_text("succeeded")
    expect(page.locator("#chat .run .graph .good")).to_have_count(4)
    expect(page.locator(".heatmaplayer .hm")).to_have_count(1)
    expect(page.locator(".scatterlayer .trace")).to_have_count(2)
    box = bars.bounding_box()
    assert box is not None and box["width"] > 600 and box["height"] > 280

    said = page.locator("#chat .user, #chat .bot .md").all_inner_texts()
    page.reload()

    expect(bars).to_be_visible()
    assert set(said) <= set(page.locator("#chat .user, #chat .bot .md").all_inner_texts())


def test_an_approval_survives_a_restart_of_the_server(browser: Browser, server: WebServer) -> None:
    page = browser.new_page()  # one that may complain while the server is away
    arrive(page, server)
    say(page, "create a bucket called kept-promise")
    expect(page.locator("#approve")).to_be_visible()

    with page.expect_event("load", timeout=60_000):  # by itself
        assert server.stop() == 0
        server.start()

    expect(page.locator("section.decision")).to_contain_text("kept-promise")
    page.locator("#edit").click()
    bucket = page.locator("#arguments").get_by_label("bucket")
    expect(bucket).to_have_value("kept-promise")
    bucket.fill("Not A Bucket Name")
    bucket.press("Enter")  # which ends the line and decides nothing
    page.get_by_role("button", name="Approve with these").click()
    expect(page.locator(".notice")).to_contain_text("The approval still waits")
    expect(bucket).to_have_value("Not A Bucket Name")
    bucket.fill("kept-and-changed")
    page.get_by_role("button", name="Approve with these").click()

    expect(page.locator("details.decision")).to_contain_text("Approved with changes")
    ended(page)
    say(page, "which buckets are there?")
    expect(page.locator("#chat td", has_text="kept-and-changed")).to_be_visible()
    page.close()


def test_a_rejected_call_changes_nothing(page: Page, server: WebServer) -> None:
    arrive(page, server)
    say(page, "delete wine.csv from the datasets bucket")
    expect(page.locator("section.decision.destroy")).to_contain_text("wine.csv")
    page.locator("#reject").click()
    expect(page.locator("details.decision")).to_contain_text("Rejected")
    ended(page)
    say(page, "what is in the datasets bucket?")
    expect(page.locator("#chat td", has_text="wine.csv").first).to_be_visible()


def test_a_turn_can_be_stopped_and_a_new_chat_is_empty(page: Page, server: WebServer) -> None:
    arrive(page, server)
    say(page, "Run iris-classification with max_depth=5 and wait for it")
    page.locator("#approve").click()
    expect(page.locator(".thought-group", has_text="wait_for_run")).to_be_visible()
    page.locator("#composer .stop-button").click()
    expect(page.locator(".notice")).to_have_text("You stopped this turn.")
    ended(page)
    say(page, "which buckets are there?")
    expect(page.locator("#chat td", has_text="datasets")).to_be_visible()
    ended(page)
    page.reload()
    expect(page.locator("#chat .bot", has_text="The user stopped this turn.")).to_be_visible()
    expect(page.locator("#approve")).to_be_hidden()
    page.get_by_role("button", name="New chat").click()
    expect(page.locator("#chat .example")).to_have_count(4)
    page.reload()
    expect(page.locator("#chat .example")).to_have_count(4)


def test_what_cannot_be_taken_is_said_and_stays_in_the_composer(page: Page, server: WebServer) -> None:
    arrive(page, server)
    page.locator("#composer textarea").fill("long " * 5000)
    page.keyboard.press("Enter")
    expect(page.locator(".notice")).to_contain_text("at most 20,000 are taken")
    assert len(page.locator("#composer textarea").input_value()) == 25_000
    page.locator("#composer textarea").fill("")
    page.keyboard.press("Enter")
    expect(page.locator(".notice")).to_contain_text("The message is empty")


def test_a_report_is_shown_in_a_frame_that_runs_and_loads_nothing(browser: Browser, server: WebServer) -> None:
    page = browser.new_page()  # one whose console may complain about what was blocked
    arrive(page, server)
    asked: list[str] = []
    page.on("requestfinished", lambda request: asked.append(request.url))
    html = "<h1>Report</h1><img src='/nowhere.png'><script>parent.pwned=1;document.body.innerHTML='changed'</script>"
    card = cards.report(Artifact(kind="html", title="report", data={"html": html}))
    page.evaluate("card => document.querySelector('#chat').insertAdjacentHTML('beforeend', card)", card)
    expect(page.frame_locator("iframe.report").locator("h1")).to_have_text("Report")
    assert page.evaluate("window.pwned") is None
    assert not any("nowhere" in url for url in asked)
    page.close()


def test_tables_beyond_the_answer_sort(page: Page, server: WebServer) -> None:
    arrive(page, server)
    say(page, "show the first 20 rows of cancer.csv in datasets")
    table = page.locator(".data table")
    expect(table.locator("tbody tr")).to_have_count(20)
    page.get_by_role("button", name="worst_radius").click()
    cells = [float(text) for text in table.locator("tbody td:nth-child(21)").all_inner_texts()]
    assert cells == sorted(cells) and len(set(cells)) > 10


def test_health_tells_machines_how_it_is(server: WebServer) -> None:
    assert httpx.get(f"{server.address}/healthz").json() == {"status": "ok"}
    ready = httpx.get(f"{server.address}/readyz", timeout=20)
    assert ready.status_code == 200
    assert {b["backend"] for b in ready.json()["backends"]} == {"pipelines", "objects", "documents", "model"}
    assert httpx.get(server.address, headers={"Host": "evil.example"}).status_code == 403
    assert "script-src 'self'" in httpx.get(server.address).headers["content-security-policy"]
