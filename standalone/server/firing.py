"""Recurring runs whose time has come: their runs are submitted here."""

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, select, update

from standalone.server.database import Database, recurring_runs, runs
from standalone.server.errors import ApiError
from standalone.server.models import FINAL_STATES, NewRun, RecurringStatus, Trigger
from standalone.server.schedules import latest_fire, next_fire
from standalone.server.submission import reference_of, submit_run
from standalone.server.times import moment, now, timestamp

logger = logging.getLogger(__name__)


def fire_due(database: Database, home: Path) -> None:
    """Start the runs whose time has come, as far as `max_concurrency` lets them."""
    due = (recurring_runs.c.status == RecurringStatus.ENABLED) & (recurring_runs.c.next_fire_at.between("0", now()))
    with database.read() as connection:
        ids = connection.execute(select(recurring_runs.c.recurring_run_id).where(due)).scalars().all()
    for recurring_run_id in ids:
        with database.write() as connection:
            row = (
                connection.execute(select(recurring_runs).where(due, recurring_runs.c.recurring_run_id == recurring_run_id))
                .mappings()
                .one_or_none()
            )
            if row is not None and _active_runs(connection, recurring_run_id) < row["max_concurrency"]:
                _fire(connection, home, dict(row))


def next_due(connection: Connection) -> str | None:
    """When the next recurring run fires; None when none will."""
    waiting = (recurring_runs.c.status == RecurringStatus.ENABLED) & (recurring_runs.c.next_fire_at != "")
    first: str | None = connection.execute(select(func.min(recurring_runs.c.next_fire_at)).where(waiting)).scalar_one()
    return first


def _fire(connection: Connection, home: Path, row: Mapping[str, Any]) -> None:
    trigger = Trigger.model_validate(row["trigger"])
    due = moment(row["next_fire_at"])
    if row["no_catchup"]:
        due = latest_fire(trigger, due, datetime.now(UTC))
    following = next_fire(trigger, due)
    values: dict[str, Any] = {"next_fire_at": timestamp(following) if following else "", "error": None}
    display_name = f"{row['display_name'][:150]} {due:%Y-%m-%d %H:%M:%S}"
    new = NewRun.model_validate({**row, "display_name": display_name, "pipeline_version_reference": reference_of(row)})
    try:
        submit_run(connection, home, new, row["recurring_run_id"], timestamp(due))
    except ApiError as error:
        logger.warning("recurring run %s: no run at %s: %s", row["recurring_run_id"], due, error)
        values["error"] = {"code": 9, "message": f"No run was started at {timestamp(due)}: {error}", "details": []}
    connection.execute(update(recurring_runs).where(recurring_runs.c.recurring_run_id == row["recurring_run_id"]).values(values))


def _active_runs(connection: Connection, recurring_run_id: str) -> int:
    active = (runs.c.recurring_run_id == recurring_run_id) & runs.c.state.not_in(FINAL_STATES)
    return connection.execute(select(func.count()).select_from(runs).where(active)).scalar_one()
