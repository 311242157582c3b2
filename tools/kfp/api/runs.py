"""Runs: started, followed, ended."""

import json
from functools import cached_property
from typing import Any

from tools.kfp.api.calls import NEWEST_FIRST, PAGE, is_id, time_of, where
from tools.kfp.api.pipelines import PipelineCalls
from tools.kfp.api.tasks import tasks_of
from tools.kfp.model import TERMINAL, Run, Version
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

    def stopped_runs(self, *words: str, **equal: str) -> list[Run]:
        """Runs that somebody stopped, newest first, among the newest 100 that did not succeed; arguments as of `runs`."""
        ended = [run for state in ("FAILED", "CANCELED") for run in self.runs(*words, limit=PAGE, **equal, state=state)[0]]
        return sorted((run for run in ended if run.stopped), key=lambda run: str(run.created), reverse=True)

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
        state = (answer.state or "pending").lower()
        return Run(
            id=answer.run_id,
            name=answer.display_name,
            state=state,
            created=answer.created_at,
            finished=time_of(answer.finished_at),
            pipeline=self.named(pipeline_id) if pipeline_id else written,
            experiment_id=answer.experiment_id or "",
            pipeline_id=pipeline_id,
            version_id=(reference.pipeline_version_id if reference else None) or "",
            arguments=dict((answer.runtime_config.parameters if answer.runtime_config else None) or {}),
            error=answer.error.message if answer.error else "",
            tasks=tasks_of(tasks or []),
            stopped=_was_stopped(state, [str(change.state).lower() for change in answer.state_history or []]),
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


def _was_stopped(state: str, history: list[str]) -> bool:
    """Whether a run in this state came to its end by being stopped; the end of one that was retried since then is another."""
    going = [past for past in history if past not in TERMINAL]
    return state == "canceled" or (state == "failed" and going[-1:] == ["canceling"])
