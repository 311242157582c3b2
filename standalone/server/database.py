"""The server's tables, named like the API's fields, in one SQLite file that a crash leaves intact."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    create_engine,
    event,
)

from standalone.platform import PlatformError

SCHEMA = 1
"""The version of these tables, kept in the file. Whoever changes a table raises it and changes older files where this number is read."""

metadata = MetaData()

experiments = Table(
    "experiments",
    metadata,
    Column("experiment_id", String, primary_key=True),
    Column("display_name", String, nullable=False, unique=True),
    Column("description", String, nullable=False, default=""),
    Column("created_at", String, nullable=False, index=True),
    Column("last_run_created_at", String, nullable=False),
    Column("storage_state", String, nullable=False),
)

pipelines = Table(
    "pipelines",
    metadata,
    Column("pipeline_id", String, primary_key=True),
    Column("name", String, nullable=False, unique=True),
    Column("display_name", String, nullable=False, index=True),
    Column("description", String, nullable=False, default=""),
    Column("created_at", String, nullable=False, index=True),
    Column("tags", JSON, nullable=False, default=dict),
)

pipeline_versions = Table(
    "pipeline_versions",
    metadata,
    Column("pipeline_version_id", String, primary_key=True),
    Column("pipeline_id", String, nullable=False),
    Column("name", String, nullable=False),
    Column("display_name", String, nullable=False),
    Column("description", String, nullable=False, default=""),
    Column("created_at", String, nullable=False),
    Column("tags", JSON, nullable=False, default=dict),
    Column("pipeline_spec", JSON, nullable=False),
    UniqueConstraint("pipeline_id", "name"),
    Index("versions_of_pipeline", "pipeline_id", "created_at"),
)

runs = Table(
    "runs",
    metadata,
    Column("run_id", String, primary_key=True),
    Column("experiment_id", String, nullable=False),
    Column("display_name", String, nullable=False, index=True),
    Column("description", String, nullable=False, default=""),
    Column("storage_state", String, nullable=False),
    Column("created_at", String, nullable=False, index=True),
    Column("scheduled_at", String, nullable=False),
    Column("finished_at", String, nullable=False, default=""),
    Column("state", String, nullable=False),
    Column("recurring_run_id", String, nullable=False, default=""),
    Column("pipeline_id", String, nullable=False, default=""),
    Column("pipeline_version_id", String, nullable=False, default="", index=True),
    Column("service_account", String, nullable=False, default=""),
    # How far the worker's events.jsonl has been read, and whether a worker was started for the current attempt.
    Column("event_offset", Integer, nullable=False, default=0),
    Column("launched", Boolean, nullable=False, default=False),
    Column("state_history", JSON, nullable=False),
    Column("error", JSON(none_as_null=True)),
    Column("runtime_config", JSON, nullable=False),
    Column("pipeline_spec", JSON(none_as_null=True)),
    Index("runs_of_experiment", "experiment_id", "created_at"),
    Index("runs_by_state", "state", "created_at"),
    Index("runs_of_recurring_run", "recurring_run_id", "state"),
)

tasks = Table(
    "tasks",
    metadata,
    Column("run_id", String, primary_key=True),
    Column("task_id", String, primary_key=True),
    Column("create_time", String, nullable=False),
    Column("start_time", String, nullable=False, default=""),
    Column("end_time", String, nullable=False, default=""),
    Column("state", String, nullable=False),
    Column("state_history", JSON, nullable=False),
    Column("event", JSON, nullable=False),  # the engine's latest TaskEvent
)

artifacts = Table(
    "artifacts",
    metadata,
    Column("artifact_id", String, primary_key=True),
    Column("run_id", String, nullable=False, index=True),
    Column("task_id", String, nullable=False),
    Column("name", String, nullable=False),
    Column("type", String, nullable=False),
    Column("uri", String, nullable=False, index=True),
    Column("created_at", String, nullable=False),
    Column("metadata", JSON, nullable=False),
)

artifact_uses = Table(
    "artifact_uses",
    metadata,
    Column("run_id", String, primary_key=True),
    Column("task_id", String, primary_key=True),
    Column("direction", String, primary_key=True),  # "inputs" or "outputs"
    Column("name", String, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("artifact_id", String, nullable=False, index=True),
)

recurring_runs = Table(
    "recurring_runs",
    metadata,
    Column("recurring_run_id", String, primary_key=True),
    Column("display_name", String, nullable=False, index=True),
    Column("description", String, nullable=False, default=""),
    Column("experiment_id", String, nullable=False, index=True),
    Column("created_at", String, nullable=False, index=True),
    Column("updated_at", String, nullable=False),
    Column("status", String, nullable=False),
    Column("max_concurrency", Integer, nullable=False),
    Column("no_catchup", Boolean, nullable=False),
    Column("service_account", String, nullable=False, default=""),
    Column("pipeline_id", String, nullable=False, default=""),
    Column("pipeline_version_id", String, nullable=False, default=""),
    Column("next_fire_at", String, nullable=False),  # "" when it will never fire again
    Column("trigger", JSON, nullable=False),
    Column("runtime_config", JSON, nullable=False),
    Column("error", JSON(none_as_null=True)),
    Column("pipeline_spec", JSON(none_as_null=True)),
)


class Database:
    """The SQLite file at `path`, created when missing; safe to use from many threads of one process.

    Raises:
        PlatformError: the file is of a newer version.
    """

    def __init__(self, path: Path) -> None:
        self._engine = create_engine(f"sqlite:///{path}", json_serializer=_dump, connect_args={"timeout": 30})
        event.listen(self._engine, "connect", _configure)
        self._writer = threading.Lock()
        self._check_version(path)
        metadata.create_all(self._engine)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection for queries."""
        with self._engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction, one at a time: committed at the end, rolled back when the block raises."""
        with self._writer, self._engine.begin() as connection:
            yield connection

    def _check_version(self, path: Path) -> None:
        """Mark a file as one of this version; those without a mark are new, or of the first version, which had none."""
        with self._engine.begin() as connection:
            found = int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())
            if found > SCHEMA:
                raise PlatformError(
                    f"The data in {path} were written by a newer version of this program (tables {found}, this one knows {SCHEMA}). "
                    "Update it, or choose another SWARM_HOME."
                )
            connection.exec_driver_sql(f"PRAGMA user_version = {SCHEMA}")

    def close(self) -> None:
        """Release the file."""
        self._engine.dispose()


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _configure(connection: Any, _: object) -> None:
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
