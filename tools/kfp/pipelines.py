"""Pipelines: which there are, what they take, and starting them."""

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import Field

from tools.kfp.arguments import check
from tools.kfp.client import Kfp
from tools.kfp.model import Parameter, steps_of
from tools.kfp.runs import run_card
from tools.kinds import Arguments, Experiment, Filter, NewName, Pipeline
from tools.markdown import cell, count, table, table_artifact, when
from tools.result import Subject, ToolResult
from tools.tool import Prepared, tool

SHOWN = 20


@tool(
    effect="read",
    examples=[
        "which pipelines do I have",
        "list the pipelines",
        "what pipelines are there",
        "show me all workflows that I can run",
        "pipelines",
        "what can I train here",
    ],
)
def list_pipelines(kfp: Kfp, /, query: Filter | None = None) -> ToolResult:
    """List the pipelines that can be run, newest first, with what each one does."""
    found, total = kfp.pipelines(query, limit=SHOWN)
    if not found:
        return ToolResult.no_data(f"There is no pipeline with `{query}` in its name." if query else "There are no pipelines yet.")
    rows = [(p.name, p.description, when(p.created)) for p in found]
    more = f", the newest {len(found)} shown" if total > len(found) else ""
    return ToolResult(
        content=f"There {'is' if total == 1 else 'are'} {count(total, 'pipeline')}{more}.\n\n"
        + table(["pipeline", "what it does", "uploaded"], [(f"`{n}`", d, w) for n, d, w in rows]),
        artifacts=[table_artifact("Pipelines", ["pipeline", "what it does", "uploaded"], rows, total)],
        subjects=[Subject(kind="pipeline", name=p.name) for p in found],
    )


@tool(
    effect="read",
    examples=[
        "what parameters does {pipeline} take",
        "describe the pipeline {pipeline}",
        "which steps does {pipeline} have",
        "what are the defaults of {pipeline}",
        "show me the inputs of {pipeline}",
        "tell me more about {pipeline}",
        "what does the {pipeline} pipeline do",
    ],
)
def get_pipeline(kfp: Kfp, /, pipeline: Pipeline) -> ToolResult:
    """Describe one pipeline: what it does, its parameters with types and defaults, its steps and versions."""
    found = kfp.pipeline(pipeline)
    versions, total = kfp.versions(found.id, limit=5)
    if not versions:
        return ToolResult.no_data(f"Pipeline `{found.name}` has no version yet.")
    newest = versions[0]
    parameters = newest.parameters
    columns = ["parameter", "type", "default", "meaning"]
    rows = [(p.name, p.type, "(required)" if p.required else _default(p), p.description) for p in parameters]
    steps = steps_of(newest.ir)
    chain = ", ".join(f"{name} (after {' and '.join(needs)})" if needs else name for name, needs in steps)
    parts = [
        f"Pipeline `{found.name}` takes {count(len(parameters), 'parameter')} and has {count(len(steps), 'step')}.",
        found.description,
        table(columns, rows) if rows else "",
        f"Steps: {chain}." if chain else "",
        f"Versions: {total}, newest `{newest.name}` ({when(newest.created)}).",
    ]
    return ToolResult(
        content="\n\n".join(part for part in parts if part),
        artifacts=[table_artifact(f"Parameters of {found.name}", columns, rows)] if rows else [],
        subjects=[Subject(kind="pipeline", name=found.name)],
    )


def _default(parameter: Parameter) -> str:
    return "(none)" if parameter.default is None else str(parameter.default)


@tool(
    effect="write",
    examples=[
        "run {pipeline}",
        "start {pipeline} with {parameter}=5",
        "kick off the {pipeline} pipeline",
        "launch {pipeline} with a {parameter} of 0.05",
        "train {pipeline} again in experiment {experiment}",
        "execute the pipeline {pipeline} and call the run my-run",
        "can you retrain the {pipeline} model",
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
    parameters = kfp.latest_version(kfp.pipeline(pipeline)).parameters
    checked = check(pipeline, parameters, arguments or {})
    rows = [(p.name, checked.get(p.name, p.default), "given" if p.name in checked else "default") for p in parameters]
    name = run_name or new_run_name(pipeline)
    where = f" in experiment `{experiment}`" if experiment else ""
    args: dict[str, Any] = {"pipeline": pipeline, "arguments": checked, "run_name": name}
    if experiment:
        args["experiment"] = experiment
    preview = f"Start run `{name}` of pipeline `{pipeline}`{where}."
    return Prepared(f"{preview}\n\n{table(['parameter', 'value', ''], rows)}" if rows else preview, args)


def new_run_name(pipeline: str) -> str:
    """A run name that says what and when, unique to the tenth of a second."""
    now = datetime.now(UTC)
    return f"{pipeline}-{now:%m%d-%H%M%S}{now.microsecond // 100000}"
