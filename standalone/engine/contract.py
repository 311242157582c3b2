"""What the engine and its caller exchange: the request of a run, the events it reports, the errors it raises.

A run lives in one folder:

- `run.json`: the `RunRequest`, written by the caller before `launch`
- `events.jsonl`: one `Event` a line, appended by the worker
- `lock`: held (flock) by the worker for as long as it lives
- `logs/<task path>.log`: what each step prints, written while it runs
- `worker.log`: what the worker itself has to say
- `tmp/`: scratch space of the steps, emptied at the end
"""

from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, Field, JsonValue

JsonObject = dict[str, JsonValue]

REQUEST_FILE = "run.json"
EVENTS_FILE = "events.jsonl"
LOCK_FILE = "lock"
LOGS_FOLDER = "logs"
TMP_FOLDER = "tmp"
WORKER_LOG = "worker.log"


class State(StrEnum):
    """State of a run or task, in the words of the Kubeflow Pipelines API."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    SKIPPED = "SKIPPED"
    FAILED = "FAILED"
    CANCELED = "CANCELED"


class TaskKind(StrEnum):
    """What a task is in the compiled pipeline."""

    ROOT = "root"
    CONTAINER = "container"
    IMPORTER = "importer"
    DAG = "dag"
    LOOP = "loop"
    ITERATION = "iteration"
    CONDITION = "condition"
    EXIT = "exit"


class CacheMiss(StrEnum):
    """Why a step was executed although caching exists."""

    DISABLED = "disabled"
    NO_EARLIER_RESULT = "no earlier result"
    INPUTS_CHANGED = "inputs changed"
    COMMAND_CHANGED = "command changed"


class Limits(BaseModel):
    """Bounds of every step that sets none itself; None means no bound."""

    seconds: float | None = Field(default=None, gt=0)
    memory_bytes: int | None = Field(default=None, gt=0)


class RunRequest(BaseModel):
    """Everything the worker needs to execute one run.

    `parameters` are already coerced (see `coerce`). A bucket is a sub-folder of `buckets`, an object's key the path below it.
    `pipeline_root` is the folder of this run alone; empty means `minio://mlpipeline/v2/artifacts/<pipeline_name>/<run_id>`.
    """

    run_id: str
    display_name: str
    pipeline_name: str
    pipeline_spec: JsonObject
    platform_spec: JsonObject | None = None
    parameters: JsonObject = Field(default_factory=dict)
    buckets: Path
    pipeline_root: str = ""
    cache: Path
    environments: Path
    caching: bool = True
    limits: Limits = Field(default_factory=Limits)
    create_time: datetime = Field(default_factory=lambda: datetime.now(UTC))
    schedule_time: datetime | None = None


class Failure(BaseModel):
    """Why a run or task did not succeed, in a sentence for a person."""

    message: str


class Artifact(BaseModel):
    """One artifact as recorded; `type` is its schema title, such as `system.Metrics`."""

    name: str
    type: str
    uri: str
    metadata: JsonObject = Field(default_factory=dict)


class Values(BaseModel):
    """Inputs or outputs of a task: parameters and artifacts by name."""

    parameters: JsonObject = Field(default_factory=dict)
    artifacts: dict[str, list[Artifact]] = Field(default_factory=dict)


class Caching(BaseModel):
    """How the cache treated a step.

    `miss` is None exactly when the result was taken from the cache; `changed` names the inputs that differ from the nearest earlier
    execution; `run_id` is the run whose result was used.
    """

    fingerprint: str = ""
    miss: CacheMiss | None = None
    changed: list[str] = Field(default_factory=list)
    run_id: str = ""


class RunEvent(BaseModel):
    """The run reached a state."""

    state: State
    error: Failure | None = None


class TaskEvent(BaseModel):
    """A task reached a state; complete in itself, so that the latest event of a task replaces all earlier ones.

    `path` is unique within the run (`for-loop-1/iteration-0/train`; the root's is empty), `log` the log file relative to the run's
    folder, `task_id` the same in every attempt to execute the run.
    """

    task_id: str
    name: str
    path: str
    parent_task_id: str | None = None
    kind: TaskKind
    state: State
    error: Failure | None = None
    attempt: int = 1
    cached: bool = False
    caching: Caching | None = None
    inputs: Values = Field(default_factory=Values)
    outputs: Values = Field(default_factory=Values)
    log: str | None = None


class Event(BaseModel):
    """One line of `events.jsonl`: exactly one of `run` and `task` is set."""

    time: datetime = Field(default_factory=lambda: datetime.now(UTC))
    run: RunEvent | None = None
    task: TaskEvent | None = None


class EngineError(Exception):
    """Something a person can put right; the message says what and how."""


class ArgumentError(EngineError):
    """The arguments do not fit the pipeline's parameters; `problems` holds one sentence each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(" ".join(problems))
        self.problems = problems


class RunActiveError(EngineError):
    """The run already has a living worker."""
