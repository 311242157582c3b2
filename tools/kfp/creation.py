"""Creating pipelines from ready components."""

import tempfile
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from tools import charts
from tools.files import LocalFiles
from tools.kfp import publishing
from tools.kfp.authoring import Step, author, compiled
from tools.kfp.client import Kfp
from tools.kfp.model import new_run_name, parameters_of, steps_of
from tools.kinds import NewName, PipelineSteps
from tools.markdown import count, table
from tools.result import Artifact, Subject, ToolResult
from tools.tool import Prepared, tool

Steps = Annotated[
    list[Step],
    PipelineSteps,
    Field(min_length=1, max_length=20, description="The steps in order; each one reads what steps before it wrote."),
]


@tool(
    effect="write",
    examples=[
        "create a pipeline called my-pipeline that loads minio://data/train.csv, splits it and trains a RandomForestClassifier on label",
        "write a pipeline that trains a LogisticRegression to predict churned and evaluates it",
        "build me a new pipeline with load, validate, train and evaluate",
        "make a training pipeline for minio://datasets/iris.csv with target species",
        "compose a pipeline from minio://data/x.csv that predicts price",
    ],
)
def create_pipeline(
    kfp: Kfp,
    files: LocalFiles,
    /,
    name: Annotated[NewName, Field(description="Name of the pipeline: a-z, 0-9 and '-'.")],
    steps: Steps,
    description: Annotated[str | None, Field(max_length=1000, description="What it does, in one sentence.")] = None,
) -> ToolResult:
    """Write a pipeline from ready components, compile and upload it. Where a pipeline of this name exists, it becomes a new version."""
    authored = author(name, [Step.model_validate(s) for s in steps], description or "")
    code = files.own("pipelines", f"{name}.py")
    code.write_text(authored.code, encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        package = authored.compile(Path(folder))
        existing = kfp.find_pipeline(name)
        if existing is None:
            kfp.upload(package, name, description or "")
        else:
            kfp.upload_version(package, existing, new_run_name(name), description or "")
    ir = _ir(package_bytes := compiled(authored))
    parameters = [(p.name, p.type, "(required)" if p.required else str(p.default)) for p in parameters_of(ir)]
    what = "a new version of pipeline" if existing else "pipeline"
    return ToolResult(
        content=f"Created {what} `{name}` with {count(len(authored.steps), 'step')}: {', '.join(authored.steps)}.\n\n"
        + table(["parameter", "type", "default"], parameters),
        artifacts=[
            charts.graph(f"Steps of {name}", steps_of(ir)),
            Artifact(kind="file", title=f"{name}.py", data={"name": f"{name}.py", "path": str(code), "bytes": len(package_bytes)}),
        ],
        subjects=[Subject(kind="pipeline", name=name)],
    )


@create_pipeline.prepare
def _prepare_create(kfp: Kfp, files: LocalFiles, /, name: str, steps: list[Any], description: str | None = None) -> Prepared:  # noqa: ARG001
    wanted = [Step.model_validate(s) for s in steps]
    authored = author(name, wanted, description or "")
    writes = publishing.told(_ir(compiled(authored)), {})
    existing = kfp.find_pipeline(name)
    what = "as a new version of" if existing else "as the new pipeline"
    args: dict[str, Any] = {"name": name, "steps": [s.model_dump() for s in wanted]}
    if description:
        args["description"] = description
    preview = f"Write, compile and upload {what} `{name}`:\n\n```python\n{authored.function}\n```\n\n{writes}"
    return Prepared(preview.rstrip(), args)


def _ir(package: bytes) -> dict[str, Any]:
    import yaml

    found: dict[str, Any] = next(iter(yaml.safe_load_all(package)))
    return found
