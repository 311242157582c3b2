"""Experiments: groups of runs."""

from typing import Annotated

from pydantic import Field

from tools.kfp.client import Kfp
from tools.kinds import Experiment, NewName
from tools.markdown import count, duration, table_artifact, when
from tools.result import ErrorCode, Subject, ToolError, ToolResult
from tools.tables import fitted, shortened
from tools.tool import Prepared, tool

SHOWN = 20


@tool(
    effect="read",
    examples=[
        "list the experiments",
        "which experiments do we have",
        "show all experiments",
        "experiments",
        "what experiments are there",
        "show experiments",
        "which experiment groups exist",
        "how many experiments are there",
        "give me an overview of the experiments",
        "overview of experiments",
        "could I see the experiments",
        "which experiments exist",
        "into which experiments are runs grouped",
        "names of the experiments",
        "experiments we have",
        "all experiments, please",
    ],
)
def list_experiments(kfp: Kfp, /) -> ToolResult:
    """List the experiments (groups of runs), newest first."""
    found, total = kfp.experiments(limit=SHOWN)
    if not found:
        return ToolResult.no_data("There are no experiments yet.")
    columns = ["experiment", "description", "created"]
    rows = [(e.name, e.description, when(e.created)) for e in found]
    more = f", the newest {len(found)} shown" if total > len(found) else ""
    return ToolResult(
        content=f"There {'is' if total == 1 else 'are'} {count(total, 'experiment')}{more}.\n\n"
        + fitted(columns, [(f"`{n}`", d, w) for n, d, w in rows]),
        artifacts=[table_artifact("Experiments", columns, rows, total)],
        subjects=[Subject(kind="experiment", name=e.name) for e in found],
    )


@tool(
    effect="read",
    examples=[
        "tell me about the experiment {experiment}",
        "describe experiment {experiment}",
        "details of {experiment}",
        "overview of the {experiment} experiment",
        "what is in experiment {experiment}",
        "show me experiment {experiment}",
        "what is {experiment} for",
        "summary of {experiment}",
        "what do we know about {experiment}",
        "what is experiment {experiment} about",
        "what belongs to the experiment {experiment}",
        "details of the experiment {experiment}",
        "tell me about {experiment}",
        "how many runs are in experiment {experiment}",
    ],
)
def get_experiment(kfp: Kfp, /, experiment: Experiment) -> ToolResult:
    """Describe one experiment: its purpose and its newest runs."""
    found = kfp.experiment(experiment)
    runs, total = kfp.runs(limit=10, experiment_id=found.id)
    lead = f"Experiment `{found.name}` holds {count(total, 'run')}" + (" and is archived." if found.archived else ".")
    rows = [(r.name, r.pipeline, r.state, duration(r.seconds), when(r.created)) for r in runs]
    columns = ["run", "pipeline", "state", "took", "started"]
    listing = fitted(columns, [(f"`{row[0]}`", *row[1:]) for row in rows], room=1500) if rows else ""
    return ToolResult(
        content="\n\n".join(part for part in (lead, shortened(found.description, 500), listing) if part),
        artifacts=[table_artifact(f"Runs of {found.name}", columns, rows, total)] if rows else [],
        subjects=[Subject(kind="experiment", name=found.name)] + [Subject(kind="run", name=r.name) for r in runs],
    )


@tool(
    effect="write",
    examples=[
        "create an experiment called my-experiment",
        "make a new experiment my-experiment",
        "set up an experiment named my-experiment",
        "new experiment my-experiment for the pricing project",
        "I need an experiment my-experiment",
        "open a new experiment with the name my-experiment",
        "start an experiment called my-experiment",
        "add an experiment my-experiment",
        "mkexperiment demo-7",
        "demo-7 as a new experiment",
        "we begin a new study, make an experiment demo-7",
        "an experiment my-thing should be set up",
        "add another experiment named my-thing",
        "I need a new experiment for this, my-thing",
        "experiment my-thing is needed",
    ],
)
def create_experiment(
    kfp: Kfp,
    /,
    name: Annotated[NewName, Field(description="Name of the new experiment.")],
    description: Annotated[str | None, Field(max_length=1000, description="What it is for, if the user said so.")] = None,
) -> ToolResult:
    """Make a new experiment to group runs in."""
    made = kfp.create_experiment(name, description or "")
    return ToolResult(content=f"Created experiment `{made.name}`.", subjects=[Subject(kind="experiment", name=made.name)])


@create_experiment.prepare
def _prepare_create(kfp: Kfp, /, name: str, description: str | None = None) -> Prepared:
    existing = kfp.find_experiment(name)
    if existing is not None:
        raise ToolError(ErrorCode.CONFLICT, f"experiment `{name}` exists already{' in the archive' if existing.archived else ''}.")
    return Prepared(f"Create the experiment `{name}`" + (f": {description}" if description else "."))


@tool(
    effect="destroy",
    examples=[
        "archive the experiment {experiment}",
        "put experiment {experiment} away",
        "{experiment} is over, archive it",
        "move the {experiment} experiment to the archive",
        "we are done with {experiment}, shelve that experiment",
        "retire the experiment {experiment}",
        "archive {experiment}",
        "experiment {experiment} can be archived",
        "we are done with experiment {experiment}, archive it",
        "the experiment {experiment} is over, put it away",
        "shelve {experiment}",
    ],
)
def archive_experiment(kfp: Kfp, /, experiment: Experiment) -> ToolResult:
    """Archive an experiment together with all its runs. Nothing is deleted; it can be brought back in the dashboard."""
    kfp.archive_experiment(kfp.experiment(experiment))
    return ToolResult(content=f"Archived experiment `{experiment}` with its runs.", subjects=[Subject(kind="experiment", name=experiment)])


@archive_experiment.prepare
def _prepare_archive(kfp: Kfp, /, experiment: str) -> Prepared:
    _, total = kfp.runs(limit=1, experiment_id=kfp.experiment(experiment).id)
    return Prepared(f"Archive experiment `{experiment}` and its {count(total, 'run')}. They leave the lists; nothing is deleted.")
