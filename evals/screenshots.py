"""Makes the pictures of the documentation from the real page: `python -m evals.screenshots [FOLDER]`. Needs Chromium."""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from swarm.platform import find_platform

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
FOLDER = Path(__file__).parents[1] / "docs" / "users" / "images"


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


def conversation(page: Page, folder: Path) -> None:
    """A question answered with a table, and a run that waits for its approval."""
    composer = page.locator("#composer textarea")
    composer.fill("Which pipelines are there?")
    composer.press("Enter")
    expect(page.locator("#chat td", has_text="breast-cancer-svm")).to_be_visible()
    expect(composer).to_be_enabled()
    composer.fill("Run breast-cancer-svm with C=10 and wait for it, then show its metrics")
    composer.press("Enter")
    expect(page.locator("#approve")).to_be_visible()
    page.locator("#chat .user-row").first.scroll_into_view_if_needed()
    page.screenshot(path=folder / "conversation.png")


def main() -> None:
    """Make all pictures."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    with web_page() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1200, "height": 1215})
        page.goto(address)
        conversation(page, folder)
        browser.close()


if __name__ == "__main__":
    main()
