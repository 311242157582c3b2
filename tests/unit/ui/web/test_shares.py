"""Share links over HTTP, as a stranger uses them."""

import io
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from standalone.objects import FolderStore
from tools.minio.store import ObjectStore
from tools.services import Services
from ui.web.guard import Guard
from ui.web.shares import add_shares
from ui.web.signin import Basic

URL = "http://127.0.0.1:7860"


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    made = FolderStore(tmp_path / "buckets", URL)
    made.create_bucket("box")
    for key, content in {
        "a/data.csv": b"a,b\n1,2\n",
        "page.html": b"<script>alert(1)</script>",
        "x.svg": b"<svg/>",
        "ä ö.txt": b"t",
    }.items():
        made.put("box", key, io.BytesIO(content), len(content))
    return made


@pytest.fixture
def http(store: FolderStore) -> httpx.AsyncClient:
    app = FastAPI()
    add_shares(app, Services({ObjectStore: lambda: store}))
    guarded = Guard(app, loopback=True, sign_in=Basic("ada", "secret"))
    return httpx.AsyncClient(transport=httpx.ASGITransport(guarded), base_url=URL)


async def test_a_link_needs_no_sign_in_and_gives_the_object(store: FolderStore, http: httpx.AsyncClient) -> None:
    link = store.share("box", "a/data.csv", 60)
    assert link.startswith(f"{URL}/share/")
    answer = await http.get(link)
    assert (answer.status_code, answer.content) == (200, b"a,b\n1,2\n")
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="data.csv"'
    head = await http.head(link)
    assert (head.status_code, head.headers["content-length"], head.content) == (200, "8", b"")
    assert (await http.post(link)).status_code == 405
    assert (await http.get("/other")).status_code == 401


@pytest.mark.parametrize(
    ("asked", "status", "content"),
    [("bytes=2-4", 206, b"b\n1"), ("bytes=-2", 206, b"2\n"), ("bytes=4-", 206, b"1,2\n"), ("bytes=99-", 416, None)],
)
async def test_ranges(store: FolderStore, http: httpx.AsyncClient, asked: str, status: int, content: bytes | None) -> None:
    answer = await http.get(store.share("box", "a/data.csv", 60), headers={"Range": asked})
    assert answer.status_code == status
    assert content is None or answer.content == content


@pytest.mark.parametrize("key", ["page.html", "x.svg"])
async def test_what_a_browser_could_run_is_bytes_to_keep(store: FolderStore, http: httpx.AsyncClient, key: str) -> None:
    answer = await http.get(store.share("box", key, 60))
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_names_of_all_sorts(store: FolderStore, http: httpx.AsyncClient) -> None:
    answer = await http.get(store.share("box", "ä ö.txt", 60))
    assert answer.headers["content-disposition"] == "attachment; filename*=utf-8''%C3%A4%20%C3%B6.txt"


async def test_links_end_with_their_time_or_their_object(
    store: FolderStore, http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    link, other = store.share("box", "a/data.csv", 60), store.share("box", "page.html", 60)
    store.delete("box", "page.html")
    assert (await http.get(other)).status_code == 404
    for changed in (
        link[:-1] + ("A" if link[-1] != "A" else "B"),
        link.replace("/share/", "/share/x"),
        f"{URL}/share/abc",
        f"{URL}/share/a.b.c",
    ):
        answer = await http.get(changed)
        assert (answer.status_code, answer.text) == (403, "this link is not valid. Ask for a new one.\n")
    monkeypatch.setattr("time.time", lambda: 4e9)
    answer = await http.get(link)
    assert (answer.status_code, answer.text) == (403, "this link has expired. Ask for a new one.\n")


async def test_a_store_with_a_server_of_its_own_shares_there() -> None:
    from tools.minio.minio_store import MinioStore
    from tools.minio.settings import MinioSettings

    app = FastAPI()
    add_shares(app, Services({ObjectStore: lambda: MinioStore(MinioSettings(endpoint="minio:9000"))}))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=URL) as http:
        assert (await http.get("/share/abc")).status_code == 404
