from collections.abc import Iterator
from pathlib import Path

import pytest
from kfp import Client, compiler

from standalone.platform import ServerAddress, ensure_server, server_status, stop_server
from tests.integration.standalone.server.support import PIPELINES, connect


@pytest.fixture(scope="session")
def packages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Path of the compiled package of every pipeline, by name."""
    folder = tmp_path_factory.mktemp("packages")
    for name, pipeline in PIPELINES.items():
        compiler.Compiler().compile(pipeline, str(folder / f"{name}.yaml"))
    return {name: str(folder / f"{name}.yaml") for name in PIPELINES}


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="session")
def server(home: Path) -> Iterator[ServerAddress]:
    yield ensure_server(home)
    stop_server(home)


@pytest.fixture(scope="session")
def client(server: ServerAddress) -> Client:
    return connect(server)


@pytest.fixture
def own_home(tmp_path: Path) -> Iterator[Path]:
    """A home whose server the test starts, kills and restarts as it likes."""
    yield tmp_path
    if server_status(tmp_path):
        stop_server(tmp_path)
