"""Nothing is lost and nothing is sent twice: restarts, a connection that breaks, several pages, fast fingers."""

import re
import signal

from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import WebServer
from tests.e2e.visit import approve, arrive, ended, new_chat, say

LONG = "Run iris-classification with max_depth={depth} and wait for it"


def open_page(browser: Browser, server: WebServer) -> Page:
    """A page that may complain in its console: its server goes away."""
    page = browser.new_page(viewport={"width": 1280, "height": 860})
    page.set_default_timeout(20_000)
    arrive(page, server)
    return page


def test_a_key_that_is_pressed_twice_sends_once(page: Page, server: WebServer) -> None:
    arrive(page, server)
    page.locator("#composer textarea").fill("which buckets are there?")
    press = """new KeyboardEvent("keypress", { key: "Enter", bubbles: true, cancelable: true })"""
    page.locator("#composer textarea").evaluate(f"box => {{ for (let count = 0; count < 3; count++) box.dispatchEvent({press}) }}")
    expect(page.locator("#chat td", has_text="datasets")).to_be_visible()
    ended(page)
    expect(page.locator("#chat .user")).to_have_count(1)
    expect(page.locator("#chat .notice")).to_have_count(0)


def test_a_message_right_after_an_answer_is_taken(page: Page, server: WebServer) -> None:
    arrive(page, server)
    box = page.locator("#composer textarea:enabled")
    for count in (1, 2, 3):
        box.fill(f"which buckets are there? {'please ' * count}")
        box.press("Enter")
        expect(page.locator("#chat .user")).to_have_count(count)
        expect(page.locator("#chat td", has_text="datasets")).to_have_count(count)


def test_a_turn_goes_on_behind_another_conversation(page: Page, server: WebServer) -> None:
    arrive(page, server)
    say(page, LONG.format(depth=8))
    approve(page)
    expect(page.locator(".thought-group", has_text="wait_for_run")).to_be_visible()
    new_chat(page)
    say(page, "which pipelines are there?")
    ended(page)
    expect(page.locator("#chat .user")).to_have_count(1)
    expect(page.locator("#chat .user")).to_have_text(re.compile("which pipelines"))

    page.get_by_role("button", name="Conversations").click()
    page.locator("#conversations .talk", has_text="max_depth=8").click()
    expect(page.locator("#chat .run .badge")).to_have_text("succeeded", timeout=60_000)
    ended(page)
    expect(page.locator("#chat .user")).to_have_text(re.compile("max_depth=8"))


def test_a_killed_server_loses_neither_conversation_nor_draft(browser: Browser, server: WebServer) -> None:
    page = open_page(browser, server)
    say(page, LONG.format(depth=9))
    approve(page)
    expect(page.locator(".thought-group", has_text="wait_for_run")).to_be_visible()
    server.stop(signal.SIGKILL)
    server.start()
    expect(page.locator("#chat .user")).to_have_text(re.compile("max_depth=9"), timeout=30_000)  # Gradio loads the page anew by itself
    ended(page, 60_000)
    expect(page.locator("#chat .user")).to_have_count(1)

    page.locator("#composer textarea").fill("which buckets")
    page.reload()
    expect(page.locator("#composer textarea")).to_have_value("which buckets")
    page.locator("#composer textarea").press("End")
    page.keyboard.type(" are there?")
    page.keyboard.press("Enter")
    expect(page.locator("#chat td", has_text="datasets")).to_be_visible()
    expect(page.locator("#chat .user")).to_have_count(2)
    page.close()


def test_an_idle_page_is_loaded_anew_after_a_restart_and_goes_on(browser: Browser, server: WebServer) -> None:
    page = open_page(browser, server)
    say(page, "create a bucket called after-the-restart")
    expect(page.locator("#approve")).to_be_visible()
    server.stop()
    with page.expect_event("load", timeout=60_000):
        server.start()
    page.locator("#approve").click()
    expect(page.locator("details.decision")).to_contain_text("Approved", timeout=30_000)
    ended(page)
    say(page, "which buckets are there?")
    expect(page.locator("#chat td", has_text="after-the-restart")).to_be_visible()
    page.close()


def test_a_message_that_the_network_swallowed_stays_in_the_composer(browser: Browser, server: WebServer) -> None:
    page = open_page(browser, server)
    page.context.set_offline(True)
    page.locator("#composer textarea").fill("which buckets are there?")
    page.keyboard.press("Enter")
    lost = page.get_by_text("Connection to the server was lost")
    expect(lost.first).to_be_visible()
    page.context.set_offline(False)
    expect(lost).to_have_count(0, timeout=30_000)  # Gradio has loaded the page anew
    expect(page.locator("#composer textarea")).to_have_value("which buckets are there?", timeout=30_000)
    expect(page.locator("#composer textarea")).to_be_enabled()
    page.locator("#composer textarea").press("Enter")
    expect(page.locator("#chat td", has_text="datasets")).to_be_visible()
    expect(page.locator("#chat .user")).to_have_count(1)
    page.close()
