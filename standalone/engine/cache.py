"""Results of earlier executions, found again by a fingerprint of the command and the inputs."""

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from google.protobuf import json_format
from pydantic import BaseModel, ValidationError

from standalone.engine.buckets import Buckets
from standalone.engine.command import Command
from standalone.engine.contract import Artifact, CacheMiss, Caching, Values

if TYPE_CHECKING:
    from kfp.pipeline_spec import pipeline_spec_pb2 as pb


class Identity(BaseModel):
    """What a step is, in digests: of its command with everything around it, and of each of its inputs."""

    command: str
    inputs: dict[str, str]

    @property
    def fingerprint(self) -> str:
        """One digest of it all."""
        return _digest(self.model_dump())


class _Entry(BaseModel):
    identity: Identity
    run_id: str
    outputs: Values
    files: list[str]
    """Addresses of the outputs that are files; others, like metrics, live in their metadata alone."""


def identify(
    command: Command,
    component: "pb.ComponentSpec",
    container: "pb.PipelineDeploymentConfig.PipelineContainerSpec",
    key: str,
    given: Values,
    buckets: Buckets,
) -> Identity:
    """The identity of a step: an artifact counts as the same while its address, metadata and the files there are the same.

    What a step may use, and the version of the SDK that compiled it, are no part of it.
    """
    variables = {one.name: one.value for one in container.env}
    outputs = json_format.MessageToDict(component.output_definitions)
    inputs = {name: _digest(value) for name, value in given.parameters.items()}
    inputs |= {name: _digest([_artifact(one, buckets) for one in found]) for name, found in given.artifacts.items()}
    return Identity(command=_digest([asdict(command), container.image, variables, outputs, key]), inputs=inputs)


class Cache:
    """A folder with one file for each result, and one for the latest execution of each task, to tell what changed."""

    def __init__(self, folder: Path, buckets: Buckets) -> None:
        self._folder = folder
        self._buckets = buckets

    def find(self, task: str, identity: Identity) -> tuple[Values | None, Caching]:
        """The outputs of an earlier execution with the same identity, if they still exist; and what to say about it."""
        caching = Caching(fingerprint=identity.fingerprint)
        entry = _read(self._result(identity))
        if entry and all(self._exists(uri) for uri in entry.files):
            return entry.outputs, caching.model_copy(update={"run_id": entry.run_id})
        latest = _read(self._latest(task))
        if latest is None or latest.identity == identity:
            return None, caching.model_copy(update={"miss": CacheMiss.NO_EARLIER_RESULT})
        if latest.identity.command != identity.command:
            return None, caching.model_copy(update={"miss": CacheMiss.COMMAND_CHANGED})
        before, now = latest.identity.inputs, identity.inputs
        changed = sorted(name for name in before.keys() | now.keys() if before.get(name) != now.get(name))
        return None, caching.model_copy(update={"miss": CacheMiss.INPUTS_CHANGED, "changed": changed})

    def store(self, task: str, identity: Identity, run_id: str, outputs: Values) -> None:
        """Keep a result for later runs."""
        files = [one.uri for found in outputs.artifacts.values() for one in found if self._exists(one.uri)]
        entry = _Entry(identity=identity, run_id=run_id, outputs=outputs, files=files).model_dump_json()
        for path in (self._result(identity), self._latest(task)):
            path.parent.mkdir(parents=True, exist_ok=True)
            draft = path.with_name(f"{path.name}.{uuid4().hex}")
            draft.write_text(entry)
            draft.replace(path)

    def _result(self, identity: Identity) -> Path:
        return self._folder / "results" / f"{identity.fingerprint}.json"

    def _latest(self, task: str) -> Path:
        return self._folder / "latest" / f"{_digest(task)}.json"

    def _exists(self, uri: str) -> bool:
        path = self._buckets.path(uri)
        return path is not None and path.exists()


def _read(path: Path) -> _Entry | None:
    try:
        return _Entry.model_validate_json(path.read_bytes())
    except (FileNotFoundError, ValidationError):
        return None


def _artifact(artifact: Artifact, buckets: Buckets) -> list[object]:
    path = Path(buckets.local(artifact.uri))
    return [artifact.uri, artifact.type, artifact.metadata, sorted(_files(path)) if path.is_absolute() else []]


def _files(path: Path) -> Iterator[tuple[str, int, int]]:
    """Name, size and time of every file of an artifact."""
    found = [path] if path.is_file() else [Path(folder, name) for folder, _, names in os.walk(path) for name in names]
    for file in found:
        status = file.lstat()
        yield str(file.relative_to(path)), status.st_size, status.st_mtime_ns


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
