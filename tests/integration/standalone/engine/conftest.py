"""A platform of its own for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from standalone import engine
from tests.integration.standalone.engine.harness import Platform


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[Platform]:
    platform = Platform(tmp_path / "home")
    yield platform
    for folder in platform.started:
        engine.terminate(folder)
