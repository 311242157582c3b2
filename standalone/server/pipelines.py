"""Pipelines and their versions."""

import json
import uuid
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, UploadFile
from pydantic import BaseModel, TypeAdapter, ValidationError
from sqlalchemy import Connection, delete, func, insert, select
from sqlalchemy.exc import IntegrityError

from standalone.server.database import pipeline_versions, pipelines
from standalone.server.errors import ConflictError, InvalidArgumentError, NotFoundError, error_responses
from standalone.server.listing import Page, list_rows
from standalone.server.models import Empty, Name, NewPipeline, NewPipelineVersion, Pipeline, PipelineVersion, Text
from standalone.server.packages import PipelineDocument, parse_document, read_package
from standalone.server.services import ServicesDep
from standalone.server.times import now

router = APIRouter(prefix="/apis/v2beta1/pipelines", tags=["pipelines"], responses=error_responses(400, 401, 403, 404, 413, 415))
PipelineId = Annotated[str, Path(description="ID of the pipeline")]
VersionId = Annotated[str, Path(description="ID of the version")]
GivenName = Annotated[Name | None, Query()]
TagsText = Annotated[str, Query(max_length=10_000, description="JSON object of strings")]
_tags = TypeAdapter(dict[str, str])


class PipelineList(BaseModel):
    """One page of pipelines."""

    pipelines: list[Pipeline]
    total_size: int
    next_page_token: str


class PipelineVersionList(BaseModel):
    """One page of versions."""

    pipeline_versions: list[PipelineVersion]
    total_size: int
    next_page_token: str


@router.post("/upload", responses=error_responses(409))
def upload_pipeline(
    uploadfile: UploadFile,
    services: ServicesDep,
    name: GivenName = None,
    display_name: GivenName = None,
    description: Annotated[Text, Query()] = "",
    tags: TagsText = "{}",
) -> Pipeline:
    """Create a pipeline from a package (YAML, zip, tar.gz), together with a first version of the same name."""
    document = read_package(uploadfile.file.read())
    name = name or display_name or document.name
    new = NewPipeline(name=name, display_name=display_name or name, description=description, tags=_parse_tags(tags))
    with services.database.write() as connection:
        pipeline = _insert_pipeline(connection, new)
        _insert_version(connection, pipeline.pipeline_id, new, document)
    return pipeline


@router.post("/upload_version", responses=error_responses(409))
def upload_pipeline_version(
    uploadfile: UploadFile,
    services: ServicesDep,
    pipelineid: Annotated[str, Query(min_length=1)],
    name: GivenName = None,
    display_name: GivenName = None,
    description: Annotated[Text, Query()] = "",
    tags: TagsText = "{}",
) -> PipelineVersion:
    """Add a version to a pipeline from a package (YAML, zip, tar.gz)."""
    document = read_package(uploadfile.file.read())
    name = name or display_name or document.name
    new = NewPipeline(name=name, display_name=display_name or name, description=description, tags=_parse_tags(tags))
    with services.database.write() as connection:
        return _insert_version(connection, pipelineid, new, document)


@router.post("", responses=error_responses(409))
def create_pipeline(new: NewPipeline, services: ServicesDep) -> Pipeline:
    """Create a pipeline that has no version yet."""
    with services.database.write() as connection:
        return _insert_pipeline(connection, new)


@router.get("")
def list_pipelines(page: Page, services: ServicesDep) -> PipelineList:
    """List pipelines."""
    with services.database.read() as connection:
        found = list_rows(connection, pipelines, page)
    return PipelineList(
        pipelines=[Pipeline.model_validate(row) for row in found.rows],
        total_size=found.total_size,
        next_page_token=found.next_page_token,
    )


@router.get("/names/{name}")
def get_pipeline_by_name(name: Annotated[str, Path(description="Name of the pipeline")], services: ServicesDep) -> Pipeline:
    """Get one pipeline by its name."""
    with services.database.read() as connection:
        row = connection.execute(select(pipelines).where(pipelines.c.name == name)).mappings().one_or_none()
    if row is None:
        raise NotFoundError(f"Pipeline named {name!r} not found.")
    return Pipeline.model_validate(dict(row))


@router.get("/{pipeline_id}")
def get_pipeline(pipeline_id: PipelineId, services: ServicesDep) -> Pipeline:
    """Get one pipeline."""
    with services.database.read() as connection:
        return Pipeline.model_validate(_find_pipeline(connection, pipeline_id))


@router.delete("/{pipeline_id}")
def delete_pipeline(pipeline_id: PipelineId, services: ServicesDep, cascade: bool = False) -> Empty:
    """Delete a pipeline. Unless `cascade`, its versions must have been deleted before."""
    of_pipeline = pipeline_versions.c.pipeline_id == pipeline_id
    with services.database.write() as connection:
        pipeline = _find_pipeline(connection, pipeline_id)
        count = connection.execute(select(func.count()).select_from(pipeline_versions).where(of_pipeline)).scalar_one()
        if count and not cascade:
            raise InvalidArgumentError(f"Pipeline {pipeline['display_name']!r} has {count} version(s): delete them first.")
        connection.execute(delete(pipeline_versions).where(of_pipeline))
        connection.execute(delete(pipelines).where(pipelines.c.pipeline_id == pipeline_id))
    return Empty()


