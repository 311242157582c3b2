"""Tasks of a run: what upstream's run details say, and what they leave out (parameters, cache, logs, metadata)."""

import os
from collections import defaultdict
from pathlib import Path as FilePath
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, JsonValue
from sqlalchemy import Connection, select, text

from standalone.engine import Caching, TaskEvent, TaskKind
from standalone.server.artifacts import select_artifacts
from standalone.server.database import artifact_uses, artifacts, runs, tasks
from standalone.server.errors import NotFoundError, error_responses
from standalone.server.models import ArtifactIds, ArtifactRecord, ChildTask, RuntimeState, StateChange, Status, TaskDetail, Timestamp
from standalone.server.services import ServicesDep

DEFAULT_TAIL_BYTES = 64 * 2**10
MAX_TAIL_BYTES = 8 * 2**20

router = APIRouter(prefix="/apis/v2beta1", tags=["tasks"])
RunId = Annotated[str, Path(description="ID of the run")]
Used = defaultdict[tuple[str, str], defaultdict[str, list[ArtifactRecord]]]


class TaskValues(BaseModel):
    """Inputs or outputs of a task."""

    parameters: dict[str, JsonValue]
    artifacts: dict[str, list[ArtifactRecord]]


class Task(BaseModel):
    """One task of a run with everything that is known of it.

    `path` is unique in the run; `caching` says why a step was executed although caching exists, or whose result was taken.
    """

    task_id: str
    display_name: str
    path: str
    kind: TaskKind
    state: RuntimeState
    error: str | None = None
    attempt: int
    cached: bool
    caching: Caching | None = None
    create_time: Timestamp
    start_time: Timestamp | None = None
    end_time: Timestamp | None = None
    parent_task_id: str | None = None
    inputs: TaskValues
    outputs: TaskValues
    log_available: bool


class TaskList(BaseModel):
    """All tasks of a run, in the order in which they were first heard of."""

    tasks: list[Task]


@router.get("/runs/{run_id}/tasks", response_model_exclude_none=True, responses=error_responses(400, 401, 403, 404))
def list_tasks(run_id: RunId, services: ServicesDep) -> TaskList:
    """List the tasks of a run with parameters, artifacts, cache and attempts."""
    services.progress.update(run_id)
    folder = services.progress.folder / run_id
    with services.database.read() as connection:
        _require_run(connection, run_id)
        used = _used_artifacts(connection, run_id)
        return TaskList(tasks=[_to_task(row, used, folder) for row in _task_rows(connection, run_id)])


@router.get("/runs/{run_id}/tasks/{task_id}/log", response_class=PlainTextResponse, responses=error_responses(400, 401, 403, 404))
def get_task_log(
    run_id: RunId,
    task_id: Annotated[str, Path(description="ID of the task")],
    services: ServicesDep,
    tail: Annotated[int, Query(ge=1, le=MAX_TAIL_BYTES, description="At most this many bytes")] = DEFAULT_TAIL_BYTES,
    offset: Annotated[int | None, Query(ge=0, lt=2**63, description="From this byte on, instead of the end")] = None,
) -> PlainTextResponse:
    """Read what a task printed: the end of it, or `tail` bytes from `offset` on."""
    services.progress.update(run_id)
    with services.database.read() as connection:
        query = select(tasks.c.event).where(tasks.c.run_id == run_id, tasks.c.task_id == task_id)
        document = connection.execute(query).scalar_one_or_none()
    if document is None:
        raise NotFoundError(f"Run {run_id!r} has no task {task_id!r}.")
    log = _log_file(services.progress.folder / run_id, TaskEvent.model_validate(document))
    if log is None:
        raise NotFoundError(f"Task {document['name']!r} has printed nothing (a task that never ran or was cached has no log).")
    with log.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - tail) if offset is None else min(offset, size))
        return PlainTextResponse(file.read(tail).decode("utf-8", "replace"))


