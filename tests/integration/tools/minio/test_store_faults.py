"""What goes wrong between us and a real server: one clear error, no half object, and the repeat works."""

import io
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from minio import time as minio_time

from evals.object_server import PROGRAMS, ObjectServer, store_of
from tests.integration.tools.minio.stores import names, put
from tests.integration.tools.minio.test_object_store_transfers import content
from tests.object_servers import server
from tests.small_disk import on_small_disk
from tests.tcp_proxy import TcpProxy
from tests.unit.tools.calling import refusal
from tools.minio.store import ObjectStore
from tools.result import ErrorCode, ToolError

MIB = 1024 * 1024
SIZE = 48 * MIB


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "local" / "data.bin"
    made.parent.mkdir()
    made.write_bytes(content(SIZE))
    return made


@pytest.fixture(params=PROGRAMS)
def mortal(request: pytest.FixtureRequest, running: Callable[[str], ObjectServer]) -> Iterator[ObjectServer]:
    """The running server, which the test may kill, with the bucket `box`."""
    real = running(request.param)
    real.sdk.make_bucket("box")
    yield real
    real.start()
    real.clean()


@pytest.fixture
def way(minio: ObjectServer) -> Iterator[TcpProxy]:
    """A way to the shared MinIO, which has the bucket `box`."""
    minio.sdk.make_bucket("box")
    with TcpProxy(minio.port) as proxy:
        yield proxy


def at(limit: int, act: Callable[[], object]) -> Callable[[int, int], None]:
    """Progress that acts once, when so many bytes are done."""
    left = [act]

    def progress(done: int, _size: int) -> None:
        if done >= limit and left:
            left.pop()()

    return progress


def test_a_server_killed_in_an_upload(mortal: ObjectServer, file: Path) -> None:
    store = store_of(mortal.url, timeout=5)
    put(store, "there", b"before")
    both = threading.Barrier(2, mortal.kill, timeout=60)
    with ThreadPoolExecutor(2) as pool:
        uploads = [pool.submit(refusal, store.upload_file, file, "box", key, progress=at(40 * MIB, both.wait)) for key in ("there", "new")]
    for error in [upload.result() for upload in uploads]:
        assert error.code is ErrorCode.UNAVAILABLE
        assert mortal.url in error.message
        assert "MINIO_ENDPOINT" in error.message
    mortal.start()
    assert names(store.list("box", deep=True)) == ["there"]
    assert store.read("box", "there") == b"before"
    with TcpProxy(mortal.port) as proxy:
        again = store_of(proxy.url)
        for key in ("there", "new"):
            proxy.heal()
            again.upload_file(file, "box", key)
            assert proxy.up < SIZE  # the parts that had come through are used
            assert store.read("box", key) == content(SIZE)


def test_a_server_killed_in_a_download(mortal: ObjectServer, file: Path, tmp_path: Path) -> None:
    store = store_of(mortal.url, timeout=5)
    store.upload_file(file, "box", "key")
    target = tmp_path / "target.bin"
    error = refusal(store.download_file, "box", "key", target, progress=at(8 * MIB, mortal.kill))
    assert error.code is ErrorCode.UNAVAILABLE
    assert mortal.url in error.message
    assert not target.exists()
    mortal.start()
    with TcpProxy(mortal.port) as proxy:
        store_of(proxy.url).download_file("box", "key", target)
        assert proxy.down < SIZE
    assert target.read_bytes() == content(SIZE)


