"""One run in progress: its request, where its files lie, and the state of its tasks as reported so far."""

import asyncio
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from standalone.engine import configuration, ir
from standalone.engine.buckets import Buckets
from standalone.engine.cache import Cache
from standalone.engine.contract import (
    LOGS_FOLDER,
    TMP_FOLDER,
    Caching,
    EngineError,
    Failure,
    RunRequest,
    State,
    TaskEvent,
    TaskKind,
    Values,
)
from standalone.engine.journal import Journal

_EXTRA_SLOTS = 4
"""Steps beyond the number of cores that may run at once, since many of them wait for something other than a core."""


@dataclass(frozen=True)
class Node:
    """A task as a place in the tree of tasks of a run."""

    run_id: str
    name: str
    path: str
    kind: TaskKind
    parent_task_id: str | None = None
    attempt: int = 1

    @property
    def task_id(self) -> str:
        """The same in every attempt to execute the run."""
        return str(uuid5(NAMESPACE_URL, f"{self.run_id}/{self.path}"))

    def child(self, name: str, kind: TaskKind) -> "Node":
        """The place of a task within this one."""
        path = f"{self.path}/{name}" if self.path else name
        return Node(self.run_id, name, path, kind, self.task_id)


@dataclass(frozen=True)
class Outcome:
    """How a task ended. `omitted` tells a task that never started because something before it failed from one whose condition was false."""

    state: State
    outputs: Values
    message: str = ""
    omitted: bool = False

    @property
    def completed(self) -> bool:
        """Whether the tasks after it may go on: it succeeded, or its condition was false."""
        return self.state is State.SUCCEEDED or (self.state is State.SKIPPED and not self.omitted)


class Run:
    """What every part of the engine needs to know about the run it works for."""

    def __init__(self, folder: Path, request: RunRequest, journal: Journal) -> None:
        self.folder = folder
        self.request = request
        self.journal = journal
        self.pipeline = ir.parse(request.pipeline_spec)
        self.buckets = Buckets(request.buckets)
        self.cache = Cache(request.cache, self.buckets)
        slots = (os.cpu_count() or 1) + _EXTRA_SLOTS
        self.slots = asyncio.Semaphore(min(slots, configuration.parallelism(request.platform_spec) or slots))
        self.root_folder = self._root_folder()
        self.earlier = {path: task for path, task in journal.tasks.items() if task.state is State.SUCCEEDED}

    def _root_folder(self) -> Path:
        request = self.request
        uri = request.pipeline_root or f"minio://mlpipeline/v2/artifacts/{request.pipeline_name}/{request.run_id}"
        folder = self.buckets.path(uri)
        if folder is None:
            raise EngineError(f"The pipeline root '{uri}' is not in a bucket of this platform. Use minio://<bucket>/<folder>.")
        if request.run_id not in folder.parts:
            folder = folder / request.pipeline_name / request.run_id
        return folder.resolve()

    def output_folder(self, node: Node) -> Path:
        """Where the artifacts of a step lie."""
        return self.root_folder / node.path

    def scratch_folder(self, node: Node) -> Path:
        """Where a step may write what nobody keeps."""
        return self.folder / TMP_FOLDER / node.path

    def log_file(self, node: Node) -> Path:
        """Where a step's output goes."""
        return self.folder / LOGS_FOLDER / f"{node.path}.log"

    def names(self, node: Node) -> dict[str, str]:
        """The placeholders that name the run and a task, with their values."""
        request = self.request
        return {
            "pipeline_job_name": request.display_name,
            "pipeline_job_resource_name": self.resource_name,
            "pipeline_job_uuid": request.run_id,
            "pipeline_job_create_time_utc": _rfc3339(request.create_time),
            "pipeline_job_schedule_time_utc": _rfc3339(request.schedule_time or request.create_time),
            "pipeline_root": str(self.root_folder),
            "pipeline_task_name": node.name,
            "pipeline_task_uuid": node.task_id,
        }

    @property
    def resource_name(self) -> str:
        """A name of this execution that is unique and readable, as the workflow's name is on a cluster."""
        return f"{self.request.pipeline_name}-{self.request.run_id}"

    def report(
        self,
        node: Node,
        state: State,
        message: str = "",
        *,
        inputs: Values | None = None,
        outputs: Values | None = None,
        caching: Caching | None = None,
        log: Path | None = None,
    ) -> None:
        """Record a state of a task."""
        event = TaskEvent(
            task_id=node.task_id,
            name=node.name,
            path=node.path,
            parent_task_id=node.parent_task_id,
            kind=node.kind,
            state=state,
            error=Failure(message=message) if message else None,
            attempt=node.attempt,
            cached=state is State.SUCCEEDED and caching is not None and caching.miss is None,
            caching=caching,
            inputs=inputs or Values(),
            outputs=outputs or Values(),
            log=str(log.relative_to(self.folder)) if log else None,
        )
        self.journal.task(event)


def _rfc3339(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")
