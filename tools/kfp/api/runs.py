"""Runs: started, followed, ended."""

import json
from collections.abc import Sequence
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from tools.kfp.api.calls import NEWEST_FIRST, PAGE, is_id, time_of, where
from tools.kfp.api.pipelines import PipelineCalls
<<<<<<< HEAD
from tools.kfp.model import Lineage, Reader, Run, RunArtifact, Step, Task, Version
=======
from tools.kfp.api.tasks import tasks_of
from tools.kfp.model import Run, Version
>>>>>>> ccf189e (feat(kfp): results of runs on a cluster, from ML Metadata, pods and archived logs)
from tools.names import not_found

_SERVICE = "RunServiceApi"


class RunCalls(PipelineCalls):
    """Calls about runs."""

    def create_run(self, name: str, version: Version, arguments: dict[str, Any], experiment_id: str | None = None) -> Run:
        """Start a run of a version."""
        body = {
            "display_name": name,
            "experiment_id": experiment_id,
            "pipeline_version_reference": {"pipeline_id": version.pipeline_id, "pipeline_version_id": version.id},
            "runtime_config": {"parameters": arguments},
        }
        return self._run(self._ask(f"start run `{name}`", _SERVICE, "run_service_create_run", body))

    def runs(self, *words: str, limit: int = 20, **equal: str) -> tuple[list[Run], int]:
        """Runs that are not archived, newest first, and how many there are in all.

        Args:
            words: their names contain all of these.
            limit: page size.
            equal: filters on the server, e.g. `state="FAILED"`, `pipeline_id=...`, `display_name=...`; `experiment_id` likewise.
        """
        experiment = equal.pop("experiment_id", None)
        place = {"experiment_id": experiment} if experiment else self._connection.scope
        page = {"page_size": limit, "sort_by": NEWEST_FIRST, "filter": where(*words, storage_state="AVAILABLE", **equal), **place}
        answer = self._ask("list runs", _SERVICE, "run_service_list_runs", **page)
        return self._page(answer), answer.total_size or 0

    def runs_by_id(self, part: str) -> list[Run]:
        """Runs whose ids contain this, archived or not."""
        chosen = json.dumps({"predicates": [{"operation": "IS_SUBSTRING", "key": "run_id", "stringValue": part.lower()}]})
        answer = self._ask("list runs", _SERVICE, "run_service_list_runs", page_size=PAGE, filter=chosen, **self._connection.scope)
        return self._page(answer)

    def run(self, name: str) -> Run:
        """The run of this id or exact name, with its tasks.

        Raises:
            ToolError: NOT_FOUND.
        """
        run_id = name
        if not is_id(name):
            found, _ = self.runs(limit=1, display_name=name)
            if not found:
                raise not_found("run", name, [r.name for r in self.runs(limit=PAGE)[0]])
            run_id = found[0].id
        return self._run(self._ask(f"get run `{name}`", _SERVICE, "run_service_get_run", run_id))

    def spec(self, run: Run) -> dict[str, Any]:
        """The compiled pipeline that a run executes."""
        if run.version_id:
            return self.version(run.pipeline_id, run.version_id).ir
        answer = self._ask(f"get run `{run.name}`", _SERVICE, "run_service_get_run", run.id).pipeline_spec or {}
        return dict(answer.get("pipeline_spec", answer))

    def terminate_run(self, run: Run) -> None:
        """Ask a run to stop."""
        self._ask(f"terminate run `{run.name}`", _SERVICE, "run_service_terminate_run", run.id)

    def retry_run(self, run: Run) -> None:
        """Run the failed steps of a run again; those that succeeded are kept."""
        self._ask(f"retry run `{run.name}`", _SERVICE, "run_service_retry_run", run.id)

    def archive_run(self, run: Run) -> None:
        """Put a run away; it can be brought back."""
        self._ask(f"archive run `{run.name}`", _SERVICE, "run_service_archive_run", run.id)

    def delete_run(self, run: Run) -> None:
        """Remove the record of a run for good."""
        self._ask(f"delete run `{run.name}`", _SERVICE, "run_service_delete_run", run.id)

<<<<<<< HEAD
    def steps(self, run: Run) -> list[Step]:
        """The steps of a run with parameters, artifacts and cache, in order of start."""
        answer = self._own(f"/apis/v2beta1/runs/{run.id}/tasks", "what the steps of runs read and wrote", run)
        steps = [_step(t) for t in answer.get("tasks", [])]
        return sorted(steps, key=lambda s: s.started or "~")

    def artifacts(self, run: Run) -> list[RunArtifact]:
        """What the steps of a run produced."""
        answer = self._own(f"/apis/v2beta1/runs/{run.id}/artifacts", "the artifacts of runs", run)
        return [_artifact(a) for a in answer.get("artifacts", [])]

    def lineage(self, uris: Sequence[str]) -> list[Lineage]:
        """What is recorded under these addresses (at most 100), the latest first: which run wrote it, which steps read it."""
        path = f"/apis/v2beta1/artifacts?{urlencode([('uri', uri) for uri in uris])}"
        return [_lineage(a) for a in self._own(path, "which runs wrote and read an object").get("artifacts", [])]

    def log(self, run: Run, task_id: str, tail: int = LOG_TAIL) -> str:
        """The end of what a step printed; empty when it printed nothing."""
        try:
            return self._connection.text(f"/apis/v2beta1/runs/{run.id}/tasks/{task_id}/log?tail={tail}", "read the log")
        except ToolError as error:
            if error.code is ErrorCode.NOT_FOUND:
                return ""
            raise

    def _own(self, path: str, what: str, run: Run | None = None) -> dict[str, Any]:
        """An endpoint that only the standalone platform has.

        Raises:
            ToolError: UNSUPPORTED elsewhere.
        """
        try:
            return self._connection.get(path, f"get {what}")
        except ToolError as error:
            if error.code not in (ErrorCode.NOT_FOUND, ErrorCode.UNAVAILABLE):
                raise
            if error.code is ErrorCode.UNAVAILABLE and "404" not in error.message:
                raise
            look = f"; look at run `{run.name}` in its dashboard" if run else ""
            message = f"{self.settings.endpoint} does not tell {what} through its API{look}."
            raise ToolError(ErrorCode.UNSUPPORTED, message) from error