def task_details(connection: Connection, run_id: str) -> list[TaskDetail]:
    """The tasks of a run as upstream's run details list them."""
    rows = _task_rows(connection, run_id)
    used = _used_artifacts(connection, run_id)
    events = {row["task_id"]: TaskEvent.model_validate(row["event"]) for row in rows}
    children: defaultdict[str | None, list[ChildTask]] = defaultdict(list)
    for task_id, event in events.items():
        children[event.parent_task_id].append(ChildTask(task_id=task_id))
    return [
        TaskDetail(
            run_id=run_id,
            task_id=row["task_id"],
            display_name=events[row["task_id"]].name,
            create_time=row["create_time"],
            start_time=row["start_time"] or None,
            end_time=row["end_time"] or None,
            state=row["state"],
            state_history=[StateChange.model_validate(change) for change in row["state_history"]],
            error=_status(events[row["task_id"]]),
            inputs=_artifact_ids(used[row["task_id"], "inputs"]),
            outputs=_artifact_ids(used[row["task_id"], "outputs"]),
            parent_task_id=events[row["task_id"]].parent_task_id,
            child_tasks=children[row["task_id"]],
        )
        for row in rows
    ]


def _require_run(connection: Connection, run_id: str) -> None:
    if connection.execute(select(runs.c.run_id).where(runs.c.run_id == run_id)).first() is None:
        raise NotFoundError(f"Run {run_id!r} not found.")


def _task_rows(connection: Connection, run_id: str) -> list[dict[str, Any]]:
    query = select(tasks).where(tasks.c.run_id == run_id).order_by(text("rowid"))
    return [dict(row) for row in connection.execute(query).mappings()]


def _used_artifacts(connection: Connection, run_id: str) -> Used:
    """The artifacts of every task of a run, by task ID and direction, then by name."""
    query = (
        select_artifacts(artifact_uses.c.task_id.label("user"), artifact_uses.c.direction, artifact_uses.c.name.label("key"))
        .join(artifact_uses, artifact_uses.c.artifact_id == artifacts.c.artifact_id)
        .where(artifact_uses.c.run_id == run_id)
        .order_by(artifact_uses.c.name, artifact_uses.c.position)
    )
    used: Used = defaultdict(lambda: defaultdict(list))
    for row in connection.execute(query).mappings():
        used[row["user"], row["direction"]][row["key"]].append(ArtifactRecord.model_validate(dict(row)))
    return used


def _artifact_ids(listed: dict[str, list[ArtifactRecord]]) -> dict[str, ArtifactIds]:
    return {name: ArtifactIds(artifact_ids=[record.artifact_id for record in records]) for name, records in listed.items()}


def _status(event: TaskEvent) -> Status | None:
    return Status(code=13, message=event.error.message) if event.error else None


def _log_file(folder: FilePath, event: TaskEvent) -> FilePath | None:
    """The log of a task, unless it points out of the run's folder: the journal is written by a process that runs foreign code."""
    if event.log is None:
        return None
    log = (folder / event.log).resolve()
    return log if log.is_relative_to(folder.resolve()) and log.is_file() else None


def _to_task(row: dict[str, Any], used: Used, folder: FilePath) -> Task:
    event = TaskEvent.model_validate(row["event"])
    return Task(
        task_id=event.task_id,
        display_name=event.name,
        path=event.path,
        kind=event.kind,
        state=row["state"],
        error=event.error.message if event.error else None,
        attempt=event.attempt,
        cached=event.cached,
        caching=event.caching,
        create_time=row["create_time"],
        start_time=row["start_time"] or None,
        end_time=row["end_time"] or None,
        parent_task_id=event.parent_task_id,
        inputs=TaskValues(parameters=event.inputs.parameters, artifacts=used[event.task_id, "inputs"]),
        outputs=TaskValues(parameters=event.outputs.parameters, artifacts=used[event.task_id, "outputs"]),
        log_available=_log_file(folder, event) is not None,
    )
