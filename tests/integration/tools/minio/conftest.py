"""Each kind of object store with an empty bucket; a server is started once by each worker of the tests, when first needed."""

import random
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from evals.object_server import PROGRAMS, ObjectServer, store_of
from standalone.objects import FolderStore
from tests.integration.tools.minio.stores import KEYS, put
from tests.object_servers import server
from tools.minio.store import ObjectStore

STORES = ["folder", *PROGRAMS]


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], ObjectServer]]:
    """The running server of a kind: `running("minio")`."""
    started: list[ObjectServer] = []

    @cache
    def start(name: str) -> ObjectServer:
        made = server(name, tmp_path_factory.mktemp(name))
        started.append(made)
        made.start()
        return made

    yield start
    for one in started:
        one.kill()


@pytest.fixture(params=STORES)
def kind(request: pytest.FixtureRequest) -> str:
    """Which kind of object store this test runs on."""
    return str(request.param)


@pytest.fixture
def store(kind: str, tmp_path: Path, running: Callable[[str], ObjectServer]) -> Iterator[ObjectStore]:
    """A store of this kind with the empty bucket `box`."""
    if kind == "folder":
        folder = FolderStore(tmp_path / "store", base_url="http://127.0.0.1:7860")
        folder.create_bucket("box")
        yield folder
        return
    real = running(kind)
    made = store_of(real.url)
    made.create_bucket("box")
    yield made
    real.clean()


@pytest.fixture
def filled(store: ObjectStore) -> ObjectStore:
    """The same with objects of all sorts of names, written in no order."""
    for key in random.Random(1).sample(KEYS, len(KEYS)):
        put(store, key, key.encode())
    return store


@pytest.fixture
def minio(running: Callable[[str], ObjectServer]) -> Iterator[ObjectServer]:
    """The running MinIO, emptied afterwards."""
    real = running("minio")
    yield real
    real.clean()
