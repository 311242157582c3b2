"""Fixtures shared by all tests: a home of one's own, and a platform in it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from standalone.platform import stop_server


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests see none of the settings of whoever runs them."""
    for name in list(os.environ):
        if name.startswith(("SWARM_", "OPENAI_", "KFP_", "MINIO_", "CHROMA_", "DATABASE_", "SLACK_")):
            monkeypatch.delenv(name)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home whose pipeline server, if one was started, is stopped in the end."""
    folder = tmp_path_factory.mktemp("home")
    yield folder
    stop_server(folder)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write tests/golden/ anew instead of comparing with it")


@pytest.fixture(scope="session")
def update_golden(pytestconfig: pytest.Config) -> bool:
    return bool(pytestconfig.getoption("--update-golden"))
