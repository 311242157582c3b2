"""What Kubeflow Pipelines' objects mean here: small typed views of the API's answers."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

TERMINAL = frozenset({"succeeded", "failed", "canceled", "skipped"})


@dataclass(frozen=True)
class Parameter:
    """An input of a pipeline."""

    name: str
    type: str
    """`int`, `float`, `bool`, `list` or `dict`; `str` for text and for anything else."""
    required: bool
    default: Any = None
    description: str = ""


@dataclass(frozen=True)
class Pipeline:
    """A pipeline."""

    id: str
    name: str
    description: str
    created: datetime | None


@dataclass(frozen=True)
class Version:
    """One version of a pipeline with its compiled specification."""

    id: str
    pipeline_id: str
    name: str
    created: datetime | None
    spec: dict[str, Any] = field(default_factory=dict)

    @property
    def ir(self) -> dict[str, Any]:
        """The pipeline specification, without a platform's own part."""
        inner = self.spec.get("pipeline_spec")
        return inner if isinstance(inner, dict) else self.spec

    @property
    def parameters(self) -> list[Parameter]:
        """The pipeline's parameters in the order of the specification."""
        return parameters_of(self.ir)


@dataclass(frozen=True)
class Task:
    """One step of a run."""

    id: str
    name: str
    state: str
    started: datetime | None
    ended: datetime | None
    error: str = ""
    parent: str | None = None
    pods: tuple[str, ...] = ()
    """On a cluster: what the workflow engine calls the pods in which it ran, one for each attempt."""

    @property
    def seconds(self) -> float | None:
        """How long it took; None while it has not ended."""
        return (self.ended - self.started).total_seconds() if self.started and self.ended else None


@dataclass(frozen=True)
class Run:
    """A run of a pipeline."""

    id: str
    name: str
    state: str
    """Lower case: pending, running, succeeded, failed, canceled, skipped, canceling, paused."""
    created: datetime | None
    finished: datetime | None
    pipeline: str
    experiment_id: str
    pipeline_id: str = ""
    version_id: str = ""
    arguments: dict[str, Any] = field(default_factory=dict)
    error: str = ""
    tasks: tuple[Task, ...] = ()
    stopped: bool = False
    """Whether somebody stopped it: Kubeflow Pipelines then ends it as failed."""

    @property
    def done(self) -> bool:
        """Whether the run has come to its end."""
        return self.state in TERMINAL

    @property
    def outcome(self) -> str:
        """How it ended, as the verb of a sentence: `succeeded`, `failed`, `was stopped`, `was skipped`."""
        return "was stopped" if self.stopped else {"skipped": "was skipped"}.get(self.state, self.state)

    @property
    def seconds(self) -> float | None:
        """How long it took, or has been taking."""
        if self.created is None:
            return None
        return ((self.finished if self.done and self.finished else datetime.now(UTC)) - self.created).total_seconds()

    @property
    def steps(self) -> list[Task]:
        """The tasks a person would call steps, not the root that holds them: in order of start, those that have not started last.

        What comes from the cache never starts: it stands where it was taken.
        """
        parents = {t.parent for t in self.tasks}
        steps = [t for t in self.tasks if t.parent is not None or t.id not in parents]
        return sorted(steps, key=lambda t: t.started or t.ended or datetime.max.replace(tzinfo=UTC))

    @property
    def failed_steps(self) -> list[Task]:
        """The steps that failed themselves, in order of start: not the loops and sub-pipelines that failed with them."""
        return self._innermost("failed")

    @property
    def stopped_steps(self) -> list[Task]:
        """The steps at which the run came to its end without success: those that failed, else those that were canceled."""
        return self.failed_steps or self._innermost("canceled")

    def _innermost(self, state: str) -> list[Task]:
        found = [t for t in self.steps if t.state == state]
        parents = {t.parent for t in found}
        return [t for t in found if t.id not in parents]


