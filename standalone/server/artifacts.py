"""Artifacts by who wrote and who read them: the lineage behind the URIs that tasks report."""

import uuid
from collections.abc import Iterator
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Select, delete, func, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert

from standalone.engine import Artifact, TaskEvent, TaskKind
from standalone.server.database import artifact_uses, artifacts, tasks

Direction = Literal["inputs", "outputs"]
TASK_NAME = tasks.c.event["name"].as_string()
_IDS = uuid.UUID("6f1d0f0e-5c0b-4f5e-9a53-0d2c8f6a7b11")


def record_artifacts(connection: Connection, run_id: str, task: TaskEvent, time: str) -> None:
    """Replace what is known of the artifacts that this task read and wrote."""
    mine = (artifact_uses.c.run_id == run_id) & (artifact_uses.c.task_id == task.task_id)
    connection.execute(delete(artifact_uses).where(mine))
    uses = [
        {
            "run_id": run_id,
            "task_id": task.task_id,
            "direction": direction,
            "name": name,
            "position": position,
            "artifact_id": _artifact_id(connection, run_id, task, artifact, f"{direction}/{name}/{position}", time),
        }
        for direction, name, position, artifact in _artifacts(task)
    ]
    if uses:
        connection.execute(insert(artifact_uses), uses)


def select_artifacts(*columns: ColumnElement[str]) -> Select[*tuple[Any, ...]]:
    """Query for the fields of `ArtifactRecord`, with more columns of joined tables."""
    made_by = (tasks.c.run_id == artifacts.c.run_id) & (tasks.c.task_id == artifacts.c.task_id)
    return select(artifacts, func.coalesce(TASK_NAME, "").label("task"), *columns).select_from(artifacts).outerjoin(tasks, made_by)


def delete_artifacts(connection: Connection, run_id: str) -> None:
    """Forget the artifacts that a run made or took from the cache, but for those that other runs refer to."""
    of_run = artifact_uses.c.run_id == run_id
    used = connection.execute(select(artifact_uses.c.artifact_id).where(of_run)).scalars().all()
    connection.execute(delete(artifact_uses).where(of_run))
    elsewhere = select(artifact_uses.c.artifact_id).where(artifact_uses.c.artifact_id == artifacts.c.artifact_id).exists()
    known = (artifacts.c.run_id == run_id) | artifacts.c.artifact_id.in_(used)
    connection.execute(delete(artifacts).where(known, ~elsewhere))


def _artifacts(task: TaskEvent) -> Iterator[tuple[Direction, str, int, Artifact]]:
    for name, listed in task.inputs.artifacts.items():
        yield from (("inputs", name, position, artifact) for position, artifact in enumerate(listed))
    for name, listed in task.outputs.artifacts.items():
        yield from (("outputs", name, position, artifact) for position, artifact in enumerate(listed))


def _artifact_id(connection: Connection, run_id: str, task: TaskEvent, artifact: Artifact, place: str, time: str) -> str:
    """The ID of the artifact at this place of the task: a new one when the task made it, else the one with the same URI.

    Sub-pipelines hand on what their steps made, and a cached step what an earlier run made.
    """
    makes = place.startswith("outputs/") and task.kind in (TaskKind.CONTAINER, TaskKind.IMPORTER) and not task.cached
    if not makes:
        same = select(artifacts.c.artifact_id).where(artifacts.c.uri == artifact.uri)
        nearest = same.order_by((artifacts.c.run_id == run_id).desc(), artifacts.c.created_at.desc()).limit(1)
        known = connection.execute(nearest).scalar_one_or_none()
        if known is not None:
            return str(known)
    row = {
        "artifact_id": str(uuid.uuid5(_IDS, f"{run_id}/{task.task_id}/{place}")),
        "run_id": run_id,
        "task_id": task.task_id,
        "name": artifact.name,
        "type": artifact.type,
        "uri": artifact.uri,
        "created_at": time,
        "metadata": artifact.metadata,
    }
    changed = {name: row[name] for name in ("name", "type", "uri", "metadata")}
    connection.execute(upsert(artifacts).values(row).on_conflict_do_update(index_elements=["artifact_id"], set_=changed))
    return str(row["artifact_id"])
