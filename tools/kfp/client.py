"""Kubeflow Pipelines in the words of this program: typed answers of the kfp SDK's own generated client."""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from tools.kfp.connection import Connection
from tools.kfp.model import Experiment, Pipeline, Run, RunArtifact, Task, Version
from tools.kfp.settings import KfpSettings
from tools.names import not_found
from tools.result import ErrorCode, ToolError

PAGE = 100
NEWEST_FIRST = "created_at desc"


class Kfp:
    """What is there and what can be done; `connect` answers the connection's settings (see `Connection`)."""

    def __init__(self, connect: Callable[[], KfpSettings]) -> None:
        self._connection = Connection(connect)
        self._pipeline_names: dict[str, str] = {}

    @property
    def settings(self) -> KfpSettings:
        """The settings of the connection in use."""
        return self._connection.settings

    def close(self) -> None:
        """Close the connections."""
        self._connection.close()

    # pipelines

    def pipelines(self, query: str | None = None, limit: int = PAGE) -> tuple[list[Pipeline], int]:
        """Pipelines newest first, and how many there are in all."""
        with self._connection.errors("list pipelines"):
            answer = self._connection.service("PipelineServiceApi").pipeline_service_list_pipelines(
                page_size=limit, sort_by=NEWEST_FIRST, filter=_contains(query), **self._connection.scope, **self._connection.time
            )
        return [_pipeline(p) for p in answer.pipelines or []], answer.total_size or 0

    def pipeline(self, name: str) -> Pipeline:
        """The pipeline of exactly this name.

        Raises:
            ToolError: NOT_FOUND.
        """
        with self._connection.errors(f"find pipeline `{name}`"):
            answer = self._connection.service("PipelineServiceApi").pipeline_service_list_pipelines(
                filter=_equals(name), **self._connection.scope, **self._connection.time
            )
        if not answer.pipelines:
            raise not_found("pipeline", name, [p.name for p in self.pipelines()[0]])
        return _pipeline(answer.pipelines[0])

    def versions(self, pipeline_id: str, limit: int = 10) -> tuple[list[Version], int]:
        """Versions of a pipeline, newest first, and how many there are in all."""
        with self._connection.errors("list pipeline versions"):
            answer = self._connection.service("PipelineServiceApi").pipeline_service_list_pipeline_versions(
                pipeline_id, page_size=limit, sort_by=NEWEST_FIRST, **self._connection.time
            )
        return [_version(v) for v in answer.pipeline_versions or []], answer.total_size or 0

    def latest_version(self, pipeline: Pipeline) -> Version:
        """The newest version of a pipeline."""
        versions, _ = self.versions(pipeline.id, limit=1)
        if not versions:
            raise ToolError(ErrorCode.CONFLICT, f"pipeline `{pipeline.name}` has no version yet; upload one first.")
        return versions[0]

    def upload(self, path: Path, name: str, description: str = "") -> Pipeline:
        """Upload a compiled pipeline under a new name."""
        with self._connection.errors(f"upload pipeline `{name}`"):
            answer = self._connection.service("PipelineUploadServiceApi").upload_pipeline(
                str(path), name=name, description=description, **self._connection.scope, **self._connection.time
            )
        return _pipeline(answer)

    def _pipeline_name(self, pipeline_id: str) -> str:
        """The pipeline's name; empty when it has been deleted, which its runs outlive."""
        if pipeline_id not in self._pipeline_names:
            service = self._connection.service("PipelineServiceApi")
            try:
                with self._connection.errors("get pipeline"):
                    self._pipeline_names[pipeline_id] = _pipeline(
                        service.pipeline_service_get_pipeline(pipeline_id, **self._connection.time)
                    ).name
            except ToolError as error:
                if error.code is not ErrorCode.NOT_FOUND:
                    raise
                self._pipeline_names[pipeline_id] = ""
        return self._pipeline_names[pipeline_id]

    # experiments

    def experiment(self, name: str) -> Experiment:
        """The experiment of exactly this name.

        Raises:
            ToolError: NOT_FOUND.
        """
        with self._connection.errors(f"find experiment `{name}`"):
            answer = self._connection.service("ExperimentServiceApi").experiment_service_list_experiments(
                filter=_equals(name), **self._connection.scope, **self._connection.time
            )
        if not answer.experiments:
            raise not_found("experiment", name, [e.name for e in self.experiments()[0]])
        return _experiment(answer.experiments[0])

    def experiments(self, limit: int = PAGE) -> tuple[list[Experiment], int]:
        """Experiments newest first, and how many there are in all."""
        with self._connection.errors("list experiments"):
            answer = self._connection.service("ExperimentServiceApi").experiment_service_list_experiments(
                page_size=limit, sort_by=NEWEST_FIRST, **self._connection.scope, **self._connection.time
            )
        return [_experiment(e) for e in answer.experiments or []], answer.total_size or 0

    # runs

    def create_run(self, name: str, version: Version, arguments: dict[str, Any], experiment_id: str | None = None) -> Run:
        """Start a run of a version."""
        body = {
            "display_name": name,
            "experiment_id": experiment_id,
            "pipeline_version_reference": {"pipeline_id": version.pipeline_id, "pipeline_version_id": version.id},
            "runtime_config": {"parameters": arguments},
        }
        with self._connection.errors(f"start run `{name}`"):
            return self._run(self._connection.service("RunServiceApi").run_service_create_run(body, **self._connection.time))

    def runs(self, limit: int = 20, **equal: str) -> tuple[list[Run], int]:
        """Runs newest first and how many there are in all.

        Args:
            limit: page size.
            equal: filters on the server, e.g. `state="FAILED"`, `pipeline_id=...`, `display_name=...`; `experiment_id` likewise.
        """
        query: dict[str, Any] = {"page_size": limit, "sort_by": NEWEST_FIRST, **self._connection.time}
        experiment = equal.pop("experiment_id", None)
        query |= {"experiment_id": experiment} if experiment else self._connection.scope
        predicates = [_predicate("EQUALS", key, value) for key, value in {"storage_state": "AVAILABLE", **equal}.items()]
        with self._connection.errors("list runs"):
            answer = self._connection.service("RunServiceApi").run_service_list_runs(filter=json.dumps({"predicates": predicates}), **query)
            return [self._run(r) for r in answer.runs or []], answer.total_size or 0

    def run(self, name: str) -> Run:
        """The run of this id or exact name, with its tasks.

        Raises:
            ToolError: NOT_FOUND.
        """
        run_id = name
        if not _is_id(name):
            found, _ = self.runs(limit=1, display_name=name)
            if not found:
                raise not_found("run", name, [r.name for r in self.runs(limit=PAGE)[0]])
            run_id = found[0].id
        with self._connection.errors(f"get run `{name}`"):
            return self._run(self._connection.service("RunServiceApi").run_service_get_run(run_id, **self._connection.time))

    def artifacts(self, run: Run) -> list[RunArtifact]:
        """What the steps of a run produced, from the standalone platform's own endpoint.

        Raises:
            ToolError: UNSUPPORTED where there is no such endpoint.
        """
        try:
            answer = self._connection.get(f"/apis/v2beta1/runs/{run.id}/artifacts", "list artifacts")
        except ToolError as error:
            if error.code is not ErrorCode.NOT_FOUND:
                raise
            message = (
                f"{self.settings.endpoint} does not tell the artifacts of runs through its API; look at run `{run.name}` in its dashboard."
            )
            raise ToolError(ErrorCode.UNSUPPORTED, message) from error
        steps = {t.id: t.name for t in run.tasks}
        return [
            RunArtifact(
                id=str(a.get("artifact_id", "")),
                name=str(a["name"]),
                type=str(a["type"]),
                uri=str(a["uri"]),
                task=steps.get(str(a["task_id"]), ""),
                metadata=a.get("metadata") or {},
            )
            for a in answer.get("artifacts", [])
        ]

    def healthy(self) -> None:
        """Ask for a sign of life.

        Raises:
            ToolError: UNAVAILABLE or PERMISSION_DENIED.
        """
        self.pipelines(limit=1)

    def _run(self, answer: Any) -> Run:
        spec = answer.pipeline_spec or {}
        reference = answer.pipeline_version_reference
        if reference is not None and reference.pipeline_id:
            pipeline = self._pipeline_name(reference.pipeline_id)
        else:
            pipeline = str(spec.get("pipeline_spec", spec).get("pipelineInfo", {}).get("name", ""))
        tasks = answer.run_details.task_details if answer.run_details else None
        return Run(
            id=answer.run_id,
            name=answer.display_name,
            state=_state(answer.state),
            created=answer.created_at,
            finished=_time(answer.finished_at),
            pipeline=pipeline,
            experiment_id=answer.experiment_id or "",
            arguments=dict((answer.runtime_config.parameters if answer.runtime_config else None) or {}),
            error=answer.error.message if answer.error else "",
            tasks=tuple(_task(t) for t in tasks or []),
        )


