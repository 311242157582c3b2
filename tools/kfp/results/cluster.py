"""The results of runs on a cluster: what ML Metadata records, and what pods printed."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from tools.kfp.connection import Connection
from tools.kfp.model import WORK, Lineage, Reader, Run, RunArtifact, Step
from tools.kfp.results.cache_misses import INPUT, cache_miss, inputs_of
from tools.kfp.results.executions import IMPORTERS, steps_of
from tools.kfp.results.mlmd import RUN_CONTEXT, MetadataStore
from tools.kfp.results.pod_logs import PodLogs
from tools.kfp.results.source import LOG_TAIL
from tools.kfp.results.values import properties
from tools.minio.store import ObjectStore

OUTPUT = 4
"""`Event.Type` of an artifact that was written."""
MOST = 50
"""Artifacts and executions, the latest, whose lineage is told: each costs requests."""
_BOOKKEEPING = frozenset({"display_name", "store_session_info"})
"""Properties of artifacts that upstream adds to the component's own."""


class ClusterResults:
    """What a cluster keeps of its runs; `named` knows their names by id, `store` holds the archived logs."""

    def __init__(self, connection: Connection, named: Callable[[str], str], store: Callable[[], ObjectStore] | None = None) -> None:
        self._named = named
        self._mlmd = MetadataStore(connection)
        self._logs = PodLogs(connection, store)

    def steps(self, run: Run) -> list[Step]:
        """The steps of a run with parameters and cache."""
        return steps_of(run, self._executions(run))

    def explained(self, run: Run) -> list[Step]:
        """The same with whose result was taken from the cache, or why none was."""
        context = self._mlmd.run_context(run.id)
        if context is None:
            return []
        executions = {str(e.id): e for e in self._mlmd.executions(context.id)}
        steps = steps_of(run, list(executions.values()))
        recent = [e for p in self._mlmd.pipeline_contexts(context.id) for e in self._mlmd.newest_executions(p.id)]
        earlier = [e for e in recent if str(e.id) not in executions]
        compared = [*executions.values(), *earlier]
        inputs = inputs_of(compared, self._mlmd.events(e.id for e in compared))
        explained = []
        for step in steps:
            execution = executions.get(step.id)
            if execution is None or step.kind != "container":
                explained.append(step)
            elif step.cached:
                explained.append(replace(step, cached_from=self._run_of(properties(execution).get("cached_execution_id"))))
            else:
                miss, changed = cache_miss(execution, earlier, inputs)
                explained.append(replace(step, miss=miss, changed=changed))
        return explained

    def artifacts(self, run: Run) -> list[RunArtifact]:
        """What the steps of a run produced, or took from the cache."""
        steps = {int(s.id): s for s in steps_of(run, self._executions(run)) if s.kind in WORK and s.id.isdigit()}
        written = [e for e in self._mlmd.events(steps) if e.type == OUTPUT and e.path.steps]
        found = self._mlmd.artifacts(e.artifact_id for e in written)
        return [_artifact(found[e.artifact_id], e.path.steps[0].key, steps[e.execution_id].name) for e in written if e.artifact_id in found]

    def lineage(self, uris: Sequence[str]) -> list[Lineage]:
        """What is recorded under these addresses, the latest first."""
        found = self._mlmd.artifacts_at(uris)[:MOST]
        uses = [e for e in self._mlmd.uses(a.id for a in found) if e.type in (INPUT, OUTPUT)]
        executions = self._mlmd.executions_by_id(e.execution_id for e in uses)
        runs = {i: self._named(run) if (run := self._run_of(i)) else "" for i in sorted(executions)[-MOST:]}
        told = [e for e in uses if e.execution_id in runs]
        return [_lineage(artifact, [e for e in told if e.artifact_id == artifact.id], executions, runs) for artifact in found]

    def log(self, run: Run, step: Step, tail: int = LOG_TAIL) -> str:
        """The end of what a step printed."""
        context = self._mlmd.run_context(run.id)
        told = properties(context) if context is not None else {}
        workflow = str(told.get("resource_name") or "").rpartition("/")[2]
        bucket = str(told.get("pipeline_root") or "").partition("://")[2].partition("/")[0]
        return self._logs.read(run, step, workflow, bucket, tail)

    def _executions(self, run: Run) -> list[Any]:
        context = self._mlmd.run_context(run.id)
        return self._mlmd.executions(context.id) if context is not None else []

    def _run_of(self, execution_id: Any) -> str:
        """The run of an earlier execution; empty when it is not recorded any more."""
        if not str(execution_id or "").isdigit():
            return ""
        return next((c.name for c in self._mlmd.contexts_of(int(execution_id)) if c.type == RUN_CONTEXT), "")


def _artifact(artifact: Any, name: str, task: str) -> RunArtifact:
    metadata = {key: value for key, value in properties(artifact).items() if key not in _BOOKKEEPING}
    return RunArtifact(str(artifact.id), name, artifact.type, artifact.uri, task, metadata)


def _lineage(artifact: Any, uses: list[Any], executions: dict[int, Any], runs: dict[int, str]) -> Lineage:
    """One artifact with the steps that wrote and read it; `runs` are the names of the executions' runs."""
    steps = {i: str(properties(execution).get("task_name") or "") for i, execution in executions.items()}
    readers = tuple(Reader(runs[e.execution_id], steps[e.execution_id]) for e in uses if e.type == INPUT)
    made = next((e for e in uses if e.type == OUTPUT), None)
    if made is None:
        return Lineage(_artifact(artifact, "", ""), "", imported=False, readers=readers)
    name = made.path.steps[0].key if made.path.steps else ""
    imported = executions[made.execution_id].type in IMPORTERS
    return Lineage(_artifact(artifact, name, steps[made.execution_id]), runs[made.execution_id], imported, readers)