@dataclass(frozen=True)
class Step:
    """One step of a run with all that is known of it.

    `path` tells apart the iterations of a loop; `miss` says why a step was executed although caching exists, `changed` which inputs differ
    from the nearest earlier execution, `cached_from` whose result was taken.
    """

    id: str
    name: str
    path: str
    kind: str
    state: str
    started: str
    error: str
    cached: bool
    miss: str
    changed: tuple[str, ...]
    cached_from: str
    inputs: dict[str, Any]
    outputs: dict[str, Any]
    log: bool
    pod: str = ""
    """On a cluster: namespace and name of the pod that ran it last, `namespace/name`."""

    @property
    def label(self) -> str:
        """What tells it apart from other steps of the run: its path where it lies in a loop or in a pipeline within the pipeline."""
        *outer, _ = self.path.split("/")
        told = [part for part in outer if not _GROUP.fullmatch(part)]
        return "/".join([*told, self.name])


WORK = ("container", "importer", "exit")
"""Kinds of steps that do work themselves, rather than hold others."""


@dataclass(frozen=True)
class Schedule:
    """A recurring run: by cron (five fields) or every so many seconds."""

    id: str
    name: str
    cron: str
    seconds: int | None
    enabled: bool
    pipeline_id: str
    arguments: dict[str, Any]
    created: datetime | None


@dataclass(frozen=True)
class RunArtifact:
    """Something a step of a run produced; `type` is the schema title, e.g. `system.Metrics`."""

    id: str
    name: str
    type: str
    uri: str
    task: str
    metadata: dict[str, Any]


@dataclass(frozen=True)
class Reader:
    """A step of a run that read an artifact."""

    run: str
    step: str


@dataclass(frozen=True)
class Lineage:
    """An artifact, the run that wrote it (empty when that has been deleted), and the steps that read it.

    `imported`: the run did not write it, but took what was there.
    """

    artifact: RunArtifact
    run: str
    imported: bool
    readers: tuple[Reader, ...]


@dataclass(frozen=True)
class Experiment:
    """A group of runs."""

    id: str
    name: str
    description: str
    created: datetime | None
    archived: bool = False


_GROUP = re.compile(r"(?:exit-handler|condition|condition-branches)-\d+")
"""Tasks that the compiler puts around others and that nobody has named."""
_TYPES = {
    "NUMBER_INTEGER": "int",
    "NUMBER_DOUBLE": "float",
    "STRING": "str",
    "BOOLEAN": "bool",
    "LIST": "list",
    "STRUCT": "dict",
}


def parameters_of(ir: dict[str, Any]) -> list[Parameter]:
    """The declared inputs of a compiled pipeline."""
    declared = ir.get("root", {}).get("inputDefinitions", {}).get("parameters", {})
    return [
        Parameter(
            name=name,
            type=_TYPES.get(str(spec.get("parameterType", "")), "str"),
            required="defaultValue" not in spec and not spec.get("isOptional", False),
            default=_number(spec.get("defaultValue"), str(spec.get("parameterType"))),
            description=str(spec.get("description", "")),
        )
        for name, spec in declared.items()
    ]


def steps_of(ir: dict[str, Any]) -> list[tuple[str, list[str]]]:
    """The root's steps with the steps they depend on, in an order in which they could run."""
    tasks: dict[str, Any] = ir.get("root", {}).get("dag", {}).get("tasks", {})
    waiting = {name: [d for d in spec.get("dependentTasks", []) if d in tasks] for name, spec in tasks.items()}
    ordered: list[tuple[str, list[str]]] = []
    done: set[str] = set()
    while len(done) < len(waiting):
        ready = [name for name, needs in waiting.items() if name not in done and set(needs) <= done]
        if not ready:
            break
        ordered += [(name, waiting[name]) for name in ready]
        done.update(ready)
    return ordered


def _number(value: Any, kind: str) -> Any:
    """JSON has one kind of number: an integer parameter's default arrives as 3.0."""
    if kind == "NUMBER_INTEGER" and isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def new_run_name(pipeline: str) -> str:
    """A run name that says what and when, unique to the millisecond."""
    now = datetime.now(UTC)
    return f"{pipeline}-{now:%m%d-%H%M%S}{now.microsecond // 1000:03d}"
