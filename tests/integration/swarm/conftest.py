"""What tests of the conversation's keeping share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from swarm.store import Store


@pytest.fixture
def store(tmp_path: Path, database_url: str | None) -> Iterator[Store]:
    """An empty store on each database."""
    opened = Store.open(tmp_path, database_url)
    yield opened
    opened.close()
