"""A store of each kind, empty and filled."""

import random
from pathlib import Path

import pytest

from tests.unit.tools.minio.stores import KEYS, STORES, put
from tools.minio.store import ObjectStore


@pytest.fixture(params=sorted(STORES))
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStore:
    """A store of this kind with the empty bucket `box`."""
    made = STORES[request.param](tmp_path / "store")
    made.create_bucket("box")
    return made


@pytest.fixture
def filled(store: ObjectStore) -> ObjectStore:
    """The same with objects of all sorts of names, written in no order."""
    for key in random.Random(1).sample(KEYS, len(KEYS)):
        put(store, key, key.encode())
    return store
