"""What people do with an answer, a request of their own and a decision that is due."""

import re
import sqlite3
from pathlib import Path

import httpx
from playwright.sync_api import Page, expect

from tests.e2e.conftest import WebServer
from tests.e2e.visit import approve, arrive, ended, new_chat, say, tab

READ = "navigator.clipboard.readText()"


def test_a_citation_opens_its_passage_in_place(page: Page, server: WebServer) -> None:
    arrive(page, server)
    say(page, "How do I turn off caching for one step?")
    ended(page)
    citation = page.locator("#chat .bot .md").get_by_role("button", name=re.compile("^Source 1: ")).first
    citation.focus()
    page.keyboard.press("Enter")
    passage = page.get_by_role("complementary", name="Source 1")
    expect(passage).to_contain_text("Caching in Kubeflow Pipelines")
    expect(passage).to_contain_text("set_caching_options")
    expect(citation).to_have_attribute("aria-expanded", "true")
    passage.locator(".uri a").click()
    expect(page.locator("#panel-body article")).to_contain_text("set_caching_options")
    passage.focus()
    page.keyboard.press("Escape")
    expect(passage).to_have_count(0)
    expect(citation).to_be_focused()
    expect(page.locator("#panel-body article")).to_be_visible()


def test_an_answer_is_copied_and_judged(page: Page, server: WebServer, home: Path) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    arrive(page, server)
    say(page, "which pipelines are there?")
    ended(page)
    say(page, "How do I turn off caching for one step?")
    ended(page)
    bot = page.locator("#chat .bot-row").last
    bot.hover()
    buttons = bot.locator(".message-buttons-left:visible")
    buttons.get_by_label("Copy message").last.click()
    page.wait_for_function(f"async () => (await {READ}).includes('set_caching_options')")
    session = page.evaluate("window.swarm.session")
    for word, good in (("Like", 1), ("Dislike", 0)):
        bot.hover()
        with page.expect_response(re.compile("run/predict")):
            buttons.get_by_label(word, exact=True).last.click()
        kept = "SELECT turn, good FROM swarm_feedback WHERE session = ?"
        for _ in range(100):
            with sqlite3.connect(home / "swarm.db") as store:
                found = store.execute(kept, (session,)).fetchall()
            if found == [(1, good)]:
                break
            page.wait_for_timeout(50)
        assert found == [(1, good)]


def test_an_image_is_drawn(page: Page, server: WebServer) -> None:
    arrive(page, server)
    say(page, "preview sign.png in pictures")
    ended(page)
    image = page.get_by_role("img", name="sign.png")
    expect(image).to_be_visible()
    assert image.evaluate("image => [image.naturalWidth, image.naturalHeight]") == [40, 20]


def test_a_message_is_edited_and_sent_again(page: Page, server: WebServer) -> None:
    arrive(page, server)
    say(page, "which pipelines are there?")
    ended(page)
    row = page.locator("#chat .user-row")
    row.hover()
    row.get_by_label("Edit").click()
    box = row.locator("textarea")
    expect(box).to_have_value("which pipelines are there?")
    box.fill("which buckets are there?")
    row.get_by_label("Submit").click()
    expect(page.locator("#chat td", has_text="datasets")).to_be_visible()
    ended(page)
    assert page.locator("#chat .user").all_inner_texts() == ["which pipelines are there?", "which buckets are there?"]


def test_a_decision_counts_down_and_waits_in_the_activity(page: Page, server: WebServer) -> None:
    arrive(page, server)
    say(page, "create a bucket called waits-for-you")
    clock = page.locator("section.decision time")
    expect(clock).to_have_text(re.compile(r"^\d+:\d\d left$"))
    before = clock.inner_text()
    expect(clock).not_to_have_text(before)
    new_chat(page)
    tab(page, "Activity")
    waiting = page.locator("#panel-body .waiting button", has_text="waits-for-you")
    waiting.click()
    expect(page.locator("section.decision")).to_contain_text("waits-for-you")
    approve(page)
    ended(page)
    expect(waiting).to_have_count(0)
    done = page.locator("#panel-body tr", has_text="create_bucket(bucket=waits-for-you)")
    expect(done).to_contain_text("approved")
    page.locator("#panel-body").get_by_label("Effect").select_option("destroy")
    expect(done).to_have_count(0)


def test_a_number_of_a_pending_call_is_changed_in_its_field(page: Page, server: WebServer) -> None:
    arrive(page, server)
    say(page, "Run iris-classification with max_depth=2")
    page.locator("#edit").click()
    depth = page.locator("#arguments").get_by_label("max_depth")
    expect(depth).to_have_attribute("type", "number")
    depth.fill("4")
    more = page.locator("#arguments").get_by_label("more arguments")
    more.fill("max_depth")
    page.get_by_role("button", name="Approve with these").click()
    expect(page.locator(".notice")).to_contain_text("“max_depth” is not of the form name=value. Nothing was decided.")
    expect(depth).to_have_value("4")
    more.fill("")
    page.get_by_role("button", name="Approve with these").click()
    expect(page.locator("details.decision")).to_contain_text("Approved with changes")
    ended(page)
    expect(page.locator("#chat .bot")).to_contain_text("max_depth=4")


def test_a_plan_is_ticked_off(page: Page, server: WebServer) -> None:
    arrive(page, server)
    say(page, "which buckets are there, and which pipelines are there?")
    plan = page.get_by_role("list", name="Plan")
    expect(plan.locator("li")).to_have_count(2)
    ended(page)
    expect(plan.locator("li.done")).to_have_count(2)
    expect(plan.get_by_label("done")).to_have_count(2)


def test_two_pages_at_work_on_one_conversation_end_alike(page: Page, server: WebServer) -> None:
    arrive(page, server)
    say(page, "which buckets are there?")
    ended(page)
    other = page.context.new_page()
    other.goto(server.address)
    expect(other.locator("#chat .user")).to_have_count(1)
    questions = ["which pipelines are there?", "what is in the datasets bucket?", "which experiments are there?"]
    for count, question in enumerate(questions, start=2):
        writer, reader = (page, other) if count % 2 else (other, page)
        say(writer, question)
        ended(writer)
        expect(reader.locator("#chat .user")).to_have_count(count)
        ended(reader)
    said = [one.locator("#chat .user").all_inner_texts() for one in (page, other)]
    assert said[0] == said[1] == ["which buckets are there?", *questions]
    expect(other.locator("#chat .thought-group")).to_have_count(page.locator("#chat .thought-group").count())


def test_what_was_done_is_counted_for_prometheus(page: Page, server: WebServer) -> None:
    arrive(page, server)
    say(page, "which buckets are there?")
    ended(page)
    answer = httpx.get(f"{server.address}/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    assert re.search(r'^swarm_tool_calls_total\{agent="minio",status="ok",tool="list_buckets"\} [1-9]', answer.text, re.M)
