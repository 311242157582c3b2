"""What a world file says: pipelines, experiments, runs (oldest first), schedules, buckets, and `extras`, which may be left out."""

from pathlib import Path
from typing import Any, Literal, Self

import yaml
from pydantic import AliasChoices, BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from evals.errors import EvalError
from standalone.yaml_data import read_yaml
from tools.kfp.authoring import identifier

Type = Literal["int", "float", "bool", "str", "list", "dict"]
State = Literal["succeeded", "failed", "running", "canceled"]
_TYPES: dict[str, Type] = {
    "integer": "int",
    "number": "float",
    "double": "float",
    "boolean": "bool",
    "string": "str",
    "text": "str",
    "array": "list",
    "object": "dict",
    "struct": "dict",
}
_STATES: dict[str, State] = {
    "success": "succeeded",
    "error": "failed",
    "pending": "running",
    "cancelled": "canceled",
    "terminated": "canceled",
}
DEFAULT_EXPERIMENT = "Default"


class Part(BaseModel):
    """A part of a world; keys that are not known are of no importance to the loader."""

    model_config = ConfigDict(extra="ignore", populate_by_name=True)


class Parameter(Part):
    """An input of a pipeline; required where no default is given."""

    name: str
    type: Type = "str"
    default: Any = None

    @field_validator("type", mode="before")
    @classmethod
    def _synonym(cls, value: object) -> object:
        return _TYPES.get(str(value).lower(), value)

    @field_validator("name")
    @classmethod
    def _identifier(cls, value: str) -> str:
        if value != identifier(value) or not value.isascii():
            raise ValueError(f"{value!r} cannot be a parameter of a Python function")
        return value

    @property
    def required(self) -> bool:
        """Whether every run must give it."""
        return "default" not in self.model_fields_set


class Pipeline(Part):
    """A pipeline."""

    name: str
    description: str = ""
    params: list[Parameter] = Field(default_factory=list, validation_alias=AliasChoices("params", "parameters"))


class Experiment(Part):
    """An experiment."""

    name: str
    description: str = ""


class Run(Part):
    """A run and how it ended, or that it has not."""

    name: str
    pipeline: str
    experiment: str = DEFAULT_EXPERIMENT
    state: State = "succeeded"
    arguments: dict[str, Any] = Field(default_factory=dict)
    metrics: dict[str, float] = Field(default_factory=dict)

    @field_validator("state", mode="before")
    @classmethod
    def _synonym(cls, value: object) -> object:
        return _STATES.get(str(value).lower(), str(value).lower())


class Schedule(Part):
    """A schedule by a cron expression of five fields."""

    name: str
    pipeline: str
    cron: str
    arguments: dict[str, Any] = Field(default_factory=dict)


class Object(Part):
    """An object; `kind` is what its bytes are, by default what the key's ending says."""

    key: str
    kind: str = ""
    tags: dict[str, str] = Field(default_factory=dict)


class Bucket(Part):
    """A bucket with its objects."""

    name: str
    objects: list[Object] = Field(default_factory=list)
    versioning: bool = False


class RunDetails(Part):
    """The steps of a run in order, what it produced, and where and why it failed."""

    steps: list[str] = Field(default_factory=list)
    artifacts: list[str] = Field(default_factory=list)
    failed_step: str | None = None
    running_step: str | None = None
    error: str | None = None


class Extras(Part):
    """What goes beyond the agreed core."""

    run_details: dict[str, RunDetails] = Field(default_factory=dict)
    paused_schedules: list[str] = Field(default_factory=list)
    local_files: list[str] = Field(default_factory=list)
    documents: list[str] = Field(default_factory=list)


class World(Part):
    """A whole installation."""

    pipelines: list[Pipeline] = Field(default_factory=list)
    experiments: list[Experiment] = Field(default_factory=list)
    runs: list[Run] = Field(default_factory=list)
    schedules: list[Schedule] = Field(default_factory=list)
    buckets: list[Bucket] = Field(default_factory=list)
    extras: Extras = Field(default_factory=Extras)

    @model_validator(mode="after")
    def _refers_to_what_is_there(self) -> Self:
        pipelines = {p.name: p for p in self.pipelines}
        uses: list[Run | Schedule] = [*self.runs, *self.schedules]
        for one in uses:
            if one.pipeline not in pipelines:
                raise ValueError(f"{one.name!r} is of pipeline {one.pipeline!r}, which is not described")
            if unknown := one.arguments.keys() - {p.name for p in pipelines[one.pipeline].params}:
                raise ValueError(f"{one.name!r} gives {sorted(unknown)}, which pipeline {one.pipeline!r} does not take")
        for kind, names in _names(self).items():
            if double := sorted({n for n in names if names.count(n) > 1}):
                raise ValueError(f"several {kind} are called {double[0]!r}")
        for run, details in self.extras.run_details.items():
            for step in (details.failed_step, details.running_step):
                if step and details.steps and step not in details.steps:
                    raise ValueError(f"run {run!r} has no step {step!r}")
        return self

    def details(self, run: Run) -> RunDetails:
        """What is said of a run beyond its core, completed by what is usual."""
        given = self.extras.run_details.get(run.name, RunDetails())
        steps = given.steps or ["load-data", "train-model", "evaluate-model", "publish-model"]
        artifacts = given.artifacts or (["model", "metrics"] if run.metrics else ["model"])
        stop = {"failed": given.failed_step or steps[-1], "running": given.running_step or steps[-1], "canceled": steps[-1]}.get(run.state)
        return RunDetails(
            steps=steps,
            artifacts=artifacts,
            failed_step=stop if run.state == "failed" else None,
            running_step=stop if run.state in ("running", "canceled") else None,
            error=given.error or "RuntimeError: the step could not do its work",
        )


def load_world(path: Path) -> World:
    """A world from its YAML file.

    Raises:
        EvalError: the file cannot be read or does not describe a world; the message says where.
    """
    try:
        return World.model_validate(read_yaml(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise EvalError(f"{path} is no readable YAML file: {error}") from error
    except ValidationError as error:
        raise EvalError(f"{path} describes no world: {problems(error)}.") from error


def problems(error: ValidationError) -> str:
    """What is wrong, each place with its reason."""
    told = []
    for problem in error.errors()[:5]:
        place = ".".join(str(part) for part in problem["loc"])
        told.append(f"{place}: {problem['msg']}" if place else problem["msg"])
    return "; ".join(told).replace("Value error, ", "")


def _names(world: World) -> dict[str, list[str]]:
    return {
        "pipelines": [p.name for p in world.pipelines],
        "experiments": [e.name for e in world.experiments],
        "runs": [r.name for r in world.runs],
        "schedules": [s.name for s in world.schedules],
        "buckets": [b.name for b in world.buckets],
        **{f"objects of bucket {b.name!r}": [o.key for o in b.objects] for b in world.buckets},
    }
