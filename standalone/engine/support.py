"""What a compiled pipeline asks for that this engine does not have."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from standalone.engine import arguments, command, conditions, configuration, ir, wiring
from standalone.engine.contract import EngineError, JsonObject

if TYPE_CHECKING:
    from kfp.pipeline_spec import pipeline_spec_pb2 as pb

_NAME = re.compile(r"[A-Za-z0-9][\w .\-]*")
_WORKSPACE = "{{$.workspace_path}}"


def check(pipeline_spec: JsonObject, platform_spec: JsonObject | None = None) -> list[str]:
    """Everything in a pipeline that this engine cannot run, each in a sentence that names it; empty means runnable."""
    try:
        pipeline = ir.parse(pipeline_spec)
    except EngineError as error:
        return [str(error)]
    found = [
        *_names(pipeline),
        *_root(pipeline),
        *wiring.check(pipeline),
        *_tasks(pipeline),
        *_executors(pipeline),
        *configuration.check(platform_spec),
    ]
    return list(dict.fromkeys(found))


def _root(pipeline: ir.Pipeline) -> Iterator[str]:
    needed = [name for name, artifact in pipeline.root.input_definitions.artifacts.items() if not artifact.is_optional]
    yield from (
        f"The pipeline takes the artifact '{name}', and a run can only be given parameters. Import it with dsl.importer." for name in needed
    )


def _names(pipeline: ir.Pipeline) -> Iterator[str]:
    """Names become folders, so that they must not lead anywhere else."""
    names = [("pipeline", pipeline.name)] + [("component", name) for name in pipeline.components]
    for component in (pipeline.root, *pipeline.components.values()):
        names += [("task", name) for name in component.dag.tasks]
        names += [("artifact", name) for name in (*component.input_definitions.artifacts, *component.output_definitions.artifacts)]
        names += [("parameter", name) for name in component.output_definitions.parameters]
    for kind, name in names:
        if not _NAME.fullmatch(name) or ".." in name:
            yield f"The {kind} name '{name}' must start with a letter or digit and have only these, '-', '_', '.' and blanks."


def _tasks(pipeline: ir.Pipeline) -> Iterator[str]:
    for component in (pipeline.root, *pipeline.components.values()):
        for name, task in component.dag.tasks.items():
            yield from _task(name, task)


def _task(name: str, task: "pb.PipelineTaskSpec") -> Iterator[str]:
    if task.trigger_policy.condition and conditions.problem(task.trigger_policy.condition):
        yield (
            f"The condition of '{name}' is not valid: {task.trigger_policy.condition}. "
            "The KFP compiler does not escape quotes and backslashes in a text to compare with: pass that text as a parameter."
        )
    for key, parameter in task.inputs.parameters.items():
        if parameter.runtime_value.WhichOneof("value") == "runtime_parameter":
            yield f"The input '{key}' of '{name}' is a runtime parameter in the old notation. Compile the pipeline with the KFP SDK 2.x."
    if task.HasField("parameter_iterator") and task.parameter_iterator.items.WhichOneof("kind") != "input_parameter":
        try:
            arguments.convert(task.parameter_iterator.items.raw, "LIST")
        except ValueError as error:
            yield f"The loop '{name}' over constants {error}."


def _executors(pipeline: ir.Pipeline) -> Iterator[str]:
    for name, component in pipeline.components.items():
        if component.HasField("dag"):
            continue
        if component.task_config_passthroughs:
            yield f"The component '{name.removeprefix('comp-')}' takes its task's configuration (TaskConfig), which only Kubernetes has."
        label = name.removeprefix("comp-")
        executor = pipeline.executors.get(component.executor_label, ir.messages().PipelineDeploymentConfig.ExecutorSpec())
        match executor.WhichOneof("spec"):
            case "container":
                yield from _container(label, executor.container)
            case "importer":
                if not component.output_definitions.artifacts:
                    yield f"The importer '{label}' has no artifact to import to."
                if executor.importer.download_to_workspace:
                    yield f"The importer '{label}' downloads into a workspace volume, which needs Kubernetes."
            case None:
                yield f"The component '{label}' has nothing that runs it (executor '{component.executor_label}')."
            case kind:
                yield f"The component '{label}' needs a {kind} executor, which only a cluster has."


def _container(label: str, container: "pb.PipelineDeploymentConfig.PipelineContainerSpec") -> Iterator[str]:
    if command.is_old(container):
        yield f"The component '{label}' was compiled with the KFP SDK 1.8, whose runtime is gone. Compile it with the KFP SDK 2.x."
    elif command.parse(container) is None:
        yield (
            f"The component '{label}' runs in the container image '{container.image}', and this platform has no containers. "
            "Write it as a Python component (@dsl.component), or run the pipeline on a cluster."
        )
    accelerator = container.resources.accelerator
    # A kind without a number asks for none, as on a cluster.
    if (accelerator.resource_count or str(accelerator.count)) != "0":
        kind = accelerator.resource_type or accelerator.type
        yield f"The component '{label}' asks for an accelerator ({kind}), which this platform does not assign."
    if any(_WORKSPACE in text for text in (*container.command, *container.args)):
        yield f"The component '{label}' uses the pipeline's workspace volume, which needs Kubernetes."
