"""The platform of a single machine, for where no cluster is configured: found through an entry point, so that it stays replaceable."""

from collections.abc import Collection
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import Protocol, cast

from swarm.errors import SwarmError
from tools.minio.store import ObjectStore

GROUP = "mlops_swarm.platform"


class Uploader(Protocol):
    """Takes sample pipelines."""

    def pipeline_names(self) -> Collection[str]:
        """Names of all pipelines there are."""

    def upload(self, name: str, description: str, package: bytes) -> None:
        """Create a pipeline from a compiled package."""


class Writer(Protocol):
    """Takes sample objects."""

    def bucket_exists(self, bucket: str) -> bool:
        """Whether the bucket is there."""

    def create_bucket(self, bucket: str) -> None:
        """Create a bucket."""

    def object_exists(self, bucket: str, key: str) -> bool:
        """Whether the object is there."""

    def put(self, bucket: str, key: str, content: bytes) -> None:
        """Write an object."""


class Samples(Protocol):
    """What loading the samples did, by name."""

    @property
    def pipelines_added(self) -> list[str]:
        """Pipelines that were not there before."""

    @property
    def objects_added(self) -> list[str]:
        """Objects that were not there before, as `bucket/key`."""


class Platform(Protocol):
    """A pipeline server and an object store on this machine. `home` is the folder all of it lives in."""

    def pipelines(self, home: Path) -> tuple[str, str]:
        """Address and token of the home's pipeline server, which is started when it does not run."""

    def objects(self, home: Path, web_url: str | None) -> ObjectStore:
        """The home's object store; its share links lead to the web page at `web_url`."""

    def load_samples(self, uploader: Uploader, writer: Writer) -> Samples:
        """Add the sample pipelines and data that are missing."""

    def stop(self, home: Path) -> bool:
        """End the home's server; its runs go on. Tells whether there was one."""

    def running(self, home: Path) -> str | None:
        """The address of the home's server if it runs."""


@cache
def find_platform() -> Platform:
    """The installed single-machine platform.

    Raises:
        SwarmError: none is installed.
    """
    for entry in entry_points(group=GROUP):
        return cast(Platform, entry.load()())
    raise SwarmError("no local platform is installed; set KFP_ENDPOINT and MINIO_ENDPOINT.")