def _predicate(operation: str, key: str, value: str) -> dict[str, str]:
    return {"operation": operation, "key": key, "stringValue": value}


def _equals(name: str) -> str:
    return json.dumps({"predicates": [_predicate("EQUALS", "display_name", name)]})


def _contains(query: str | None) -> str:
    return json.dumps({"predicates": [_predicate("IS_SUBSTRING", "display_name", query)]}) if query else ""


def _is_id(name: str) -> bool:
    parts = name.split("-")
    return [len(p) for p in parts] == [8, 4, 4, 4, 12] and all(c in "0123456789abcdef" for p in parts for c in p.lower())


def _state(state: str | None) -> str:
    return (state or "pending").lower()


def _time(value: datetime | None) -> datetime | None:
    """Servers send the epoch for "not yet"."""
    return None if value is None or value.year <= 1970 else value


def _pipeline(answer: Any) -> Pipeline:
    return Pipeline(answer.pipeline_id, answer.display_name or answer.name, answer.description or "", answer.created_at)


def _version(answer: Any) -> Version:
    return Version(
        answer.pipeline_version_id, answer.pipeline_id, answer.display_name or answer.name, answer.created_at, answer.pipeline_spec or {}
    )


def _experiment(answer: Any) -> Experiment:
    return Experiment(
        answer.experiment_id, answer.display_name, answer.description or "", answer.created_at, answer.storage_state == "ARCHIVED"
    )


def _task(answer: Any) -> Task:
    return Task(
        id=answer.task_id,
        name=answer.display_name or "",
        state=_state(answer.state),
        started=_time(answer.start_time),
        ended=_time(answer.end_time),
        error=answer.error.message if answer.error else "",
        parent=answer.parent_task_id,
    )
