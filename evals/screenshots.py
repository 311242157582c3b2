"""`make screenshots`: the pictures of the user guide, taken of the real page over a fresh home: real runs, real data, the built-in planner.

Usage: python -m evals.screenshots [FOLDER]
"""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from evals.browser import ARGUMENTS, CHROMIUM
from swarm.platform import find_platform

expect.set_options(timeout=30_000)
FOLDER = Path(__file__).parents[1] / "docs" / "users" / "images"
SIZE: ViewportSize = {"width": 1280, "height": 860}
PHONE: ViewportSize = {"width": 390, "height": 800}
RUN = 90_000
"""Milliseconds that a run may take."""


@contextmanager
def web_page() -> Iterator[str]:
    """The address of a page over a fresh home."""
    with tempfile.TemporaryDirectory(prefix="mlops-swarm-pictures-") as folder:
        environment = {name: value for name, value in os.environ.items() if not re.match("(SWARM|OPENAI|KFP|MINIO|CHROMA)_", name)}
        command = [str(Path(sys.executable).with_name("swarm")), "ui", "--port", "0"]
        with subprocess.Popen(command, env={**environment, "SWARM_HOME": folder}, stdout=subprocess.PIPE, text=True) as server:
            try:
                line = server.stdout.readline() if server.stdout else ""
                yield line.removeprefix("mlops-swarm is at ").strip()
            finally:
                server.terminate()
                server.wait()
                find_platform().stop(Path(folder))


class Visit:
    """Somebody at the page, who takes pictures."""

    def __init__(self, page: Page, folder: Path) -> None:
        self.page = page
        self._folder = folder

    def picture(self, name: str) -> None:
        """What the page shows now, when nothing on it moves any more."""
        self.page.mouse.move(0, 0)
        self.page.wait_for_timeout(400)
        self.page.screenshot(path=self._folder / f"{name}.png")

    def say(self, message: str) -> None:
        """Send a message, and wait until it stands in the conversation."""
        box = self.page.locator("#composer textarea")
        box.fill(message)
        box.press("Enter")
        expect(self.page.locator("#chat .user").last).to_contain_text(message)

    def ended(self) -> None:
        """Wait until the turn is over."""
        expect(self.page.locator("#composer .submit-button")).to_be_visible(timeout=RUN)
        expect(self.page.locator("#composer textarea")).to_be_enabled(timeout=RUN)

    def approve(self) -> None:
        """Approve what waits."""
        self.page.locator("#approve").click(timeout=RUN)

    def new(self) -> None:
        """Begin an empty conversation."""
        self.page.get_by_role("button", name="New chat").click()
        expect(self.page.locator("#chat .example").first).to_be_visible()

    def tab(self, name: str) -> None:
        """Open a tab of the panel."""
        self.page.locator("#panel-tabs").get_by_role("tab", name=name).click()
        expect(self.page.locator("#panel-body > *").first).to_be_visible()

    def inside(self, text: str) -> None:
        """Follow a link of the panel."""
        self.page.locator("#panel-body a", has_text=text).first.click()
        expect(self.page.locator("#panel-body .trail")).to_be_visible()


def answers(visit: Visit) -> None:
    """The first visit, a table, and an answer from the documents."""
    visit.picture("first-visit")
    visit.say("Which pipelines are there?")
    visit.ended()
    visit.picture("table")
    visit.new()
    visit.say("How do I turn off caching for one step?")
    visit.ended()
    visit.page.locator("#chat .bot .md").get_by_role("button", name="Source 1").first.click()
    expect(visit.page.locator("#chat .passage")).to_be_visible()
    visit.picture("citations")


def runs(visit: Visit) -> None:
    """A run from its approval to its charts, one that fails, and two side by side."""
    page = visit.page
    visit.new()
    visit.say("Run breast-cancer-svm with C=10 and wait for it, then show its metrics")
    expect(page.locator("#approve")).to_be_visible()
    visit.picture("approval")
    page.locator("#edit").click()
    visit.picture("edit")
    page.get_by_role("button", name="Back").click()
    visit.approve()
    expect(page.locator("#chat .graph .busy").first).to_be_visible(timeout=RUN)
    visit.picture("run-card-running")
    visit.ended()
    expect(page.locator("#chat .graph .good")).to_have_count(4, timeout=RUN)
    expect(page.locator("#chat .js-plotly-plot")).to_have_count(3, timeout=RUN)
    page.locator("#chat .graph").first.scroll_into_view_if_needed()
    visit.picture("run-card-succeeded")
    page.locator("#chat .js-plotly-plot").last.scroll_into_view_if_needed()
    visit.picture("chart")
    visit.new()
    visit.say("Run breast-cancer-svm with C=-1 and wait for it")
    visit.approve()
    visit.ended()
    expect(page.locator("#chat .graph .bad").first).to_be_visible(timeout=RUN)
    visit.picture("run-card-failed")
    visit.new()
    visit.say("Run breast-cancer-svm with C=0.01 and wait for it")
    visit.approve()
    expect(page.locator("#chat .thought-group", has_text="wait_for_run")).to_be_visible(timeout=RUN)
    visit.picture("steps-running")
    visit.ended()


def panel(visit: Visit) -> None:
    """Runs side by side, and the browser of the data."""
    page = visit.page
    visit.tab("Runs")
    for box in page.locator("#panel-body tr", has_text="succeeded").locator("input[type=checkbox]").all()[:2]:
        box.check()
    page.get_by_role("button", name="Compare").click()
    expect(page.locator("#panel-body .data")).to_be_visible()
    visit.picture("runs-compared")
    visit.tab("Data")
    visit.inside("datasets")
    visit.inside("iris.csv")
    visit.picture("data-browser")
    page.locator("#panel-close").click()


def files(visit: Visit, folder: Path) -> None:
    """A file that was dropped into the chat."""
    visit.new()
    dropped = folder / "new-customers.csv"
    dropped.write_text("customer,months,left\n1,12,no\n2,3,yes\n")
    visit.page.locator("#composer input[type=file]").set_input_files(dropped)
    visit.page.locator("#composer textarea").fill("Put this into datasets")
    expect(visit.page.locator("#composer .thumbnail-item")).to_be_visible()
    visit.page.locator("#composer .submit-button").click()
    expect(visit.page.locator("#approve")).to_be_visible()
    visit.picture("file-dropped")


def looks(browser: Browser, address: str, folder: Path) -> None:
    """The same page in the dark and on a phone."""
    looks: list[tuple[str, Callable[[], Page]]] = [
        ("dark", lambda: browser.new_page(viewport=SIZE, color_scheme="dark")),
        ("phone", lambda: browser.new_page(viewport=PHONE, has_touch=True, device_scale_factor=2)),
    ]
    for name, opened in looks:
        page = opened()
        page.goto(address)
        visit = Visit(page, folder)
        visit.say("Show the metrics of the latest run of breast-cancer-svm")
        visit.ended()
        expect(page.locator("#chat .js-plotly-plot").last).to_be_visible()
        visit.picture(name)
        page.close()


def main() -> None:
    """Take all pictures."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    with web_page() as address, sync_playwright() as playwright, tempfile.TemporaryDirectory() as scratch:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        visit = Visit(browser.new_page(viewport=SIZE), folder)
        visit.page.goto(address)
        expect(visit.page.locator(".dots li.good")).to_have_count(4, timeout=RUN)
        answers(visit)
        runs(visit)
        panel(visit)
        files(visit, Path(scratch))
        looks(browser, address, folder)
        browser.close()


if __name__ == "__main__":
    main()
