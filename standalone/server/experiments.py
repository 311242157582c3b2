"""Experiments: groups of runs. One named Default always exists."""

import uuid
from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel
from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from standalone.server.database import experiments, recurring_runs, runs
from standalone.server.errors import ConflictError, InvalidArgumentError, NotFoundError, error_responses
from standalone.server.listing import Page, list_rows
from standalone.server.models import Empty, Experiment, NewExperiment, RecurringStatus, StorageState
from standalone.server.services import ServicesDep
from standalone.server.times import now

DEFAULT_EXPERIMENT = "Default"
_NEVER = "1970-01-01T00:00:00.000000Z"

router = APIRouter(prefix="/apis/v2beta1/experiments", tags=["experiments"], responses=error_responses(400, 401, 403, 404, 413, 415))
ExperimentId = Annotated[str, Path(description="ID of the experiment")]


class ExperimentList(BaseModel):
    """One page of experiments."""

    experiments: list[Experiment]
    total_size: int
    next_page_token: str


@router.post("", responses=error_responses(409))
def create_experiment(new: NewExperiment, services: ServicesDep) -> Experiment:
    """Create an experiment; its name must be free."""
    with services.database.write() as connection:
        return Experiment.model_validate(_insert(connection, new.display_name, new.description))


@router.get("")
def list_experiments(page: Page, services: ServicesDep) -> ExperimentList:
    """List experiments."""
    with services.database.read() as connection:
        found = list_rows(connection, experiments, page)
    return ExperimentList(
        experiments=[Experiment.model_validate(row) for row in found.rows],
        total_size=found.total_size,
        next_page_token=found.next_page_token,
    )


@router.get("/{experiment_id}")
def get_experiment(experiment_id: ExperimentId, services: ServicesDep) -> Experiment:
    """Get one experiment."""
    with services.database.read() as connection:
        return Experiment.model_validate(find_experiment(connection, experiment_id))


@router.delete("/{experiment_id}")
def delete_experiment(experiment_id: ExperimentId, services: ServicesDep) -> Empty:
    """Delete an experiment; its runs stay, as upstream."""
    with services.database.write() as connection:
        find_experiment(connection, experiment_id)
        connection.execute(delete(experiments).where(experiments.c.experiment_id == experiment_id))
    return Empty()


@router.post("/{experiment_id}:archive")
def archive_experiment(experiment_id: ExperimentId, services: ServicesDep) -> Empty:
    """Archive an experiment with its runs, and disable its recurring runs."""
    with services.database.write() as connection:
        _set_storage_state(connection, experiment_id, StorageState.ARCHIVED)
        connection.execute(update(runs).where(runs.c.experiment_id == experiment_id).values(storage_state=StorageState.ARCHIVED))
        connection.execute(
            update(recurring_runs)
            .where(recurring_runs.c.experiment_id == experiment_id)
            .values(status=RecurringStatus.DISABLED, updated_at=now())
        )
    return Empty()


@router.post("/{experiment_id}:unarchive")
def unarchive_experiment(experiment_id: ExperimentId, services: ServicesDep) -> Empty:
    """Bring an archived experiment back; its runs stay archived, as upstream."""
    with services.database.write() as connection:
        _set_storage_state(connection, experiment_id, StorageState.AVAILABLE)
    return Empty()


def find_experiment(connection: Connection, experiment_id: str) -> Mapping[str, object]:
    """The row of an experiment.

    Raises:
        NotFoundError: there is none with this ID.
    """
    row = connection.execute(select(experiments).where(experiments.c.experiment_id == experiment_id)).mappings().one_or_none()
    if row is None:
        raise NotFoundError(f"Experiment {experiment_id!r} not found.")
    return dict(row)


def usable_experiment(connection: Connection, experiment_id: str) -> str:
    """The ID of the experiment that new runs may join: the given one, or Default when none is given.

    Raises:
        NotFoundError: it does not exist.
        InvalidArgumentError: it is archived.
    """
    row = find_experiment(connection, experiment_id) if experiment_id else default_experiment(connection)
    if row["storage_state"] == StorageState.ARCHIVED:
        raise InvalidArgumentError(f"Experiment {row['display_name']!r} is archived: unarchive it or choose another.")
    return str(row["experiment_id"])


def default_experiment(connection: Connection) -> Mapping[str, object]:
    """The row of the experiment Default, created when missing."""
    row = connection.execute(select(experiments).where(experiments.c.display_name == DEFAULT_EXPERIMENT)).mappings().one_or_none()
    return dict(row) if row else _insert(connection, DEFAULT_EXPERIMENT, "Runs without an experiment of their own.")


def _insert(connection: Connection, display_name: str, description: str) -> Mapping[str, object]:
    row = {
        "experiment_id": str(uuid.uuid4()),
        "display_name": display_name,
        "description": description,
        "created_at": now(),
        "last_run_created_at": _NEVER,
        "storage_state": StorageState.AVAILABLE,
    }
    try:
        connection.execute(insert(experiments).values(row))
    except IntegrityError as error:
        raise ConflictError(f"An experiment named {display_name!r} exists already.") from error
    return row


def _set_storage_state(connection: Connection, experiment_id: str, state: StorageState) -> None:
    find_experiment(connection, experiment_id)
    connection.execute(update(experiments).where(experiments.c.experiment_id == experiment_id).values(storage_state=state))
