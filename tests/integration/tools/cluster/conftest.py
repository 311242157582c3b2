"""A cluster with two trained models, and the tools that ask it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from standalone.objects import FolderStore
from tests.integration.tools.cluster.runs import training
from tests.integration.tools.kfp_cluster import NAMESPACE, Cluster, pod, serving
from tests.integration.tools.kfp_world import PAGE
from tests.integration.tools.mlmd import Mlmd, opened_mlmd
from tests.unit.tools.calling import answer, services
from tools.kfp.client import Kfp
from tools.kfp.settings import KfpSettings
from tools.result import ToolResult


@pytest.fixture(scope="module")
def mlmd() -> Iterator[Mlmd]:
    with opened_mlmd() as opened:
        yield opened


@pytest.fixture(scope="module")
def busy(mlmd: Mlmd) -> Iterator[Cluster]:
    """A cluster with two trained models, whose pods are still there."""
    with serving(mlmd) as cluster:
        cluster.add(training(1, 0.8))
        cluster.add(training(2, 0.9, c=10.0))
        cluster.pods = {pod(f"fit-{run}", step): f"step {step} of fit-{run}\nall is well\n" for run in (1, 2) for step in (1, 2, 3)}
        yield cluster


@pytest.fixture
def cluster(busy: Cluster) -> Iterator[Cluster]:
    before = list(busy.runs)
    yield busy
    busy.faults.clear()
    busy.runs[:] = before


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    made = FolderStore(tmp_path / "buckets")
    made.create_bucket("mlpipeline")
    return made


@pytest.fixture
def ask(cluster: Cluster, store: FolderStore) -> Callable[..., ToolResult]:
    """A tool's answer about this cluster."""
    kfp = Kfp(lambda: KfpSettings(endpoint=cluster.endpoint, namespace=NAMESPACE, timeout=5), lambda: store)
    world = services(store=store, kfp=kfp)

    def asked(tool: str, **arguments: Any) -> ToolResult:
        result = answer("kfp", tool, world, **arguments)
        assert len(result.content) <= PAGE
        return result

    return asked
