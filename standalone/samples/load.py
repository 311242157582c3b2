"""Bring the sample world into a platform: upload the pipelines, fill the buckets, leave alone what is there already."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Protocol

from standalone.samples.data import BUCKETS
from standalone.yaml_data import read_yaml

OBJECTS = Path(__file__).with_name("objects")
"""The sample objects, as `bucket/key`."""


class PipelineUploader(Protocol):
    """What `load` needs of a pipeline server."""

    def pipeline_names(self) -> Collection[str]:
        """Names of all pipelines on the server."""

    def upload(self, name: str, description: str, package: bytes) -> None:
        """Create a pipeline with one version from a compiled YAML package."""


class ObjectWriter(Protocol):
    """What `load` needs of an object store."""

    def bucket_exists(self, bucket: str) -> bool:
        """Whether the bucket is there."""

    def create_bucket(self, bucket: str) -> None:
        """Create a bucket that is not there yet."""

    def object_exists(self, bucket: str, key: str) -> bool:
        """Whether the bucket holds an object under this key."""

    def put(self, bucket: str, key: str, content: bytes) -> None:
        """Write one object."""


@dataclass
class LoadReport:
    """What `load` added and what it found there and kept; objects as `bucket/key`."""

    pipelines_added: list[str] = field(default_factory=list)
    pipelines_kept: list[str] = field(default_factory=list)
    buckets_added: list[str] = field(default_factory=list)
    objects_added: list[str] = field(default_factory=list)
    objects_kept: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class SamplePipeline:
    """A compiled sample pipeline, ready to upload."""

    name: str
    description: str
    package: bytes


def sample_pipelines() -> Iterator[SamplePipeline]:
    """The compiled sample pipelines, sorted by name."""
    for package in sorted(files("standalone.samples").joinpath("compiled").iterdir(), key=lambda package: package.name):
        if package.name.endswith(".yaml"):
            content = package.read_bytes()
            info = read_yaml(content)["pipelineInfo"]
            yield SamplePipeline(info["name"], info["description"], content)


def shipped_objects() -> Iterator[tuple[str, str, Path]]:
    """Every sample object as bucket, key and the file with its content, sorted."""
    for bucket in BUCKETS:
        for file in sorted(path for path in (OBJECTS / bucket).rglob("*.*") if path.is_file()):
            yield bucket, file.relative_to(OBJECTS / bucket).as_posix(), file


def load(pipelines: PipelineUploader, store: ObjectWriter) -> LoadReport:
    """Add the sample pipelines and objects that are missing.

    What exists under the name of a sample stays as it is, whatever it holds, so that loading twice changes nothing. Errors of the two
    clients pass through; what was added until then stays, and loading again adds the rest.
    """
    report = LoadReport()
    existing = set(pipelines.pipeline_names())
    for pipeline in sample_pipelines():
        if pipeline.name in existing:
            report.pipelines_kept.append(pipeline.name)
        else:
            pipelines.upload(pipeline.name, pipeline.description, pipeline.package)
            report.pipelines_added.append(pipeline.name)

    for bucket in BUCKETS:
        if not store.bucket_exists(bucket):
            store.create_bucket(bucket)
            report.buckets_added.append(bucket)
    for bucket, key, file in shipped_objects():
        if store.object_exists(bucket, key):
            report.objects_kept.append(f"{bucket}/{key}")
        else:
            store.put(bucket, key, file.read_bytes())
            report.objects_added.append(f"{bucket}/{key}")
    return report
