"""Runs: one execution of a pipeline each."""

import shutil
import time
from collections.abc import Callable, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel
from sqlalchemy import Connection, delete, select, update

from standalone.engine import alive, read_events
from standalone.server.artifacts import delete_artifacts
from standalone.server.database import runs, tasks
from standalone.server.errors import ApiError, InvalidArgumentError, NotFoundError, error_responses
from standalone.server.listing import Page, list_rows
from standalone.server.models import FINAL_STATES, Empty, NewRun, Run, RunDetails, RuntimeState, StorageState
from standalone.server.progress import set_run_state
from standalone.server.services import Services, ServicesDep
from standalone.server.submission import reference_of, submit_run
from standalone.server.tasks import task_details

_NOT_FINISHED = "1970-01-01T00:00:00Z"  # what upstream says while a run goes on
_END_SECONDS = 20

router = APIRouter(prefix="/apis/v2beta1/runs", tags=["runs"], responses=error_responses(400, 401, 403, 404, 413, 415))
RunId = Annotated[str, Path(description="ID of the run")]


class RunList(BaseModel):
    """One page of runs, without their tasks."""

    runs: list[Run]
    total_size: int
    next_page_token: str


@router.post("", response_model_exclude_none=True)
def create_run(new: NewRun, services: ServicesDep) -> Run:
    """Start a run of a pipeline given by specification or by version (without one: the latest)."""
    with services.database.write() as connection:
        row = submit_run(connection, services.home, new)
    services.wake()
    return _to_run(row)


@router.get("", response_model_exclude_none=True)
def list_runs(page: Page, services: ServicesDep, experiment_id: Annotated[str, Query(max_length=200)] = "") -> RunList:
    """List runs, of one experiment or of all."""
    services.progress.update_all()
    scope = [runs.c.experiment_id == experiment_id] if experiment_id else []
    with services.database.read() as connection:
        found = list_rows(connection, runs, page, *scope)
    return RunList(runs=[_to_run(row) for row in found.rows], total_size=found.total_size, next_page_token=found.next_page_token)


@router.get("/{run_id}", response_model_exclude_none=True)
def get_run(run_id: RunId, services: ServicesDep) -> Run:
    """Get one run with its tasks."""
    services.progress.update(run_id)
    with services.database.read() as connection:
        run = _to_run(find_run(connection, run_id))
        run.run_details = RunDetails(task_details=task_details(connection, run_id))
    return run


@router.post("/{run_id}:archive")
def archive_run(run_id: RunId, services: ServicesDep) -> Empty:
    """Put a run away; it goes on when it is running."""
    return _set_storage_state(services, run_id, StorageState.ARCHIVED)


@router.post("/{run_id}:unarchive")
def unarchive_run(run_id: RunId, services: ServicesDep) -> Empty:
    """Bring an archived run back."""
    return _set_storage_state(services, run_id, StorageState.AVAILABLE)


@router.post("/{run_id}:terminate")
def terminate_run(run_id: RunId, services: ServicesDep) -> Empty:
    """Stop a run: CANCELING at once, FAILED when its processes are gone."""
    services.progress.update(run_id)
    with services.database.write() as connection:
        state = find_run(connection, run_id)["state"]
        if state in FINAL_STATES:
            raise InvalidArgumentError(f"Run {run_id!r} has ended already: {state}.")
        if state != RuntimeState.CANCELING:
            set_run_state(connection, run_id, RuntimeState.CANCELING)
    services.wake()
    return Empty()


@router.post("/{run_id}:retry")
def retry_run(run_id: RunId, services: ServicesDep) -> Empty:
    """Execute a failed run again; what succeeded is kept."""
    services.progress.update(run_id)
    with services.database.read() as connection:
        if find_run(connection, run_id)["state"] in FINAL_STATES:
            _await_worker(services, run_id)
    with services.database.write() as connection:
        row = find_run(connection, run_id)
        if row["state"] != RuntimeState.FAILED:
            raise InvalidArgumentError(f"Only a failed run can be retried; run {run_id!r} is {row['state']}.")
        _, offset = read_events(services.progress.folder / run_id, row["event_offset"])
        connection.execute(update(runs).where(runs.c.run_id == run_id).values(launched=False, event_offset=offset))
        set_run_state(connection, run_id, RuntimeState.PENDING)
    services.wake()
    return Empty()


@router.delete("/{run_id}")
def delete_run(run_id: RunId, services: ServicesDep) -> Empty:
    """Delete a run with its logs, after stopping it; artifacts stay in their bucket."""
    with services.database.read() as connection:
        state = find_run(connection, run_id)["state"]
    if state not in FINAL_STATES:
        _stop(services, run_id)
    _await_worker(services, run_id)
    with services.database.write() as connection:
        connection.execute(delete(runs).where(runs.c.run_id == run_id))
        connection.execute(delete(tasks).where(tasks.c.run_id == run_id))
        delete_artifacts(connection, run_id)
    shutil.rmtree(services.progress.folder / run_id, ignore_errors=True)
    return Empty()


def find_run(connection: Connection, run_id: str) -> Mapping[str, Any]:
    """The row of a run.

    Raises:
        NotFoundError: there is none with this ID.
    """
    row = connection.execute(select(runs).where(runs.c.run_id == run_id)).mappings().one_or_none()
    if row is None:
        raise NotFoundError(f"Run {run_id!r} not found.")
    return dict(row)


def _to_run(row: Mapping[str, Any]) -> Run:
    return Run.model_validate(
        {
            **row,
            "finished_at": row["finished_at"] or _NOT_FINISHED,
            "recurring_run_id": row["recurring_run_id"] or None,
            "pipeline_version_reference": reference_of(row),
        }
    )


def _set_storage_state(services: Services, run_id: str, state: StorageState) -> Empty:
    with services.database.write() as connection:
        find_run(connection, run_id)
        connection.execute(update(runs).where(runs.c.run_id == run_id).values(storage_state=state))
    return Empty()


def _stop(services: Services, run_id: str) -> None:
    terminate_run(run_id, services)

    def ended() -> bool:
        with services.database.read() as connection:
            return find_run(connection, run_id)["state"] in FINAL_STATES

    _wait_until(ended, run_id)


def _await_worker(services: Services, run_id: str) -> None:
    """Wait for the worker of a finished run, which may still be tidying up."""
    _wait_until(lambda: not alive(services.progress.folder / run_id), run_id)


def _wait_until(condition: Callable[[], bool], run_id: str) -> None:
    deadline = time.monotonic() + _END_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise ApiError(f"Run {run_id!r} did not come to its end within {_END_SECONDS} s. Try again.")
        time.sleep(0.02)
