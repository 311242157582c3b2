"""Runs: which there are, how one is doing, and waiting for its end."""

import time
from collections import Counter
from typing import Any

from tools.activity import current
from tools.kfp.client import Kfp
from tools.kfp.model import Run as RunView
from tools.kfp.model import Task
from tools.kinds import Experiment, Limit, Pipeline, Run, RunState
from tools.markdown import cell, count, duration, table_artifact, when
from tools.result import Artifact, ErrorCode, Subject, ToolError, ToolResult
from tools.tables import fitted, shortened
from tools.tool import tool

MANY_STEPS = 20
FIRST_LOOK, LAST_LOOK = 0.2, 2.0
"""Seconds between two looks at a run: short at first, longer while it goes on."""


@tool(
    effect="read",
    examples=[
        "list the runs",
        "show my latest runs",
        "which runs failed",
        "what is running right now",
        "any failed jobs lately",
        "the last 5 runs of {pipeline}",
        "runs in experiment {experiment}",
        "runs",
        "show runs",
        "which jobs are still running",
        "did anything fail",
        "how many runs failed",
        "history of {pipeline}",
        "what ran today",
        "all runs of {pipeline}",
        "is anything running at the moment",
        "list failed runs of {pipeline}",
        "which trainings succeeded",
        "show me everything that crashed",
        "recent jobs",
        "what has been run in {experiment}",
        "are there any runs in progress",
        "{pipeline} runs",
        "{pipeline} runs so far",
        "which runs belong to {experiment}",
        "what runs remain",
        "runs of {pipeline} please",
        "what has been running lately",
        "what was run lately",
        "what did we train recently",
        "which trainings ran yesterday",
        "what is in progress",
        "anything still going",
        "which ones did not make it",
        "did anything break",
        "what ran overnight",
        "recent activity",
        "what is being trained right now",
        "how many times was {pipeline} executed",
        "which jobs have been done",
        "has anything crashed",
        "are there jobs in progress",
        "did anything fail overnight",
        "which run of {pipeline} has the best my-thing",
        "what was the best run of {pipeline}",
        "which of our runs was the most accurate",
        "runs made in {experiment}",
        "the most recent attempts of {pipeline}",
        "which runs did not succeed",
    ],
)
def list_runs(
    kfp: Kfp,
    /,
    pipeline: Pipeline | None = None,
    experiment: Experiment | None = None,
    state: RunState | None = None,
    limit: Limit = 10,
) -> ToolResult:
    """List runs, newest first, optionally only those of one pipeline, experiment or state."""
    equal: dict[str, str] = {}
    if pipeline:
        equal["pipeline_id"] = kfp.pipeline(pipeline).id
    if experiment:
        equal["experiment_id"] = kfp.experiment(experiment).id
    if state == "canceled":  # Kubeflow Pipelines counts them among the failed
        stopped = kfp.stopped_runs(**equal)
        runs, total = stopped[:limit], len(stopped)
    else:
        runs, total = kfp.runs(limit=limit, **equal, **({"state": state.upper()} if state else {}))
    of = "".join([f" of `{pipeline}`" if pipeline else "", f" in experiment `{experiment}`" if experiment else ""])
    noun = f"{state} run" if state else "run"
    if not runs:
        return ToolResult.no_data(f"There are no {noun}s{of}.")
    columns = ["run", "pipeline", "state", "took", "started"]
    rows = [(r.name, r.pipeline, "stopped" if r.stopped else r.state, duration(r.seconds), when(r.created)) for r in runs]
    more = f", the newest {len(runs)} shown" if total > len(runs) else ""
    return ToolResult(
        content=f"There {'is' if total == 1 else 'are'} {count(total, noun)}{of}{more}.\n\n"
        + fitted(columns, [(f"`{row[0]}`", *row[1:]) for row in rows]),
        artifacts=[table_artifact("Runs", columns, rows, total)],
        subjects=[Subject(kind="run", name=r.name) for r in runs],
    )


@tool(
    effect="read",
    examples=[
        "what is the status of {run}",
        "how is {run} doing",
        "is {run} still going",
        "did {run} finish",
        "details of run {run}",
        "which step of {run} failed",
        "is the latest run done",
        "show me {run}",
        "tell me about the run {run}",
        "how far is {run}",
        "is {run} still running",
        "what is the state of {run}",
        "has {run} succeeded",
        "with which arguments was {run} started",
        "when did {run} start and how long did it take",
        "is {run} dead",
        "did it work",
        "what happened to {run}",
        "is it done yet",
        "which settings did {run} use",
        "how long did {run} take",
        "what does {run} look like",
        "is {run} still at it",
        "{run}?",
        "tell me the condition of {run}",
        "what is the condition of {run}",
        "how does it stand with {run}",
        "is {run} through",
        "how far along is {run}",
        "is {run} still alive",
        "is {run} through yet",
        "has {run} finished",
        "in which state is {run}",
        "how far has {run} come",
        "progress of {run}",
        "did {run} work out",
        "when will {run} be done",
        "is {run} still being executed",
        "how long has {run} been going",
        "when was {run} started",
        "which parameters did {run} use",
        "with what settings was {run} made",
    ],
)
def get_run(kfp: Kfp, /, run: Run) -> ToolResult:
    """Show one run: its state, its arguments, and every step with state and duration."""
    return describe(kfp.run(run))


