"""Artifacts of runs, and who wrote and read what lies under a URI."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, StringConstraints
from sqlalchemy import Connection, select

from standalone.engine import TaskKind
from standalone.server.artifacts import TASK_NAME, select_artifacts
from standalone.server.database import artifact_uses, artifacts, runs, tasks
from standalone.server.errors import error_responses
from standalone.server.models import ArtifactRecord
from standalone.server.runs import find_run
from standalone.server.services import ServicesDep

router = APIRouter(prefix="/apis/v2beta1", tags=["artifacts"], responses=error_responses(400, 401, 403, 404))

Uri = Annotated[str, StringConstraints(min_length=1, max_length=4000)]
MOST = 200


class ArtifactList(BaseModel):
    """Artifacts of a run."""

    artifacts: list[ArtifactRecord]


class Reader(BaseModel):
    """A task that read an artifact; `run` is the name of its run."""

    run_id: str
    run: str
    task_id: str
    task: str


class Lineage(BaseModel):
    """An artifact with the name of the run that made it (empty when it has been deleted) and the steps that read it.

    `imported`: the run did not write it, but took what was there.
    """

    artifact: ArtifactRecord
    run: str
    imported: bool
    read_by: list[Reader]


class LineageList(BaseModel):
    """Everything recorded under these URIs, the latest first."""

    artifacts: list[Lineage]


@router.get("/runs/{run_id}/artifacts")
def list_run_artifacts(run_id: Annotated[str, Path(description="ID of the run")], services: ServicesDep) -> ArtifactList:
    """List the artifacts that a run made, or took from the cache."""
    services.progress.update(run_id)
    written = (artifact_uses.c.run_id == run_id) & (artifact_uses.c.direction == "outputs")
    query = (
        select_artifacts()
        .where(artifacts.c.artifact_id.in_(select(artifact_uses.c.artifact_id).where(written)))
        .order_by(artifacts.c.created_at, artifacts.c.artifact_id)
    )
    with services.database.read() as connection:
        find_run(connection, run_id)
        rows = connection.execute(query).mappings().all()
    return ArtifactList(artifacts=[ArtifactRecord.model_validate(dict(row)) for row in rows])


@router.get("/artifacts")
def find_artifacts(uri: Annotated[list[Uri], Query(min_length=1, max_length=100)], services: ServicesDep) -> LineageList:
    """Find what is recorded under these URIs, at most the latest 200: which task made it, which steps read it."""
    newest = artifacts.c.created_at.desc(), artifacts.c.artifact_id
    query = select_artifacts().where(artifacts.c.uri.in_(uri)).order_by(*newest).limit(MOST)
    with services.database.read() as connection:
        records = [ArtifactRecord.model_validate(dict(row)) for row in connection.execute(query).mappings()]
        return LineageList(artifacts=[_lineage(connection, record) for record in records])


def _lineage(connection: Connection, record: ArtifactRecord) -> Lineage:
    readers = (
        select(tasks.c.run_id, runs.c.display_name.label("run"), tasks.c.task_id, TASK_NAME.label("task"), tasks.c.create_time)
        .distinct()
        .join(artifact_uses, (tasks.c.run_id == artifact_uses.c.run_id) & (tasks.c.task_id == artifact_uses.c.task_id))
        .join(runs, runs.c.run_id == tasks.c.run_id)
        .where(artifact_uses.c.artifact_id == record.artifact_id, artifact_uses.c.direction == "inputs")
        .where(tasks.c.event["kind"].as_string() == TaskKind.CONTAINER)
        .order_by(tasks.c.create_time)
    )
    run = connection.execute(select(runs.c.display_name).where(runs.c.run_id == record.run_id)).scalar_one_or_none()
    maker = (tasks.c.run_id == record.run_id) & (tasks.c.task_id == record.task_id)
    kind = connection.execute(select(tasks.c.event["kind"].as_string()).where(maker)).scalar_one_or_none()
    read_by = [Reader.model_validate(dict(row)) for row in connection.execute(readers).mappings()]
    return Lineage(artifact=record, run=run or "", imported=kind == TaskKind.IMPORTER, read_by=read_by)
