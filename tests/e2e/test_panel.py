"""The panel beside the conversation, and the list of conversations, as people use them."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.conftest import WebServer
from tests.e2e.visit import approve, arrive, ended, new_chat, say, tab

RUN = 90_000


def test_runs_are_listed_followed_and_compared(page: Page, server: WebServer) -> None:
    arrive(page, server)
    for depth in (12, 13):
        say(page, f"Run iris-classification with max_depth={depth}")
        approve(page)
        ended(page)
    card = page.locator("#chat .run").last
    expect(card.locator(".graph .node")).to_have_count(4)
    expect(card.locator(".badge")).to_have_text("succeeded", timeout=RUN)
    expect(card.locator(".graph .good")).to_have_count(4)

    tab(page, "Runs")
    rows = page.locator("#panel-body tbody tr", has_text="iris-classification")
    compare = page.get_by_role("button", name="Compare")
    expect(compare).to_be_disabled()
    for latest in (0, 1):
        rows.nth(latest).locator("input").check()
    compare.click()
    expect(page.locator("#panel-body .data tr", has_text="max_depth")).to_contain_text(re.compile("12.*13|13.*12", re.S))

    page.get_by_role("button", name="Say it in the conversation").click()
    page.locator("#composer textarea").press("Enter")
    expect(page.locator("#chat .js-plotly-plot .barlayer .point").first).to_be_visible()
    expect(page.locator("#chat .bot tr", has_text="argument max_depth")).to_be_visible()
    ended(page)

    page.locator("#panel-body .trail a").click()
    page.locator("#panel-body").get_by_label("State").select_option("failed")
    expect(page.locator("#panel-body .empty")).to_contain_text("no failed runs")


def test_a_run_shows_its_steps_log_metrics_and_artifacts(page: Page, server: WebServer) -> None:
    arrive(page, server)
    say(page, "Run iris-classification with max_depth=7 and wait for it")
    approve(page)
    ended(page, RUN)
    page.locator("#chat .run header a").last.click()
    body = page.locator("#panel-body")
    expect(body.locator(".graph .good")).to_have_count(4)
    body.get_by_role("link", name="log", exact=True).click()
    expect(body.locator("pre.log")).not_to_be_empty()
    body.get_by_label("Step").select_option("train-model")
    expect(body.get_by_label("Step")).to_have_value("train-model")
    body.get_by_role("link", name="metrics").click()
    expect(body.locator(".js-plotly-plot").first).to_be_visible()
    body.get_by_role("link", name="artifacts").click()
    expect(body.locator("td", has_text="minio://mlpipeline").first).to_be_visible()
    body.get_by_role("button", name="Delete", exact=True).click()
    expect(page.locator("#composer textarea")).to_have_value(re.compile("Delete the run iris-classification"))
    page.keyboard.press("Escape")
    expect(body).to_be_hidden()


def test_data_is_browsed_and_profiled(page: Page, server: WebServer) -> None:
    arrive(page, server)
    tab(page, "Data")
    body = page.locator("#panel-body")
    body.get_by_role("link", name="datasets").click()
    body.get_by_role("link", name="iris.csv").click()
    expect(body.locator(".data td").first).to_be_visible()
    body.get_by_role("link", name="profile").click()
    expect(body.locator(".data td", has_text="species").first).to_be_visible()
    body.get_by_role("link", name="about").click()
    expect(body).to_contain_text("iris.csv")


def test_documents_are_listed_searched_and_read(page: Page, server: WebServer) -> None:
    arrive(page, server)
    tab(page, "Documents")
    body = page.locator("#panel-body")
    expect(body).to_contain_text("handbook")
    body.get_by_role("searchbox").fill("turn off caching")
    page.keyboard.press("Enter")
    expect(body.locator("details[open]")).to_contain_text(re.compile("cach", re.I))
    body.get_by_role("button", name="Ask it in the conversation").click()
    expect(page.locator("#composer textarea")).to_have_value("turn off caching")


def test_a_dropped_file_is_put_where_it_is_told(page: Page, server: WebServer, tmp_path: Path) -> None:
    arrive(page, server)
    dropped = tmp_path / "fresh customers.csv"
    dropped.write_text("a,b\n1,2\n")
    page.locator("#composer input[type=file]").set_input_files(dropped)
    expect(page.locator("#composer .thumbnail-item")).to_be_visible()
    page.locator("#composer textarea").fill("put this into datasets")
    page.locator("#composer .submit-button").click()
    expect(page.locator("section.decision")).to_contain_text("fresh customers.csv")
    approve(page)
    ended(page)
    tab(page, "Data")
    page.locator("#panel-body").get_by_role("link", name="datasets").click()
    expect(page.locator("#panel-body").get_by_role("link", name="fresh customers.csv")).to_be_visible()


def test_a_tab_that_was_chosen_while_another_loads_stays_chosen(page: Page, server: WebServer) -> None:
    arrive(page, server)
    tab(page, "Activity")
    held: list[Route] = []
    page.route("**/panel/activity*", lambda route: held.append(route))
    with page.expect_request("**/panel/activity*"):  # the view is looked after by itself
        pass
    tab(page, "Data")
    buckets = page.locator("#panel-body").get_by_role("link", name="datasets")
    expect(buckets).to_be_visible()
    with page.expect_response("**/panel/activity*"):
        held[0].continue_()
    page.evaluate("() => new Promise(requestAnimationFrame)")
    expect(buckets).to_be_visible()
    expect(page.locator("#panel-tabs").get_by_role("tab", name="Data")).to_have_attribute("aria-selected", "true")


def test_conversations_are_found_renamed_and_deleted(page: Page, server: WebServer) -> None:
    arrive(page, server)
    say(page, "which buckets are there?")
    ended(page)
    new_chat(page)
    say(page, "which pipelines are there?")
    ended(page)
    page.get_by_role("button", name="Conversations").click()
    talks = page.locator("#conversations")
    first = talks.locator("[data-row]", has_text="which buckets").first
    expect(first).to_be_visible()
    first.locator(".talk").click()
    expect(page.locator("#chat .user")).to_have_text(re.compile("which buckets"))
    expect(first).to_have_attribute("aria-current", "true")

    first.hover()
    first.locator("summary").click()
    first.get_by_role("button", name="Rename").click()
    talks.locator("input.title").fill("About storage")
    page.keyboard.press("Enter")
    renamed = talks.locator("[data-row]", has_text="About storage")
    expect(renamed).to_be_visible()

    renamed.hover()
    renamed.locator("summary").click()
    with page.expect_download() as kept:
        renamed.get_by_role("link", name="Export as Markdown").click()
    assert "which buckets are there?" in Path(kept.value.path()).read_text()

    page.get_by_role("searchbox", name="Search conversations").fill("pipelines")
    expect(talks.locator("[data-row]").first).to_contain_text("pipelines")
    page.get_by_role("searchbox", name="Search conversations").fill("")
    renamed.hover()
    renamed.locator("summary").click()
    renamed.get_by_role("button", name="Delete").click()
    renamed.get_by_role("button", name="Delete for good?").click()
    expect(renamed).to_have_count(0)
    expect(page.locator("#chat .example")).to_have_count(4)


def test_two_pages_see_the_same_conversation(page: Page, server: WebServer) -> None:
    arrive(page, server)
    say(page, "create a bucket called seen-by-both")
    expect(page.locator("#approve")).to_be_visible()
    other = page.context.new_page()
    other.goto(server.address)
    approve(other)
    for one in (other, page):
        expect(one.locator("details.decision")).to_contain_text("Approved")
    ended(other)
    expect(page.locator("#approve")).to_be_hidden()
    say(other, "which buckets are there?")
    expect(page.locator("#chat .user", has_text="which buckets are there?")).to_be_visible()
    expect(page.locator("#chat td", has_text="seen-by-both").first).to_be_visible()


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_sticks_out_of_the_page(page: Page, server: WebServer, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    arrive(page, server)
    tab(page, "Data")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.locator("#panel-close").click()
    expect(page.locator("#composer textarea")).to_be_visible()
