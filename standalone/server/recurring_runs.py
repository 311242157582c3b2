"""Recurring runs: a pipeline with arguments that is run on a schedule."""

import logging
import uuid
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel
from sqlalchemy import Connection, delete, insert, select, update

from standalone.server.database import recurring_runs
from standalone.server.errors import InvalidArgumentError, NotFoundError, error_responses
from standalone.server.experiments import usable_experiment
from standalone.server.listing import Page, list_rows
from standalone.server.models import (
    Empty,
    Mode,
    NewRecurringRun,
    PipelineVersionReference,
    RecurringRun,
    RecurringStatus,
)
from standalone.server.schedules import check_trigger, first_fire
from standalone.server.services import Services, ServicesDep
from standalone.server.submission import check_request, reference_of, resolve_pipeline
from standalone.server.times import moment, now, timestamp

logger = logging.getLogger(__name__)

router = APIRouter(prefix="/apis/v2beta1/recurringruns", tags=["recurring runs"], responses=error_responses(400, 401, 403, 404, 413, 415))
RecurringRunId = Annotated[str, Path(description="ID of the recurring run")]


class RecurringRunList(BaseModel):
    """One page of recurring runs; upstream spells the list's name in camel case."""

    recurringRuns: list[RecurringRun]  # noqa: N815
    total_size: int
    next_page_token: str


@router.post("", response_model_exclude_none=True)
def create_recurring_run(new: NewRecurringRun, services: ServicesDep) -> RecurringRun:
    """Create a recurring run; it fires when `mode` is ENABLE."""
    try:
        check_trigger(new.trigger)
    except ValueError as error:
        raise InvalidArgumentError(str(error)) from error
    with services.database.write() as connection:
        row = _new_row(connection, new)
        connection.execute(insert(recurring_runs).values(row))
    services.wake()
    return _to_recurring_run(row)


@router.get("", response_model_exclude_none=True)
def list_recurring_runs(page: Page, services: ServicesDep, experiment_id: Annotated[str, Query(max_length=200)] = "") -> RecurringRunList:
    """List recurring runs, of one experiment or of all."""
    scope = [recurring_runs.c.experiment_id == experiment_id] if experiment_id else []
    with services.database.read() as connection:
        found = list_rows(connection, recurring_runs, page, *scope)
    return RecurringRunList(
        recurringRuns=[_to_recurring_run(row) for row in found.rows],
        total_size=found.total_size,
        next_page_token=found.next_page_token,
    )


@router.get("/{recurring_run_id}", response_model_exclude_none=True)
def get_recurring_run(recurring_run_id: RecurringRunId, services: ServicesDep) -> RecurringRun:
    """Get one recurring run."""
    with services.database.read() as connection:
        return _to_recurring_run(_find(connection, recurring_run_id))


@router.post("/{recurring_run_id}:enable")
def enable_recurring_run(recurring_run_id: RecurringRunId, services: ServicesDep) -> Empty:
    """Let it fire again; what it missed is caught up, unless no_catchup, as upstream."""
    return _set_status(services, recurring_run_id, RecurringStatus.ENABLED)


@router.post("/{recurring_run_id}:disable")
def disable_recurring_run(recurring_run_id: RecurringRunId, services: ServicesDep) -> Empty:
    """Keep it from firing."""
    return _set_status(services, recurring_run_id, RecurringStatus.DISABLED)


@router.delete("/{recurring_run_id}")
def delete_recurring_run(recurring_run_id: RecurringRunId, services: ServicesDep) -> Empty:
    """Delete a recurring run; the runs it started stay."""
    with services.database.write() as connection:
        _find(connection, recurring_run_id)
        connection.execute(delete(recurring_runs).where(recurring_runs.c.recurring_run_id == recurring_run_id))
    return Empty()


def _new_row(connection: Connection, new: NewRecurringRun) -> dict[str, Any]:
    document, _ = resolve_pipeline(connection, new)
    config = check_request(document, new)
    created = now()
    first = first_fire(new.trigger, moment(created))
    return {
        "recurring_run_id": str(uuid.uuid4()),
        "display_name": new.display_name,
        "description": new.description,
        "experiment_id": usable_experiment(connection, new.experiment_id),
        "created_at": created,
        "updated_at": created,
        "status": RecurringStatus.ENABLED if new.mode == Mode.ENABLE else RecurringStatus.DISABLED,
        "max_concurrency": new.max_concurrency,
        "no_catchup": bool(new.no_catchup),
        "service_account": new.service_account,
        **(new.pipeline_version_reference or PipelineVersionReference()).model_dump(),
        "next_fire_at": timestamp(first) if first else "",
        "trigger": new.trigger.model_dump(mode="json", exclude_none=True),
        "runtime_config": config.model_dump(exclude_none=True),
        "pipeline_spec": new.pipeline_spec,
        "error": None,
    }


def _find(connection: Connection, recurring_run_id: str) -> Mapping[str, Any]:
    row = connection.execute(select(recurring_runs).where(recurring_runs.c.recurring_run_id == recurring_run_id)).mappings().one_or_none()
    if row is None:
        raise NotFoundError(f"Recurring run {recurring_run_id!r} not found.")
    return dict(row)


def _set_status(services: Services, recurring_run_id: str, status: RecurringStatus) -> Empty:
    with services.database.write() as connection:
        _find(connection, recurring_run_id)
        connection.execute(
            update(recurring_runs).where(recurring_runs.c.recurring_run_id == recurring_run_id).values(status=status, updated_at=now())
        )
    services.wake()
    return Empty()


def _to_recurring_run(row: Mapping[str, Any]) -> RecurringRun:
    mode = Mode.ENABLE if row["status"] == RecurringStatus.ENABLED else Mode.DISABLE
    return RecurringRun.model_validate({**row, "mode": mode, "pipeline_version_reference": reference_of(row)})
