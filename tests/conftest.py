"""Fixtures shared by all tests: a home of one's own, and a platform in it."""

import gc
import os

# Threads of linear algebra that wait for each other take the time of those who work; before anything imports numpy.
os.environ |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from standalone.platform import stop_server
from tests.postgres import PostgresServer, postgres_server
from ui.web.stubs import leave_out_stubs

leave_out_stubs()

# How fast a busy machine is, is not what these tests are about.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests see none of the settings of whoever runs them."""
    for name in list(os.environ):
        if name.startswith(("SWARM_", "OPENAI_", "KFP_", "MINIO_", "CHROMA_", "DATABASE_", "SLACK_", "OTEL_")):
            monkeypatch.delenv(name)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home whose pipeline server, if one was started, is stopped in the end."""
    folder = tmp_path_factory.mktemp("home")
    yield folder
    stop_server(folder)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server for the whole session; take a database of your own from it."""
    with postgres_server() as server:
        yield server


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str | None:
    """An empty database: None for SQLite in the home, an address for PostgreSQL. Tests that use it run on both."""
    if request.param == "sqlite":
        return None
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.database()


TOGETHER = ("tests/e2e/", "tests/integration/tools/minio/")
"""Folders whose tests share servers or a browser for the whole session, and so stay with one worker. They take long: they come first."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: not item.nodeid.startswith(TOGETHER))


class FolderScheduling(LoadFileScheduling):
    """Gives a file, or one of these folders, to one worker."""

    def _split_scope(self, nodeid: str) -> str:
        return next((folder for folder in TOGETHER if nodeid.startswith(folder)), super()._split_scope(nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> FolderScheduling | None:
    return FolderScheduling(config, log) if config.getoption("dist") == "loadfile" else None


def pytest_collection() -> None:
    gc.disable()


def pytest_collection_finish() -> None:
    """Modules and tests stay to the end; looking for garbage among them, again and again, would take longer than many a test."""
    gc.freeze()
    gc.enable()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write tests/golden/ anew instead of comparing with it")


@pytest.fixture(scope="session")
def update_golden(pytestconfig: pytest.Config) -> bool:
    return bool(pytestconfig.getoption("--update-golden"))
