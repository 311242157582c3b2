"""Artifacts of runs, and who wrote and read what lies under a URI."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel
from sqlalchemy import Connection, select

from standalone.server.database import artifact_uses, artifacts, runs, tasks
from standalone.server.errors import error_responses
from standalone.server.models import ArtifactRecord
from standalone.server.runs import find_run
from standalone.server.services import ServicesDep

router = APIRouter(prefix="/apis/v2beta1", tags=["artifacts"], responses=error_responses(400, 401, 403, 404))


class ArtifactList(BaseModel):
    """Artifacts of a run."""

    artifacts: list[ArtifactRecord]


class Reader(BaseModel):
    """A task that read an artifact."""

    run_id: str
    task_id: str
    task: str


class Lineage(BaseModel):
    """An artifact with who wrote and who read it; `run` and `task` are names, empty when the run has been deleted."""

    artifact: ArtifactRecord
    run: str
    task: str
    read_by: list[Reader]


class LineageList(BaseModel):
    """Everything recorded under one URI, the latest first."""

    artifacts: list[Lineage]


@router.get("/runs/{run_id}/artifacts")
def list_run_artifacts(run_id: Annotated[str, Path(description="ID of the run")], services: ServicesDep) -> ArtifactList:
    """List the artifacts that a run wrote, or took from the cache."""
    services.progress.update(run_id)
    with services.database.read() as connection:
        find_run(connection, run_id)
        query = (
            select(artifacts)
            .distinct()
            .join(artifact_uses, artifact_uses.c.artifact_id == artifacts.c.artifact_id)
            .where(artifact_uses.c.run_id == run_id, artifact_uses.c.direction == "outputs")
            .order_by(artifacts.c.created_at, artifacts.c.artifact_id)
        )
        rows = connection.execute(query).mappings().all()
    return ArtifactList(artifacts=[ArtifactRecord.model_validate(dict(row)) for row in rows])


@router.get("/artifacts")
def find_artifacts(uri: Annotated[str, Query(min_length=1, max_length=4000)], services: ServicesDep) -> LineageList:
    """Find what is recorded under a URI: who wrote it, who read it."""
    with services.database.read() as connection:
        query = select(artifacts).where(artifacts.c.uri == uri).order_by(artifacts.c.created_at.desc(), artifacts.c.artifact_id)
        records = [ArtifactRecord.model_validate(dict(row)) for row in connection.execute(query).mappings()]
        return LineageList(artifacts=[_lineage(connection, record) for record in records])


def _lineage(connection: Connection, record: ArtifactRecord) -> Lineage:
    readers = (
        select(artifact_uses.c.run_id, artifact_uses.c.task_id, _TASK_NAME.label("task"))
        .distinct()
        .join(tasks, (tasks.c.run_id == artifact_uses.c.run_id) & (tasks.c.task_id == artifact_uses.c.task_id))
        .where(artifact_uses.c.artifact_id == record.artifact_id, artifact_uses.c.direction == "inputs")
        .order_by(tasks.c.create_time)
    )
    run = connection.execute(select(runs.c.display_name).where(runs.c.run_id == record.run_id)).scalar_one_or_none()
    task = connection.execute(
        select(_TASK_NAME).where(tasks.c.run_id == record.run_id, tasks.c.task_id == record.task_id)
    ).scalar_one_or_none()
    return Lineage(
        artifact=record,
        run=run or "",
        task=task or "",
        read_by=[Reader.model_validate(dict(row)) for row in connection.execute(readers).mappings()],
    )


_TASK_NAME = tasks.c.event["name"].as_string()
