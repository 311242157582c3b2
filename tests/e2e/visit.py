"""What visitors of the page do."""

from playwright.sync_api import Page, expect

from tests.e2e.conftest import WebServer


def arrive(page: Page, server: WebServer) -> None:
    page.goto(server.address)
    expect(page.locator("#composer textarea")).to_be_enabled()


def say(page: Page, message: str) -> None:
    """Send a message, and wait until it stands in the conversation."""
    page.locator("#composer textarea").fill(message)
    page.locator("#composer textarea").press("Enter")
    expect(page.locator("#chat .user").last).to_contain_text(message)


def approve(page: Page) -> None:
    page.locator("#approve").click()
    expect(page.locator("#approve")).to_be_hidden()


def ended(page: Page, timeout: float = 20_000) -> None:
    """The turn is over: the composer takes the next message."""
    expect(page.locator("#composer .submit-button")).to_be_visible(timeout=timeout)
    expect(page.locator("#composer textarea")).to_be_enabled(timeout=timeout)


def new_chat(page: Page) -> None:
    page.get_by_role("button", name="New chat").click()
    expect(page.locator("#chat .example")).to_have_count(4)


def tab(page: Page, name: str) -> None:
    """Open a tab of the panel."""
    page.locator("#panel-tabs").get_by_role("tab", name=name).click()
    expect(page.locator("#panel-body > *").first).to_be_visible()
