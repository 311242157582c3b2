"""Resources of the API: what clients send and what they get, field by field as upstream names them."""

import json
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, JsonValue, PlainSerializer

from standalone.server.times import in_utc, timestamp


def _storable(value: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """Refuse what JSON cannot carry: NaN, infinities, halves of surrogate pairs, absurd nesting."""
    try:
        json.dumps(value, allow_nan=False, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise ValueError(f"not plain JSON ({error})") from error
    return value


def _to_utc(value: datetime | None) -> datetime | None:
    return None if value is None else in_utc(value)


def _serialize_time(value: datetime | None) -> str | None:
    return None if value is None else timestamp(value)


JsonObject = Annotated[dict[str, JsonValue], AfterValidator(_storable)]
Timestamp = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
GivenTime = Annotated[datetime | None, AfterValidator(_to_utc), PlainSerializer(_serialize_time)]
# Upstream's int64 travel as strings, and clients send either.
Int64 = Annotated[int, PlainSerializer(str, return_type=str)]
Name = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*\S[^\x00-\x1f\x7f]*$")]
_NULL_IS_EMPTY = BeforeValidator(lambda value: "" if value is None else value, json_schema_input_type=str | None)
Text = Annotated[str, Field(max_length=10_000), _NULL_IS_EMPTY]
Id = Annotated[str, Field(max_length=200), _NULL_IS_EMPTY]


class StorageState(StrEnum):
    """Whether a run or experiment is shown or put away."""

    AVAILABLE = "AVAILABLE"
    ARCHIVED = "ARCHIVED"


class RuntimeState(StrEnum):
    """State of a run or task."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    SKIPPED = "SKIPPED"
    FAILED = "FAILED"
    CANCELING = "CANCELING"
    CANCELED = "CANCELED"


FINAL_STATES = frozenset({RuntimeState.SUCCEEDED, RuntimeState.SKIPPED, RuntimeState.FAILED, RuntimeState.CANCELED})


class Empty(BaseModel):
    """The answer `{}` of actions."""


class Health(BaseModel):
    """The answer of the health check."""

    multi_user: bool = False
    pipeline_store: str = "database"
    task_results: bool = True
    """Whether there are endpoints for what tasks read, wrote and printed, which clusters lack."""


class Status(BaseModel):
    """Why something failed."""

    code: int
    message: str
    details: list[dict[str, JsonValue]] = []


class StateChange(BaseModel):
    """One entry of a state history."""

    update_time: Timestamp
    state: RuntimeState


class Pipeline(BaseModel):
    """A named pipeline; its code is in its versions."""

    pipeline_id: str
    name: str
    display_name: str
    description: str = ""
    created_at: Timestamp
    namespace: str = ""
    tags: dict[str, str] = {}


class NewPipeline(BaseModel):
    """What a client sends to create a pipeline without a version."""

    name: Name | None = None
    display_name: Name | None = None
    description: Text = ""
    tags: dict[str, str] = {}


class PipelineVersion(BaseModel):
    """One compiled form of a pipeline."""

    pipeline_id: str
    pipeline_version_id: str
    name: str
    display_name: str
    description: str = ""
    created_at: Timestamp
    tags: dict[str, str] = {}
    pipeline_spec: dict[str, JsonValue]


class NewPipelineVersion(BaseModel):
    """What a client sends to create a version from a spec at hand."""

    name: Name | None = None
    display_name: Name | None = None
    description: Text = ""
    tags: dict[str, str] = {}
    pipeline_spec: JsonObject


class Experiment(BaseModel):
    """A group of runs."""

    experiment_id: str
    display_name: str
    description: str = ""
    created_at: Timestamp
    last_run_created_at: Timestamp
    namespace: str = ""
    storage_state: StorageState


class NewExperiment(BaseModel):
    """What a client sends to create an experiment."""

    display_name: Name
    description: Text = ""


class PipelineVersionReference(BaseModel):
    """Points at a version; without `pipeline_version_id`, at the pipeline's latest."""

    pipeline_id: Id = ""
    pipeline_version_id: Id = ""


class RuntimeConfig(BaseModel):
    """Arguments of a run."""

    parameters: JsonObject = {}
    pipeline_root: str | None = Field(default=None, max_length=1000)


class NewRun(BaseModel):
    """What a client sends to start a run: a spec, or a reference to a version of a pipeline."""

    display_name: Name
    description: Text = ""
    experiment_id: Id = ""
    pipeline_spec: JsonObject | None = None
    pipeline_version_reference: PipelineVersionReference | None = None
    runtime_config: RuntimeConfig | None = None
    service_account: Id = ""


class ArtifactIds(BaseModel):
    """Artifacts under one input or output name."""

    artifact_ids: list[str]


class ArtifactRecord(BaseModel):
    """An artifact, and the run and task that made it; `task` is the task's name, empty when the run has been deleted."""

    artifact_id: str
    name: str
    type: str
    uri: str
    metadata: dict[str, JsonValue]
    created_at: Timestamp
    run_id: str
    task_id: str
    task: str


class ChildTask(BaseModel):
    """Points at a task below another."""

    task_id: str


class TaskDetail(BaseModel):
    """One task of a run, with the fields that upstream has."""

    run_id: str
    task_id: str
    display_name: str
    create_time: Timestamp
    start_time: Timestamp | None = None
    end_time: Timestamp | None = None
    state: RuntimeState
    state_history: list[StateChange]
    error: Status | None = None
    inputs: dict[str, ArtifactIds] = {}
    outputs: dict[str, ArtifactIds] = {}
    parent_task_id: str | None = None
    child_tasks: list[ChildTask] = []


class RunDetails(BaseModel):
    """The tasks of a run."""

    task_details: list[TaskDetail]


class Run(BaseModel):
    """One execution of a pipeline."""

    run_id: str
    experiment_id: str
    display_name: str
    description: str = ""
    storage_state: StorageState
    created_at: Timestamp
    scheduled_at: Timestamp
    finished_at: Timestamp
    state: RuntimeState
    state_history: list[StateChange]
    error: Status | None = None
    runtime_config: RuntimeConfig
    pipeline_spec: dict[str, JsonValue] | None = None
    pipeline_version_reference: PipelineVersionReference | None = None
    service_account: str = ""
    recurring_run_id: str | None = None
    run_details: RunDetails | None = None


class CronSchedule(BaseModel):
    """Fires when a cron expression of six fields (seconds first) or five matches, in UTC."""

    cron: str = Field(min_length=1, max_length=200)
    start_time: GivenTime = None
    end_time: GivenTime = None


class PeriodicSchedule(BaseModel):
    """Fires every `interval_second` seconds."""

    interval_second: Annotated[Int64, Field(gt=0, le=10 * 366 * 86_400)]
    start_time: GivenTime = None
    end_time: GivenTime = None


class Trigger(BaseModel):
    """When a recurring run fires: exactly one of the two schedules."""

    cron_schedule: CronSchedule | None = None
    periodic_schedule: PeriodicSchedule | None = None


class Mode(StrEnum):
    """Whether a new recurring run fires."""

    MODE_UNSPECIFIED = "MODE_UNSPECIFIED"
    ENABLE = "ENABLE"
    DISABLE = "DISABLE"


class RecurringStatus(StrEnum):
    """Whether a recurring run fires."""

    ENABLED = "ENABLED"
    DISABLED = "DISABLED"


class NewRecurringRun(NewRun):
    """What a client sends to run a pipeline on a schedule."""

    trigger: Trigger
    mode: Mode = Mode.MODE_UNSPECIFIED
    max_concurrency: Annotated[Int64, Field(ge=1, le=10)] = 1
    no_catchup: bool | None = None


class RecurringRun(BaseModel):
    """Starts a run whenever its trigger says so."""

    recurring_run_id: str
    display_name: str
    description: str = ""
    experiment_id: str
    namespace: str = ""
    created_at: Timestamp
    updated_at: Timestamp
    status: RecurringStatus
    mode: Mode
    trigger: Trigger
    max_concurrency: Int64
    no_catchup: bool
    runtime_config: RuntimeConfig
    pipeline_spec: dict[str, JsonValue] | None = None
    pipeline_version_reference: PipelineVersionReference | None = None
    service_account: str = ""
    error: Status | None = None
