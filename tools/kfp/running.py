"""Starting a pipeline: arguments checked, the time it will take foretold from what it took before."""

import statistics
from typing import Annotated, Any

from pydantic import Field

from tools.kfp import publishing
from tools.kfp.arguments import check
from tools.kfp.client import Kfp
from tools.kfp.model import Pipeline as PipelineView
from tools.kfp.model import new_run_name
from tools.kfp.runs import run_card
from tools.kinds import Arguments, Experiment, NewName, Pipeline
from tools.markdown import cell, count, duration, table
from tools.result import Subject, ToolResult
from tools.tool import Prepared, tool

PAST_RUNS = 20
"""Successful runs that a forecast looks at."""


@tool(
    effect="write",
    examples=[
        "run {pipeline}",
        "run the pipeline",
        "start {pipeline} with {parameter}=5",
        "kick off the {pipeline} pipeline",
        "launch {pipeline} with a {parameter} of 0.05",
        "train {pipeline} again in experiment {experiment}",
        "execute the pipeline {pipeline} and call the run my-run",
        "can you retrain the {pipeline} model",
        "trigger {pipeline} in {experiment}",
        "start a new run of {pipeline} named my-run",
        "give {pipeline} a go with 20 epochs",
        "run {run} again with {parameter}=10",
        "again with {parameter}=10",
        "the same but with {parameter}=3",
        "do a training run of {pipeline}, {parameter} should be 0.5",
        "retrain with {parameter}=0.01",
        "launch it once in there",
        "train a new model with {pipeline}",
        "I want to run {pipeline} now",
        "run it with the default settings",
        "please start {pipeline} once more",
        "{pipeline} with {parameter}=5 please",
        "do an execution of {pipeline}",
        "please execute {pipeline} one time",
        "start a training",
        "could you start a training",
        "train a model",
        "exec {pipeline} depth=3 depth=3",
        "give {pipeline} a go",
        "have {pipeline} run with depth=3",
        "{pipeline} with depth=3 please",
        "kick {pipeline} off now",
        "do a training of {pipeline}",
        "get {pipeline} going",
        "{pipeline} depth=4",
        "{pipeline} should be run with depth=4",
        "have {pipeline} executed in {experiment}",
        "{pipeline} needs to be trained again",
        "do a fresh run of {pipeline}",
        "one run of {pipeline} with depth=4 please",
        "let us try {pipeline} with depth=4 this time",
        "train {pipeline}, with depth=4 and rate=0.2",
        "a run of {pipeline} under the name my-thing",
        "could {pipeline} be started",
    ],
)
def run_pipeline(
    kfp: Kfp,
    /,
    pipeline: Pipeline,
    arguments: Arguments | None = None,
    experiment: Experiment | None = None,
    run_name: Annotated[NewName | None, Field(description="Name of the new run; leave out unless the user gave one.")] = None,
) -> ToolResult:
    """Start a run of a pipeline and return at once, with the new run's name. It does not wait: use wait_for_run for that."""
    version = kfp.latest_version(kfp.pipeline(pipeline))
    experiment_id = kfp.experiment(experiment).id if experiment else None
    run = kfp.create_run(run_name or new_run_name(pipeline), version, arguments or {}, experiment_id)
    given = ", ".join(f"{name}={cell(value)}" for name, value in (arguments or {}).items())
    return ToolResult(
        content=f"Started run `{run.name}` of pipeline `{pipeline}` with {given or 'the default arguments'}. State: {run.state}.",
        artifacts=[run_card(run)],
        subjects=[Subject(kind="run", name=run.name), Subject(kind="pipeline", name=pipeline)],
    )


@run_pipeline.prepare
def _prepare_run(
    kfp: Kfp,
    /,
    pipeline: str,
    arguments: dict[str, Any] | None = None,
    experiment: str | None = None,
    run_name: str | None = None,
) -> Prepared:
    found = kfp.pipeline(pipeline)
    version = kfp.latest_version(found)
    parameters = version.parameters
    checked = check(pipeline, parameters, arguments or {})
    rows = [(p.name, checked.get(p.name, p.default), "given" if p.name in checked else "default") for p in parameters]
    name = run_name or new_run_name(pipeline)
    where = f" in experiment `{experiment}`" if experiment else ""
    args: dict[str, Any] = {"pipeline": pipeline, "arguments": checked, "run_name": name}
    if experiment:
        args["experiment"] = experiment
    preview = f"Start run `{name}` of pipeline `{pipeline}`{where}."
    writes = publishing.told(version.ir, checked)
    parts = [preview, writes, table(["parameter", "value", ""], rows) if rows else "", forecast(kfp, found)]
    return Prepared("\n\n".join(part for part in parts if part), args)


def forecast(kfp: Kfp, pipeline: PipelineView) -> str:
    """How long this pipeline took so far, as a whole and by step: median and 95th percentile. Empty without a past."""
    past, _ = kfp.runs(limit=PAST_RUNS, pipeline_id=pipeline.id, state="SUCCEEDED")
    took = [r.seconds for r in past if r.seconds is not None]
    if not took:
        return "This pipeline has no successful run yet, so there is no forecast."
    steps: dict[str, list[float]] = {}
    for run in past:
        for task in kfp.run(run.id).tasks:
            if task.parent is not None and task.seconds is not None:
                steps.setdefault(task.name, []).append(task.seconds)
    slowest = sorted(steps, key=lambda name: -_percentile(steps[name], 0.5))[:3]
    named = ", ".join(f"{name} {duration(_percentile(steps[name], 0.5))} ({duration(_percentile(steps[name], 0.95))})" for name in slowest)
    whole = f"{duration(_percentile(took, 0.5))}, at most {duration(_percentile(took, 0.95))} in 95 % of runs"
    return f"Expected: {whole}, by {count(len(took), 'past run')}." + (f" Slowest steps: {named}." if named else "")


def _percentile(values: list[float], share: float) -> float:
    if len(values) == 1:
        return values[0]
    return statistics.quantiles(values, n=100, method="inclusive")[round(share * 100) - 1]
