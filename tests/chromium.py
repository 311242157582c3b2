"""The browser of the tests: Chromium's shell, which draws pages and nothing around them, for half of the time of the whole browser."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, sync_playwright

from evals.browser import ARGUMENTS

CHROMIUM = "chromium-headless-shell"


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser of one's own; where there is none, the test is skipped, or fails in CI."""
    program = shutil.which(CHROMIUM)
    if program is None:
        reason = f"no {CHROMIUM}: `bash tests/servers.sh` installs it"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield browser
        browser.close()
