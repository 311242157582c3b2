"""Pipelines: which there are, what they take, bringing new ones and removing old ones."""

from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from tools import charts
from tools.files import LocalFiles
from tools.kfp.client import Kfp
from tools.kfp.model import Parameter, new_run_name, steps_of
from tools.kinds import Filter, LocalPath, NewName, Pipeline
from tools.markdown import count, size, table_artifact, when
from tools.names import listed, normal
from tools.result import Artifact, ErrorCode, Subject, ToolError, ToolResult
from tools.tables import fitted, shortened
from tools.tool import Prepared, tool

SHOWN = 20
MOST_SPEC = 1_000_000
"""Characters of a file that are searched for the pipeline's name."""


@tool(
    effect="read",
    examples=[
        "which pipelines do I have",
        "list the pipelines",
        "what pipelines are there",
        "show me all workflows that I can run",
        "pipelines",
        "what can I train here",
        "show pipelines",
        "give me an overview of our workflows",
        "what is available to run",
        "is there a pipeline for images",
        "how many pipelines do we have",
        "which trainings can I start here",
        "what can be run here",
        "what is there to train",
        "which models can I train with this",
        "everything that can be run, please",
        "available workflows",
        "what have we got in the way of pipelines",
    ],
)
def list_pipelines(kfp: Kfp, /, query: Filter | None = None) -> ToolResult:
    """List the pipelines that can be run, newest first, with what each one does."""
    found, total = kfp.pipelines(*(normal(query).split() or [query] if query else []), limit=SHOWN)
    if not found:
        return ToolResult.no_data(f"There is no pipeline with `{query}` in its name." if query else "There are no pipelines yet.")
    rows = [(p.name, p.description, when(p.created)) for p in found]
    more = f", the newest {len(found)} shown" if total > len(found) else ""
    return ToolResult(
        content=f"There {'is' if total == 1 else 'are'} {count(total, 'pipeline')}{more}.\n\n"
        + fitted(["pipeline", "what it does", "uploaded"], [(f"`{n}`", d, w) for n, d, w in rows]),
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
        "which arguments can I set for {pipeline}",
        "what can I configure in {pipeline}",
        "explain {pipeline} to me",
        "details of {pipeline}",
        "what is the default of {parameter} in {pipeline}",
        "how is the {pipeline} workflow built",
        "what does it do and which knobs does it have",
        "which versions of {pipeline} are there",
        "show the spec of {pipeline}",
        "dump the definition of {pipeline}",
        "what can be tuned in {pipeline}",
        "{pipeline}?",
        "what is {pipeline} made of",
        "which stages does {pipeline} have",
        "which flags does {pipeline} accept",
        "what can be set in {pipeline}",
        "what goes into {pipeline}",
        "describe the workflow {pipeline} to me",
        "spec of {pipeline}",
        "what can I tune on {pipeline}",
        "what are the steps of {pipeline}",
        "which settings does {pipeline} accept",
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
    held = {name: f"{name} [{', '.join(inner)}]" for name, inner in _contents(newest.ir).items()}
    chain = ", ".join(held.get(name, name) + (f" (after {' and '.join(needs)})" if needs else "") for name, needs in steps)
    parts = [
        f"Pipeline `{found.name}` takes {count(len(parameters), 'parameter')} and has {count(len(steps), 'step')}.",
        shortened(found.description, 300),
        fitted(columns, rows, room=1000) if rows else "",
        f"Steps: {shortened(chain, 700)}." if chain else "",
        f"Versions: {total}, newest `{newest.name}` ({when(newest.created)}).",
    ]
    drawn: list[Artifact] = [table_artifact(f"Parameters of {found.name}", columns, rows)] if rows else []
    if steps:
        drawn.append(charts.graph(f"Steps of {found.name}", steps))
    return ToolResult(
        content="\n\n".join(part for part in parts if part),
        artifacts=drawn,
        subjects=[Subject(kind="pipeline", name=found.name)],
    )


def _contents(ir: dict[str, Any]) -> dict[str, list[str]]:
    """For each of the root's steps that holds others (a loop, a condition, a pipeline): the names of the steps in it that do work."""

    def inside(task: dict[str, Any]) -> list[str]:
        component = ir.get("components", {}).get(task.get("componentRef", {}).get("name", ""), {})
        inner: dict[str, Any] = component.get("dag", {}).get("tasks", {})
        return [leaf for name, held in inner.items() for leaf in inside(held) or [name]]

    tasks: dict[str, Any] = ir.get("root", {}).get("dag", {}).get("tasks", {})
    return {name: held for name, task in tasks.items() if (held := inside(task))}


def _default(parameter: Parameter) -> str:
    return "(none)" if parameter.default is None else str(parameter.default)


@tool(
    effect="write",
    examples=[
        "upload the pipeline churn.yaml",
        "register the compiled pipeline pipelines/train.yaml under the name train",
        "add the pipeline file ./train.yaml",
        "import pipeline train.yaml as my-pipeline",
        "upload a new version of {pipeline} from train.yaml",
        "publish pipelines/train.yaml as a pipeline called my-pipeline",
        "I compiled a workflow to build/train.yaml, please register it",
        "put flow.yaml on the platform as a new pipeline",
        "upload pipelines/train.yaml under the name train",
        "i have a compiled pipeline in build/train.yaml, please add it",
        "upload flow.yaml as demo-7",
        "add flow.yaml as demo-7",
        "flow.yaml as demo-7",
        "register flow.yaml under the name demo-7",
        "make the recipe flow.yaml available",
        "publish flow.yaml",
        "make flows/part7.yaml available as a pipeline",
        "flows/part7.yaml should become a pipeline",
        "import flows/part7.yaml",
        "publish the workflow flows/part7.yaml",
        "take flows/part7.yaml in as a pipeline called my-thing",
        "new pipeline from flows/part7.yaml",
    ],
)
def upload_pipeline(
    kfp: Kfp,
    files: LocalFiles,
    /,
    path: LocalPath,
    name: Annotated[NewName | None, Field(description="Name of the pipeline; default: the one in the file.")] = None,
    description: Annotated[str | None, Field(max_length=1000, description="What it does, if the user said so.")] = None,
) -> ToolResult:
    """Upload a compiled pipeline file (.yaml, .zip, .tar.gz). Where a pipeline of this name exists, it becomes a new version of it."""
    local = files.readable(path)
    name = name or default_name(local)
    existing = kfp.find_pipeline(name)
    if existing is None:
        made = kfp.upload(local, name, description or "")
        content = f"Uploaded `{path}` as pipeline `{made.name}`."
    else:
        version = kfp.upload_version(local, existing, new_run_name(name), description or "")
        content = f"Uploaded `{path}` as version `{version.name}` of pipeline `{name}`."
    return ToolResult(content=content, subjects=[Subject(kind="pipeline", name=name)])


@upload_pipeline.prepare
def _prepare_upload(kfp: Kfp, files: LocalFiles, /, path: str, name: str | None = None, description: str | None = None) -> Prepared:
    local = files.readable(path)
    if not local.is_file():
        raise ToolError(ErrorCode.INVALID_ARGUMENT, f"`{path}` is a folder; name one compiled pipeline file.")
    name = name or default_name(local)
    existing = kfp.find_pipeline(name)
    what = f"a new version of pipeline `{name}`" if existing else f"the new pipeline `{name}`"
    args = {"path": path, "name": name} | ({"description": description} if description else {})
    return Prepared(f"Upload `{path}` ({size(local.stat().st_size)}) as {what}.", args)


def default_name(file: Path) -> str:
    """The pipeline's own name where the file tells it, else the file's."""
    import yaml

    if file.suffix in (".yaml", ".yml"):
        try:
            first = next(iter(yaml.safe_load_all(file.read_text(encoding="utf-8")[:MOST_SPEC])), None)
        except (yaml.YAMLError, UnicodeDecodeError):
            first = None
        if isinstance(first, dict) and isinstance(first.get("pipelineInfo"), dict) and first["pipelineInfo"].get("name"):
            return str(first["pipelineInfo"]["name"])
    return file.name.split(".")[0].replace("_", "-")


@tool(
    effect="destroy",
    examples=[
        "delete the pipeline {pipeline}",
        "remove {pipeline}, nobody uses that pipeline",
        "get rid of the {pipeline} pipeline",
        "drop pipeline {pipeline}",
        "delete {pipeline}",
        "the workflow {pipeline} is obsolete, remove it",
        "we do not need the pipeline {pipeline} any more, erase it",
        "we have no use for the workflow {pipeline} any more, remove it",
        "take {pipeline} off the list of pipelines",
        "the pipeline {pipeline} has to go",
        "pipeline {pipeline} is to be deleted",
        "nobody uses the pipeline {pipeline}, remove it",
    ],
)
def delete_pipeline(kfp: Kfp, /, pipeline: Pipeline) -> ToolResult:
    """Delete a pipeline with all its versions. Its runs stay; its schedules stop working."""
    kfp.delete_pipeline(kfp.pipeline(pipeline))
    return ToolResult(content=f"Deleted pipeline `{pipeline}`.")


@delete_pipeline.prepare
def _prepare_delete(kfp: Kfp, /, pipeline: str) -> Prepared:
    found = kfp.pipeline(pipeline)
    _, versions = kfp.versions(found.id, limit=1)
    _, runs = kfp.runs(limit=1, pipeline_id=found.id)
    using = [s.name for s in kfp.schedules()[0] if s.pipeline_id == found.id]
    lines = [f"Delete pipeline `{pipeline}` with {count(versions, 'version')}. Its {count(runs, 'run')} stay. This cannot be undone."]
    if using:
        lines.append(f"**These schedules use it and will stop working:** {listed(using)}.")
    return Prepared("\n\n".join(lines))
