"""What axe-core, the usual checker of web pages for people with disabilities, says of each state of the page."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import WebServer
from tests.e2e.visit import arrive, ended, say

SERIOUS = ("serious", "critical")


def faults(page: Page) -> list[str]:
    """The serious faults, each with the places it was found at; what sticks out of the page is one of them."""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    found = Axe().run(page).response["violations"]
    return [f"{v['id']}: {[n['target'] for n in v['nodes']][:3]}" for v in found if v["impact"] in SERIOUS]


@pytest.fixture(params=[("light", 1280), ("dark", 390)], ids=["light desk", "dark phone"])
def looked_at(request: pytest.FixtureRequest, browser: Browser) -> Page:
    scheme, width = request.param
    page = browser.new_page(viewport={"width": width, "height": 860}, color_scheme=scheme, bypass_csp=True)
    request.addfinalizer(page.close)
    return page


def test_every_state_can_be_used_by_everybody(looked_at: Page, server: WebServer) -> None:
    page = looked_at
    arrive(page, server)
    expect(page.locator("#chat .example")).to_have_count(4)
    assert faults(page) == []

    say(page, "show the first 5 rows of iris.csv in datasets")
    ended(page)
    say(page, "create a bucket called for-everybody")
    expect(page.locator("#approve")).to_be_visible()
    page.get_by_role("button", name="Conversations").click()
    expect(page.locator("#conversations [data-row]").first).to_be_visible()
    for tab in ("Runs", "Data", "Documents", "Activity"):
        page.locator("#panel-tabs").get_by_role("tab", name=tab).click()
        expect(page.locator("#panel-tabs").get_by_role("tab", name=tab)).to_have_attribute("aria-selected", "true")
        expect(page.locator("#panel-body > *").first).to_be_visible()
        assert faults(page) == []
    page.locator("#panel-close").click()
    page.locator("#reject").click()


def test_the_keyboard_is_enough(looked_at: Page, server: WebServer) -> None:
    page = looked_at
    arrive(page, server)
    expect(page.locator("#composer textarea")).to_be_focused()
    page.keyboard.type("create a bucket called by-keyboard")
    page.keyboard.press("Enter")
    expect(page.locator("#approve")).to_be_visible()
    page.locator("#reject").focus()
    page.keyboard.press("Enter")
    expect(page.locator("details.decision")).to_contain_text("Rejected")
    ended(page)
