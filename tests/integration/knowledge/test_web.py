"""Pages of the web, from a real server: what becomes a document, and what is refused with a clear line."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from knowledge.knowledge import Knowledge
from knowledge.origins import selection, web
from knowledge.origins.selection import UnreadableDocumentError
from knowledge.origins.web import select_page
from knowledge.settings import KnowledgeSettings

PAGE = b"<html><head><title>Setup</title></head><body><main><h1>Setup</h1><p>The aurora port is 8123.</p></main></body></html>"


class Site(ThreadingHTTPServer):
    """Answers by path; remembers what was asked for."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[str] = []
        self.port = self.server_address[1]
        self.released = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


class Handler(BaseHTTPRequestHandler):
    server: Site

    def do_GET(self) -> None:
        self.server.asked.append(f"{self.headers['Host']}{self.path}")
        ways: dict[str, Callable[[], None]] = {
            "/docs/setup": lambda: self.give(PAGE, "text/html; charset=utf-8"),
            "/latin": lambda: self.give("<p>gr\u00fcn</p>".encode("latin-1"), "text/html; charset=iso-8859-1"),
            "/guide.md": lambda: self.give(b"# Guide\n\ntext", "text/plain"),
            "/broken": lambda: self.give(b"<html><body><p>half <b>open <table><tr><td>cell", "text/html"),
            "/picture": lambda: self.give(b"\x89PNG", "image/png"),
            "/moved": lambda: self.move("/docs/setup"),
            "/loop": lambda: self.move("/loop"),
            "/inside": lambda: self.move("http://169.254.169.254/latest/meta-data/"),
            "/file": lambda: self.move("file:///etc/passwd"),
            "/hang": lambda: self.server.released.wait(30) and None,
            "/trickle": self.trickle,
            "/huge": lambda: self.give(b"", "text/html", length=200 * 2**20),
            "/endless": self.endless,
        }
        ways.get(self.path, lambda: self.send_error(404))()

    def give(self, body: bytes, media: str, length: int | None = None) -> None:
        self.send_response(200)
        self.send_header("Content-Type", media)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)

    def move(self, place: str) -> None:
        self.send_response(302)
        self.send_header("Location", place)
        self.end_headers()

    def trickle(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        while not self.server.released.wait(0.05):
            self.wfile.write(b".")

    def endless(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        for _ in range(100):
            self.wfile.write(b"x" * 10_000)

    def handle(self) -> None:
        try:
            super().handle()
        except OSError:
            self.close_connection = True  # the client had enough

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def site() -> Iterator[Site]:
    server = Site()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield server
    server.released.set()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def knowledge(tmp_path: Path) -> Iterator[Knowledge]:
    opened = Knowledge(KnowledgeSettings(home=tmp_path / "home", private_addresses=True))
    yield opened
    opened.close()


def test_a_page_becomes_a_document_and_is_known_again(knowledge: Knowledge, site: Site) -> None:
    url = f"{site.url}/docs/setup"
    assert knowledge.add(url).added == ["127.0.0.1/docs/setup"]
    best = knowledge.search("aurora port").passages[0]
    assert (best.title, best.uri) == ("Setup", url)
    assert knowledge.add(url).unchanged == ["127.0.0.1/docs/setup"]


@pytest.mark.parametrize(("path", "kind"), [("/moved", "html"), ("/guide.md", "markdown"), ("/broken", "html"), ("/latin", "html")])
def test_redirects_and_kinds(knowledge: Knowledge, site: Site, path: str, kind: str) -> None:
    assert len(knowledge.add(site.url + path).added) == 1
    assert knowledge.documents()[0].kind == kind


def test_the_encoding_that_the_server_names_is_used(knowledge: Knowledge, site: Site) -> None:
    knowledge.add(f"{site.url}/latin")
    assert knowledge.read("127.0.0.1/latin").text == "gr\u00fcn"


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/absent", "answers 404"),
        ("/loop", "redirects more than 5 times"),
        ("/file", "no address of a web page"),
        ("/picture", "image/png"),
        ("/huge", "over the limit of 20 MiB"),
    ],
)
def test_a_clear_line_for_each_trouble(knowledge: Knowledge, site: Site, path: str, reason: str) -> None:
    report = knowledge.add(site.url + path)
    assert report.added == []
    ((_, said),) = report.failed
    assert reason in said
    assert knowledge.documents() == []


@pytest.mark.parametrize("path", ["/hang", "/trickle"])
def test_an_address_that_never_ends_is_left(site: Site, path: str) -> None:
    started = time.monotonic()
    with pytest.raises(UnreadableDocumentError, match="did not answer completely within"):
        select_page(site.url + path, allow_private=True, seconds=0.5)
    assert time.monotonic() - started < 20


def test_a_body_that_grows_beyond_the_limit_is_cut_off(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "MAX_BYTES", 50_000)
    monkeypatch.setattr(selection, "MAX_BYTES", 50_000)
    with pytest.raises(UnreadableDocumentError, match="over the limit"):
        select_page(f"{site.url}/endless", allow_private=True)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "[::1]",
        "10.1.2.3",
        "192.168.0.1",
        "169.254.169.254",
        "[::ffff:127.0.0.1]",
        "0.0.0.0",
        "[64:ff9b::a00:1]",
        "2130706433",
    ],
)
def test_private_addresses_are_refused_before_anything_is_sent(site: Site, host: str) -> None:
    with pytest.raises(UnreadableDocumentError, match=r"private network|no host"):
        select_page(f"http://{host}:{site.port}/docs/setup", allow_private=False)
    assert site.asked == []


def resolving(monkeypatch: pytest.MonkeyPatch, *answers: str) -> list[str]:
    """Names resolve to these addresses, one after another, as a hostile name server would answer."""
    asked: list[str] = []
    left = list(answers)

    def lookup(host: str, port: int, *_: object, **__: object) -> list[tuple[object, ...]]:
        asked.append(host)
        address = left.pop(0) if len(left) > 1 else left[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    return asked


def test_a_redirect_into_the_private_network_is_refused(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    real = web._is_public
    monkeypatch.setattr(web, "_is_public", lambda address: address == "127.0.0.1" or real(address))  # the site counts as outside
    with pytest.raises(UnreadableDocumentError, match=r"169\.254\.169\.254.*private network"):
        select_page(f"{site.url}/inside", allow_private=False)
    assert site.asked == [f"127.0.0.1:{site.port}/inside"]


def test_a_name_is_resolved_once_and_that_address_is_used(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    real = web._is_public
    monkeypatch.setattr(web, "_is_public", lambda address: address == "127.0.0.1" or real(address))
    asked = resolving(monkeypatch, "127.0.0.1", "10.0.0.1")
    (item,) = select_page(f"http://docs.example:{site.port}/docs/setup", allow_private=False).items
    assert item.read() == PAGE
    assert asked[0] == "docs.example"
    assert "docs.example" not in asked[1:], "the connection must not ask for the name again"
    assert site.asked == [f"docs.example:{site.port}/docs/setup"]


def test_other_schemes_are_no_documents(knowledge: Knowledge) -> None:
    for address in ("ftp://example.com/a.md", "file:///etc/hosts", "gopher://x/"):
        assert "are not read" in knowledge.add(address).failed[0][1]
