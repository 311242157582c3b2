"""The executions that ML Metadata records of a run, as steps."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from tools.kfp.model import Run, Step, Task
from tools.kfp.results.values import properties

FAILED = 4
COMPLETE, CACHED = 3, 5
_STATES = {1: "pending", 2: "running", COMPLETE: "succeeded", FAILED: "failed", CACHED: "succeeded", 6: "skipped"}
"""`Execution.State` in the words of runs."""
IMPORTERS = ("system.ImporterExecution", "system.ImporterWorkspaceExecution")
_KINDS = {"system.ContainerExecution": "container", **dict.fromkeys(IMPORTERS, "importer")}


def steps_of(run: Run, executions: list[Any]) -> list[Step]:
    """The steps of a run in the order in which they began, those that hold others left out.

    What the workflow engine knows better is taken from the run: how a step ended that was killed, or could not even start.
    """
    known = {e.id: properties(e) for e in executions}
    tasks = {_hash(pod): task for task in run.tasks for pod in task.pods}
    steps = [_step(run, e, known, tasks) for e in sorted(executions, key=lambda e: e.id) if e.type in _KINDS]
    recorded = {_hash(step.pod) for step in steps if step.pod}
    unrecorded = [t for t in run.stopped_steps if not recorded & {_hash(pod) for pod in t.pods} and t.name not in {s.name for s in steps}]
    return steps + [step_of_task(task) for task in unrecorded]


def step_of_task(task: Task) -> Step:
    """A step of which no more is known than its task tells."""
    started = task.started.isoformat() if task.started else ""
    return Step(task.id, task.name, "", "container", task.state, started, task.error, False, "", (), "", {}, {}, log=False)


def _step(run: Run, execution: Any, known: Mapping[int, dict[str, Any]], tasks: Mapping[str, Task]) -> Step:
    told = known[execution.id]
    name = str(told.get("task_name") or told.get("display_name") or execution.id)
    pod = str(told.get("pod_name") or "")
    cached = execution.last_known_state == CACHED or bool(told.get("cached_execution_id"))
    task = tasks.get(_hash(pod)) if pod else next((t for t in run.tasks if t.name == name), None)
    step = Step(
        id=str(execution.id),
        name=name,
        path="/".join([*_outer(told, known), name]),
        kind=_KINDS[execution.type],
        state=_STATES.get(execution.last_known_state, "pending"),
        started=datetime.fromtimestamp(execution.create_time_since_epoch / 1000, UTC).isoformat(),
        error=task.error if task else "",
        cached=cached,
        miss="",
        changed=(),
        cached_from="",
        inputs=dict(told.get("inputs") or {}),
        outputs=dict(told.get("outputs") or {}),
        log=bool(pod) and not cached,
        pod=f"{told.get('namespace') or ''}/{pod}" if pod and not cached else "",
    )
    return replace(step, state=task.state if task and task.state != "pending" else run.state) if _left_open(run, step) else step


def _left_open(run: Run, step: Step) -> bool:
    """A step that was killed cannot record its end."""
    return run.done and step.state in ("running", "pending")


def _outer(told: Mapping[str, Any], known: Mapping[int, dict[str, Any]]) -> list[str]:
    """The loops with the number of the iteration, conditions and pipelines in which an execution lies, outermost first."""
    parent = known.get(int(told.get("parent_dag_id") or 0))
    if parent is None or not parent.get("task_name"):  # the root has no name
        return []
    index = parent.get("iteration_index")
    return [*_outer(parent, known), str(parent["task_name"] if index is None else index)]


def _hash(pod: str) -> str:
    """What the name of a pod and that of its node in the workflow engine share: its last part."""
    return pod.rpartition("-")[2]