def test_a_server_killed_in_a_write_of_one_piece(mortal: ObjectServer) -> None:
    store = store_of(mortal.url, timeout=5)
    put(store, "key", b"before")

    class Deadly(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            mortal.kill()
            return super().read(size)

    data = content(5 * MIB)
    assert refusal(store.put, "box", "key", Deadly(data), len(data)).code is ErrorCode.UNAVAILABLE
    mortal.start()
    assert store.read("box", "key") == b"before"
    put(store, "key", data)
    assert store.read("box", "key") == data


def test_a_server_with_a_full_disk(tmp_path: Path, file: Path) -> None:
    small = server("minio", tmp_path / "server", mebibytes=192)
    small.start()
    try:
        store = store_of(small.url)
        store.create_bucket("box")
        put(store, "there", b"before")
        error, stored = fill(store, file)
        assert error.code is refusal(store.upload_file, file, "box", "there").code is ErrorCode.UNAVAILABLE
        assert small.url in error.message
        assert "The disk of the server is full" in error.message
        assert names(store.list("box", deep=True)) == [*stored, "there"]
        assert store.read("box", "there") == b"before"
        for key in stored:
            store.delete("box", key)
        small.purge()
        wait_until(lambda: store.upload_file(file, "box", "there").size == SIZE)  # how full its disk is the server knows a second later
        assert store.read("box", "there") == content(SIZE)
    finally:
        small.kill()


def test_a_server_that_does_not_tell_of_its_full_disk(tmp_path: Path, file: Path) -> None:
    """SeaweedFS answers with an internal error; that its disk is full stands in its log only."""
    small = server("seaweedfs", tmp_path / "server", mebibytes=256)
    small.start()
    try:
        store = store_of(small.url)
        store.create_bucket("box")
        error, stored = fill(store, file)
        assert error.code is ErrorCode.UNAVAILABLE
        assert "some servers answer so when their disk is full" in error.message
        assert names(store.list("box", deep=True)) == stored
    finally:
        small.kill()


def fill(store: ObjectStore, file: Path) -> tuple[ToolError, list[str]]:
    """Upload the file until there is no more room; the error, and what was stored."""
    stored: list[str] = []
    while len(stored) < 9:
        try:
            store.upload_file(file, "box", str(len(stored)))
        except ToolError as error:
            return error, stored
        stored.append(str(len(stored)))
    raise AssertionError("the disk never filled up")


def wait_until(done: Callable[[], bool]) -> None:
    """Until it is done, which may be refused before; at most 30 seconds."""
    deadline = time.monotonic() + 30
    while True:
        try:
            assert done()
        except ToolError:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        else:
            return


FILL = """
import io, json, sys
from pathlib import Path
from standalone.objects import FolderStore
from tools.result import ToolError
store = FolderStore(Path(sys.argv[1]) / "buckets")
store.create_bucket("box")
store.put("box", "there", io.BytesIO(b"before"), 6)
store.put("box", "large", io.BytesIO(bytes(6 << 20)), 6 << 20)
errors = []
for key in ("there", "new"):
    try:
        store.put("box", key, io.BytesIO(bytes(6 << 20)), 6 << 20)
    except ToolError as error:
        errors.append([error.code, error.message])
keys = [o.key for o in store.list("box", deep=True).objects]
before = store.read("box", "there").decode()
store.delete("box", "large")
again = store.put("box", "new", io.BytesIO(bytes(6 << 20)), 6 << 20).size
print(json.dumps([errors, keys, before, again]))
"""


def test_a_folder_on_a_full_disk(tmp_path: Path) -> None:
    command = on_small_disk(tmp_path / "disk", 8, [sys.executable, "-c", FILL, str(tmp_path / "disk")])
    answer = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert answer.returncode == 0, answer.stderr
    errors, keys, before, again = json.loads(answer.stdout)
    assert [code for code, _ in errors] == ["UNAVAILABLE", "UNAVAILABLE"]
    assert all("no space left on device. Make room on the disk" in message for _, message in errors)
    assert (keys, before, again) == (["large", "there"], "before", 6 * MIB)


ATTEMPTS: dict[str, Callable[[ObjectStore, Path], object]] = {
    "list": lambda store, _: store.list("box"),
    "read": lambda store, _: store.read("box", "there"),
    "upload": lambda store, file: store.upload_file(file, "box", "new"),
    "download": lambda store, file: store.download_file("box", "there", file.with_name("out")),
    "copy": lambda store, _: store.copy("box", "there", "box", "new"),
}


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_a_connection_that_is_reset(way: TcpProxy, file: Path, attempt: str) -> None:
    store = store_of(way.url, timeout=5)
    put(store, "there", b"before" * MIB)
    way.cut_at = 0
    error = refusal(ATTEMPTS[attempt], store, file)
    assert error.code is ErrorCode.UNAVAILABLE
    assert "the connection broke off. Check MINIO_ENDPOINT" in error.message
    way.heal()
    assert names(store.list("box")) == ["there"]
    ATTEMPTS[attempt](store, file)


def test_a_connection_that_is_reset_in_the_middle_of_a_file(way: TcpProxy, file: Path) -> None:
    store = store_of(way.url, timeout=5)
    way.cut_at = SIZE * 7 // 8  # more than can be under way at once, so that some parts have come through
    assert refusal(store.upload_file, file, "box", "key").code is ErrorCode.UNAVAILABLE
    way.heal()
    assert names(store.list("box")) == []
    store.upload_file(file, "box", "key")
    assert way.up < SIZE
    way.heal()
    way.cut_at = SIZE * 3 // 4
    target = file.with_name("target.bin")
    assert refusal(store.download_file, "box", "key", target).code is ErrorCode.UNAVAILABLE
    assert not target.exists()
    way.heal()
    store.download_file("box", "key", target)
    assert way.down < SIZE
    assert target.read_bytes() == content(SIZE)


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_a_server_that_falls_silent(way: TcpProxy, file: Path, attempt: str) -> None:
    put(store_of(way.url), "there", b"before" * MIB)
    store = store_of(way.url, timeout=0.5)
    way.silent_at = 0
    error = refusal(ATTEMPTS[attempt], store, file)
    assert error.code is ErrorCode.UNAVAILABLE
    assert "does not answer in time" in error.message
    assert way.url in error.message
    assert not file.with_name("out").exists()


@pytest.mark.parametrize(("user", "secret"), [("tester", "wrong-secret"), ("stranger", "testing-secret")])
def test_credentials_that_are_wrong(minio: ObjectServer, file: Path, user: str, secret: str) -> None:
    minio.sdk.make_bucket("box")
    put(store_of(minio.url), "there", b"before")
    store = store_of(minio.url, user=user, secret=secret)
    for attempt in ("list", "read", "upload", "download"):
        error = refusal(ATTEMPTS[attempt], store, file)
        assert error.code is ErrorCode.PERMISSION_DENIED
        assert "Check MINIO_ACCESS_KEY and MINIO_SECRET_KEY." in error.message
        assert secret not in error.message
    assert names(store_of(minio.url).list("box")) == ["there"]


def test_a_name_below_which_the_server_keeps_its_own(running: Callable[[str], ObjectServer]) -> None:
    """SeaweedFS keeps the versions of `key` below `key.versions`, and lets no object take that place."""
    real = running("seaweedfs")
    store = store_of(real.url)
    store.create_bucket("box")
    try:
        put(store, "key.versions/one")
        error = refusal(put, store, "key.versions")
        assert error.code is ErrorCode.CONFLICT
        assert "Other objects are kept below that name" in error.message
        assert store.read("box", "key.versions/one") == b"x"
    finally:
        store.delete("box", "key.versions/one")
        real.clean()


def test_a_clock_that_is_wrong(minio: ObjectServer, monkeypatch: pytest.MonkeyPatch) -> None:
    utcnow = minio_time.utcnow
    with monkeypatch.context() as patch:
        patch.setattr(minio_time, "utcnow", lambda: utcnow() + timedelta(hours=1))
        error = refusal(store_of(minio.url).buckets)
    assert error.code is ErrorCode.PERMISSION_DENIED
    assert "differ by more than 15 minutes: set this machine's clock" in error.message
    assert minio.url in error.message
