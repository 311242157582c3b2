"""From a request to run a pipeline to a run that the supervisor can launch."""

import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, update

from standalone.engine import EngineError, RunRequest, check, coerce
from standalone.server.database import experiments, runs
from standalone.server.errors import InvalidArgumentError
from standalone.server.experiments import usable_experiment
from standalone.server.models import NewRun, PipelineVersionReference, RuntimeConfig, RuntimeState, StorageState
from standalone.server.packages import PipelineDocument, parse_document
from standalone.server.pipelines import find_version
from standalone.server.times import moment, now

REQUEST_FILE = "run.json"


def resolve_pipeline(connection: Connection, new: NewRun) -> tuple[PipelineDocument, PipelineVersionReference]:
    """The pipeline to run, and the version it is (with empty IDs when the request carries the specification itself).

    Raises:
        InvalidArgumentError: the request names no pipeline, or two, or something else.
        NotFoundError: the version does not exist.
    """
    reference = new.pipeline_version_reference or PipelineVersionReference()
    named = bool(reference.pipeline_id or reference.pipeline_version_id)
    if named == bool(new.pipeline_spec):
        raise InvalidArgumentError("Give either pipeline_spec or pipeline_version_reference.")
    if new.pipeline_spec:
        return parse_document(new.pipeline_spec), PipelineVersionReference()
    version = find_version(connection, reference.pipeline_id, reference.pipeline_version_id)
    found = PipelineVersionReference(pipeline_id=str(version["pipeline_id"]), pipeline_version_id=str(version["pipeline_version_id"]))
    return parse_document(version["pipeline_spec"]), found


def check_request(document: PipelineDocument, new: NewRun) -> RuntimeConfig:
    """The run's configuration with its arguments in the types that the pipeline declares.

    Raises:
        InvalidArgumentError: this platform cannot run the pipeline, or the arguments do not fit it.
    """
    config = new.runtime_config or RuntimeConfig()
    try:
        problems = check(document.pipeline_spec, document.platform_spec)
        if problems:
            raise InvalidArgumentError(f"Pipeline {document.name!r} cannot run on this platform. " + " ".join(problems))
        return config.model_copy(update={"parameters": coerce(document.pipeline_spec, config.parameters)})
    except EngineError as error:
        raise InvalidArgumentError(str(error)) from error


def submit_run(connection: Connection, home: Path, new: NewRun, recurring_run_id: str = "", scheduled_at: str = "") -> Mapping[str, Any]:
    """Store a run, PENDING, and give its row; nothing is stored when it cannot run.

    Raises:
        ApiError: the request is wrong or names what does not exist.
    """
    document, reference = resolve_pipeline(connection, new)
    config = check_request(document, new)
    experiment_id = usable_experiment(connection, new.experiment_id)
    created = now()
    row: dict[str, Any] = {
        "run_id": str(uuid.uuid4()),
        "experiment_id": experiment_id,
        "display_name": new.display_name,
        "description": new.description,
        "storage_state": StorageState.AVAILABLE,
        "created_at": created,
        "scheduled_at": scheduled_at or created,
        "finished_at": "",
        "state": RuntimeState.PENDING,
        "state_history": [{"update_time": created, "state": RuntimeState.PENDING}],
        "recurring_run_id": recurring_run_id,
        "pipeline_id": reference.pipeline_id,
        "pipeline_version_id": reference.pipeline_version_id,
        "service_account": new.service_account,
        "runtime_config": config.model_dump(exclude_none=True),
        "pipeline_spec": new.pipeline_spec,
        "error": None,
    }
    _write_request(home, row, document, config)
    connection.execute(insert(runs).values(row))
    connection.execute(update(experiments).where(experiments.c.experiment_id == experiment_id).values(last_run_created_at=created))
    return row


def reference_of(row: Mapping[str, Any]) -> PipelineVersionReference | None:
    """The version that a row of runs or recurring runs refers to; None when it carries its own specification."""
    reference = PipelineVersionReference(pipeline_id=row["pipeline_id"], pipeline_version_id=row["pipeline_version_id"])
    return reference if reference.pipeline_id or reference.pipeline_version_id else None


def _write_request(home: Path, row: Mapping[str, Any], document: PipelineDocument, config: RuntimeConfig) -> None:
    folder = home / "runs" / row["run_id"]
    folder.mkdir(parents=True, mode=0o700)
    request = RunRequest(
        run_id=row["run_id"],
        display_name=row["display_name"],
        pipeline_name=document.name,
        pipeline_spec=document.pipeline_spec,
        platform_spec=document.platform_spec,
        parameters=config.parameters,
        buckets=home / "buckets",
        pipeline_root=_run_root(config.pipeline_root, document.name, row["run_id"]),
        cache=home / "cache",
        environments=home / "environments",
        create_time=moment(row["created_at"]),
        schedule_time=moment(row["scheduled_at"]) if row["recurring_run_id"] else None,
    )
    (folder / REQUEST_FILE).write_text(request.model_dump_json(), encoding="utf-8")


def _run_root(pipeline_root: str | None, pipeline_name: str, run_id: str) -> str:
    """As on a cluster, every run has its own folder below a root that was asked for."""
    if not pipeline_root:
        return ""
    bucket, _, key = pipeline_root.removeprefix("minio://").partition("/")
    if not pipeline_root.startswith("minio://") or not bucket or {".", ".."} & {bucket, *key.split("/")}:
        raise InvalidArgumentError(f"pipeline_root {pipeline_root!r} must have the form minio://bucket/folder.")
    return f"{pipeline_root.rstrip('/')}/{pipeline_name}/{run_id}"