@router.post("/{pipeline_id}/versions", responses=error_responses(409))
def create_pipeline_version(pipeline_id: PipelineId, new: NewPipelineVersion, services: ServicesDep) -> PipelineVersion:
    """Add a version whose specification is in the body."""
    document = parse_document(new.pipeline_spec)
    with services.database.write() as connection:
        return _insert_version(connection, pipeline_id, new, document)


@router.get("/{pipeline_id}/versions")
def list_pipeline_versions(pipeline_id: PipelineId, page: Page, services: ServicesDep) -> PipelineVersionList:
    """List the versions of a pipeline."""
    with services.database.read() as connection:
        found = list_rows(connection, pipeline_versions, page, pipeline_versions.c.pipeline_id == pipeline_id)
    return PipelineVersionList(
        pipeline_versions=[PipelineVersion.model_validate(row) for row in found.rows],
        total_size=found.total_size,
        next_page_token=found.next_page_token,
    )


@router.get("/{pipeline_id}/versions/{pipeline_version_id}")
def get_pipeline_version(pipeline_id: PipelineId, pipeline_version_id: VersionId, services: ServicesDep) -> PipelineVersion:
    """Get one version with its specification."""
    with services.database.read() as connection:
        return PipelineVersion.model_validate(find_version(connection, pipeline_id, pipeline_version_id))


@router.delete("/{pipeline_id}/versions/{pipeline_version_id}")
def delete_pipeline_version(pipeline_id: PipelineId, pipeline_version_id: VersionId, services: ServicesDep) -> Empty:
    """Delete one version; runs of it stay."""
    with services.database.write() as connection:
        find_version(connection, pipeline_id, pipeline_version_id)
        connection.execute(delete(pipeline_versions).where(pipeline_versions.c.pipeline_version_id == pipeline_version_id))
    return Empty()


def find_version(connection: Connection, pipeline_id: str, version_id: str) -> Mapping[str, Any]:
    """The row of a version: of the pipeline's latest when `version_id` is empty; `pipeline_id` may be empty when `version_id` is not.

    Raises:
        NotFoundError: no such version.
    """
    query = select(pipeline_versions).order_by(pipeline_versions.c.created_at.desc()).limit(1)
    if pipeline_id:
        _find_pipeline(connection, pipeline_id)
        query = query.where(pipeline_versions.c.pipeline_id == pipeline_id)
    if version_id or not pipeline_id:
        query = query.where(pipeline_versions.c.pipeline_version_id == version_id)
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        wanted = f"Version {version_id!r} of" if version_id else "A version of"
        raise NotFoundError(f"{wanted} pipeline {pipeline_id!r} not found.")
    return dict(row)


def _find_pipeline(connection: Connection, pipeline_id: str) -> Mapping[str, object]:
    row = connection.execute(select(pipelines).where(pipelines.c.pipeline_id == pipeline_id)).mappings().one_or_none()
    if row is None:
        raise NotFoundError(f"Pipeline {pipeline_id!r} not found.")
    return dict(row)


def _parse_tags(text: str) -> dict[str, str]:
    try:
        return _tags.validate_python(json.loads(text))
    except (ValidationError, ValueError, RecursionError) as error:
        raise InvalidArgumentError(f"tags must be a JSON object of strings, not {text[:100]!r}.") from error


def _insert_pipeline(connection: Connection, new: NewPipeline) -> Pipeline:
    name = new.name or new.display_name
    if name is None:
        raise InvalidArgumentError("A pipeline needs a name or display_name.")
    pipeline = Pipeline(
        pipeline_id=str(uuid.uuid4()),
        name=name,
        display_name=new.display_name or name,
        description=new.description,
        created_at=now(),
        tags=new.tags,
    )
    try:
        connection.execute(insert(pipelines).values(pipeline.model_dump(exclude={"namespace"})))
    except IntegrityError as error:
        raise ConflictError(f"A pipeline named {name!r} exists already: choose another name or upload a version of it.") from error
    return pipeline


def _insert_version(
    connection: Connection, pipeline_id: str, new: NewPipeline | NewPipelineVersion, document: PipelineDocument
) -> PipelineVersion:
    pipeline = _find_pipeline(connection, pipeline_id)
    name = new.name or new.display_name or document.name
    version = PipelineVersion(
        pipeline_id=pipeline_id,
        pipeline_version_id=str(uuid.uuid4()),
        name=name,
        display_name=new.display_name or name,
        description=new.description,
        created_at=now(),
        tags=new.tags,
        pipeline_spec=document.to_json(),
    )
    try:
        connection.execute(insert(pipeline_versions).values(version.model_dump()))
    except IntegrityError as error:
        raise ConflictError(f"Pipeline {pipeline['display_name']!r} has a version named {name!r} already: choose another name.") from error
    return version
