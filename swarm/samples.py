"""Sample pipelines and data, brought in through the same clients that tools use."""

import fcntl
import io
import logging
import tempfile
from collections.abc import Collection
from pathlib import Path

from swarm.platform import Platform, Samples
from tools.kfp.client import Kfp
from tools.minio.store import ObjectStore
from tools.result import ErrorCode, ToolError
from tools.services import Services

log = logging.getLogger(__name__)


class KfpUploader:
    """Uploads sample pipelines to Kubeflow Pipelines."""

    def __init__(self, kfp: Kfp) -> None:
        self._kfp = kfp

    def pipeline_names(self) -> Collection[str]:
        """Names of the pipelines there are."""
        return {p.name for p in self._kfp.pipelines()[0]}

    def upload(self, name: str, description: str, package: bytes) -> None:
        """Create a pipeline from a compiled package."""
        with tempfile.NamedTemporaryFile(suffix=".yaml") as file:
            file.write(package)
            file.flush()
            self._kfp.upload(Path(file.name), name, description)


class StoreWriter:
    """Writes sample objects into an object store."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def bucket_exists(self, bucket: str) -> bool:
        """Whether the bucket is there."""
        return any(b.name == bucket for b in self._store.buckets())

    def create_bucket(self, bucket: str) -> None:
        """Create a bucket."""
        self._store.create_bucket(bucket)

    def object_exists(self, bucket: str, key: str) -> bool:
        """Whether the object is there."""
        try:
            self._store.stat(bucket, key)
        except ToolError as error:
            if error.code is ErrorCode.NOT_FOUND:
                return False
            raise
        return True

    def put(self, bucket: str, key: str, content: bytes) -> None:
        """Write an object."""
        self._store.put(bucket, key, io.BytesIO(content), len(content))


def load_samples(services: Services, platform: Platform) -> Samples:
    """Add the samples that are missing to the configured backends.

    Raises:
        ToolError: a backend refused or does not answer.
    """
    return platform.load_samples(KfpUploader(services.get(Kfp)), StoreWriter(services.get(ObjectStore)))


def first_start(services: Services, platform: Platform, home: Path) -> None:
    """Load the samples once in the life of a home; several processes may try at the same time. What fails is tried again next time."""
    marker = home / "samples-loaded"
    if marker.exists():
        return
    home.mkdir(parents=True, exist_ok=True)
    with (home / "samples.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if marker.exists():
            return
        try:
            load_samples(services, platform)
            marker.touch()
        except ToolError as error:
            log.warning("the samples could not be loaded: %s", error.message)