=======
>>>>>>> ccf189e (feat(kfp): results of runs on a cluster, from ML Metadata, pods and archived logs)
    def _page(self, answer: Any) -> list[Run]:
        """The runs of a list, with the names of their pipelines learned at once."""
        listed = answer.runs or []
        self._learn_names({r.pipeline_version_reference.pipeline_id for r in listed if r.pipeline_version_reference})
        return [self._run(r) for r in listed]

    def _run(self, answer: Any) -> Run:
        spec = answer.pipeline_spec or {}
        reference = answer.pipeline_version_reference
        pipeline_id = (reference.pipeline_id if reference else None) or ""
        written = str(spec.get("pipeline_spec", spec).get("pipelineInfo", {}).get("name", ""))
        tasks = answer.run_details.task_details if answer.run_details else None
        return Run(
            id=answer.run_id,
            name=answer.display_name,
            state=(answer.state or "pending").lower(),
            created=answer.created_at,
            finished=time_of(answer.finished_at),
            pipeline=self.named(pipeline_id) if pipeline_id else written,
            experiment_id=answer.experiment_id or "",
            pipeline_id=pipeline_id,
            version_id=(reference.pipeline_version_id if reference else None) or "",
            arguments=dict((answer.runtime_config.parameters if answer.runtime_config else None) or {}),
            error=answer.error.message if answer.error else "",
            tasks=tasks_of(tasks or []),
        )

    def named(self, pipeline_id: str) -> str:
        """A pipeline's name, asked for once; empty when it has been deleted."""
        if pipeline_id not in self._names:
            self._names[pipeline_id] = self.pipeline_name(pipeline_id)
        return self._names[pipeline_id]

    def _learn_names(self, pipeline_ids: set[str | None]) -> None:
        """The names of several pipelines by one request."""
        unknown = sorted(i for i in pipeline_ids if i and i not in self._names)
        if len(unknown) > 1:
            found = {p.id: p.name for p in self.pipelines_by_id(unknown)}
            self._names.update({i: found.get(i, "") for i in unknown})

    @cached_property
    def _names(self) -> dict[str, str]:
        """Names of pipelines by id: they never change."""
        return {}
<<<<<<< HEAD


def _task(answer: Any) -> Task:
    return Task(
        id=answer.task_id,
        name=answer.display_name or "",
        state=(answer.state or "pending").lower(),
        started=time_of(answer.start_time),
        ended=time_of(answer.end_time),
        error=answer.error.message if answer.error else "",
        parent=answer.parent_task_id,
    )


def _step(answer: dict[str, Any]) -> Step:
    caching = answer.get("caching") or {}
    return Step(
        id=str(answer["task_id"]),
        name=str(answer.get("display_name", "")),
        path=str(answer.get("path", "")),
        kind=str(answer.get("kind", "")),
        state=str(answer.get("state", "")).lower(),
        started=answer.get("start_time") or "",
        error=str(answer.get("error") or ""),
        cached=bool(answer.get("cached")),
        miss=str(caching.get("miss") or ""),
        changed=tuple(caching.get("changed") or ()),
        cached_from=str(caching.get("run_id") or ""),
        inputs=dict((answer.get("inputs") or {}).get("parameters") or {}),
        outputs=dict((answer.get("outputs") or {}).get("parameters") or {}),
        log=bool(answer.get("log_available")),
    )


def _artifact(answer: dict[str, Any]) -> RunArtifact:
    return RunArtifact(
        id=str(answer.get("artifact_id", "")),
        name=str(answer["name"]),
        type=str(answer["type"]),
        uri=str(answer["uri"]),
        task=str(answer.get("task") or ""),
        metadata=answer.get("metadata") or {},
    )


def _lineage(answer: dict[str, Any]) -> Lineage:
    readers = (Reader(run=str(r.get("run", "")), step=str(r.get("task", ""))) for r in answer.get("read_by", []))
    return Lineage(_artifact(answer["artifact"]), str(answer.get("run") or ""), bool(answer.get("imported")), tuple(readers))
=======
>>>>>>> ccf189e (feat(kfp): results of runs on a cluster, from ML Metadata, pods and archived logs)