@tool(
    effect="read",
    examples=[
        "wait for {run}",
        "wait until it is done",
        "tell me when {run} is finished",
        "let me know as soon as {run} ends",
        "wait for the latest run to complete",
        "hold on until {run} is through",
        "ping me when {run} is done",
        "wait for it",
        "watch {run} until it finishes",
        "notify me once {run} completes",
        "stay with {run} until the end",
        "await {run}",
        "hold on until {run} is finished",
        "stay with {run} till the end",
        "wait here until {run} has ended",
        "do not answer before {run} is through",
    ],
)
def wait_for_run(kfp: Kfp, /, run: Run) -> ToolResult:
    """Wait until a run has ended, then say how it went. Use it when the user wants to wait or needs the outcome."""
    activity = current()
    deadline = time.monotonic() + kfp.settings.wait
    pause = FIRST_LOOK
    said = ""
    while True:
        view = kfp.run(run)
        if view.done:
            return describe(view)
        working = ", ".join(t.name for t in view.steps if t.state == "running") or view.state
        if working != said:
            said = working
            activity.report(f"{view.name}: {working}")
        if time.monotonic() + pause > deadline:
            waited = duration(kfp.settings.wait)
            return describe(view, f"Run `{view.name}` is still {view.state} after {waited} of waiting. Ask again later.")
        if activity.canceled.wait(pause):
            raise ToolError(ErrorCode.CANCELED, f"stopped waiting for `{view.name}`; the run itself goes on.")
        pause = min(pause * 1.5, LAST_LOOK)


def describe(run: RunView, lead: str | None = None) -> ToolResult:
    """A run as an answer: a sentence, its steps, its card."""
    arguments = ", ".join(f"{name}={cell(value)}" for name, value in run.arguments.items())
    took = "" if run.seconds is None else f" {'after' if run.stopped else 'in' if run.done else 'for'} {duration(run.seconds)}"
    verb = run.outcome if run.done else f"has been {run.state}"
    of = f"pipeline `{run.pipeline}`" if run.pipeline else "a pipeline that has been deleted"
    parts = [lead or f"Run `{run.name}` of {of} {verb}{took}."]
    failed = run.stopped_steps
    if run.error and failed and failed[0].error not in run.error:
        parts.append(f"It ended because: {shortened(run.error, 400)}")
    if failed:
        how = "Failed step" if failed[0].state == "failed" else "Stopped in step"
        parts.append(f"{how}: `{failed[0].name}`. {shortened(failed[0].error or run.error, 400)}".strip())
    elif run.error:
        parts.append(shortened(run.error, 400))
    if arguments:
        parts.append(f"Arguments: {shortened(arguments, 400)}.")
    if run.tasks:
        parts.append(_told(run.steps))
    return ToolResult(
        content="\n\n".join(parts),
        artifacts=[run_card(run)],
        subjects=[Subject(kind="run", name=run.name)] + ([Subject(kind="pipeline", name=run.pipeline)] if run.pipeline else []),
    )


def _told(steps: list[Task]) -> str:
    """The steps as a table; of many, those that did not succeed first, below how many are in which state."""
    states = Counter(s.state for s in steps)
    counted = ""
    if len(steps) > MANY_STEPS:
        counted = f"{len(steps)} steps: {', '.join(f'{n} {state}' for state, n in states.most_common())}.\n\n"
        steps = sorted(steps, key=lambda s: s.state == "succeeded")
    return counted + fitted(["step", "state", "took"], [(s.name, s.state, duration(s.seconds)) for s in steps], room=1100)


def run_card(run: RunView) -> Artifact:
    """A run for the front-ends to draw and follow."""
    data: dict[str, Any] = {"run_id": run.id, "name": run.name, "pipeline": run.pipeline, "state": run.state, "steps": _steps(run)}
    return Artifact(kind="run", title=run.name, data=data)


def _steps(run: RunView) -> list[dict[str, Any]]:
    return [{"name": t.name, "state": t.state, "seconds": t.seconds} for t in run.steps]
