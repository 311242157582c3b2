"""A real server process over a home that the tests of this folder share, and a real browser."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from standalone.platform import stop_server
from tests.chromium import chromium

expect.set_options(timeout=20_000)


class WebServer:
    """`swarm ui` as its own process."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._process: subprocess.Popen[str] | None = None
        self.port = 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start on the port of the last time, at first on any, and wait for the line that says where."""
        environment = {**os.environ, "SWARM_HOME": str(self._home), "SWARM_FILES": str(self._home)}
        command = [str(Path(sys.executable).with_name("swarm")), "ui", "--port", str(self.port)]
        self._process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line.startswith("mlops-swarm is at http://127.0.0.1:"), line
        self.port = int(line.rsplit(":", 1)[1])

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """End the process; its exit code."""
        assert self._process is not None
        self._process.send_signal(number)
        return self._process.wait(timeout=20)


@pytest.fixture(scope="package")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home with a picture in it."""
    folder = tmp_path_factory.mktemp("home")
    (folder / "buckets" / "pictures").mkdir(parents=True)
    Image.new("RGB", (40, 20), "teal").save(folder / "buckets" / "pictures" / "sign.png")
    yield folder
    stop_server(folder)


@pytest.fixture(scope="package")
def server(home: Path) -> Iterator[WebServer]:
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith(("SWARM_", "OPENAI_", "KFP_", "MINIO_", "CHROMA_")):
                patch.delenv(name)
        running = WebServer(home)
        running.start()
        yield running
        running.stop()


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture
def page(browser: Browser, server: WebServer) -> Iterator[Page]:
    """A page in a browser of its own; the test fails on errors in its console and on requests to elsewhere."""
    context = browser.new_context(viewport={"width": 1280, "height": 860})
    context.set_default_timeout(20_000)
    opened = context.new_page()
    # Gradio's client breaks off its stream when a page is left, and reports that where nobody sees it any more.
    context.add_init_script("addEventListener('beforeunload', () => (console.error = () => {}), true)")
    faults: list[str] = []
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    opened.on(
        "request", lambda request: faults.append(request.url) if not request.url.startswith((server.address, "data:", "blob:")) else None
    )
    yield opened
    context.close()
    assert faults == []
