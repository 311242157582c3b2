"""What a compiled pipeline asks for that this engine does not have."""

import re
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

from google.protobuf import json_format

from standalone.engine import command, conditions, ir
from standalone.engine.contract import EngineError, JsonObject
from standalone.engine.references import dependencies, producers

if TYPE_CHECKING:
    from kfp.pipeline_spec import pipeline_spec_pb2 as pb

_NAME = re.compile(r"[A-Za-z0-9][\w .\-]*")
# There are no pods to clean up; the deadline is kept by the worker.
_KNOWN_CONFIGURATION = {"resourceTtlOnCompletion", "resourceTtlOnSuccess", "resourceTtlOnFailure", "activeDeadlineSeconds"}
_WORKSPACE = "{{$.workspace_path}}"


def check(pipeline_spec: JsonObject, platform_spec: JsonObject | None = None) -> list[str]:
    """Everything in a pipeline that this engine cannot run, each in a sentence that names it; empty means runnable."""
    try:
        pipeline = ir.parse(pipeline_spec)
        platform = json_format.ParseDict(platform_spec or {}, ir.messages().PlatformSpec())
    except EngineError as error:
        return [str(error)]
    except (json_format.Error, ValueError) as error:
        return [f"This is not a platform spec that this platform can read: {error}."]
    return list(dict.fromkeys([*_names(pipeline), *_graphs(pipeline), *_executors(pipeline), *_platform(platform)]))


def deadline_seconds(platform_spec: JsonObject | None) -> float | None:
    """The time that the pipeline's configuration allows a whole run, if it sets any."""
    platform = json_format.ParseDict(platform_spec or {}, ir.messages().PlatformSpec())
    deadlines = [single.pipelineConfig.active_deadline_seconds for single in platform.platforms.values()]
    return min((float(seconds) for seconds in deadlines if seconds > 0), default=None)


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


def _graphs(pipeline: ir.Pipeline) -> Iterator[str]:
    for owner, component in (("the pipeline", pipeline.root), *pipeline.components.items()):
        tasks = component.dag.tasks
        for name, task in tasks.items():
            yield from _task(pipeline, name, task)
            unknown = dependencies(task) - set(tasks)
            yield from (f"The task '{name}' depends on '{missing}', which is not a task of {owner}." for missing in sorted(unknown))
        unknown = producers(component.dag.outputs) - set(tasks)
        yield from (f"An output of {owner} comes from '{missing}', which is not a task of it." for missing in sorted(unknown))
        try:
            TopologicalSorter({name: dependencies(task) for name, task in tasks.items()}).prepare()
        except CycleError as error:
            yield f"Tasks of {owner} wait for each other: {' -> '.join(error.args[1])}."
    uses = {name: {task.component_ref.name for task in component.dag.tasks.values()} for name, component in pipeline.components.items()}
    try:
        TopologicalSorter(uses).prepare()
    except CycleError as error:
        yield f"Components contain each other: {' -> '.join(error.args[1])}."


def _task(pipeline: ir.Pipeline, name: str, task: "pb.PipelineTaskSpec") -> Iterator[str]:
    if task.component_ref.name not in pipeline.components:
        yield f"The task '{name}' runs the component '{task.component_ref.name}', which the pipeline does not have."
    if task.trigger_policy.condition and conditions.problem(task.trigger_policy.condition):
        yield (
            f"The condition of '{name}' is not valid: {task.trigger_policy.condition}. "
            "The KFP compiler does not escape quotes and backslashes in a text to compare with: pass that text as a parameter."
        )
    for key, parameter in task.inputs.parameters.items():
        if parameter.runtime_value.WhichOneof("value") == "runtime_parameter":
            yield f"The input '{key}' of '{name}' is a runtime parameter in the old notation. Compile the pipeline with the KFP SDK 2.x."


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
    if command.parse(container) is None:
        yield (
            f"The component '{label}' runs in the container image '{container.image}', and this platform has no containers. "
            "Write it as a Python component (@dsl.component), or run the pipeline on a cluster."
        )
    accelerator = container.resources.accelerator
    if accelerator.ByteSize():
        kind = accelerator.resource_type or accelerator.type
        yield f"The component '{label}' asks for an accelerator ({kind}), which this platform does not assign."
    if any(_WORKSPACE in text for text in (*container.command, *container.args)):
        yield f"The component '{label}' uses the pipeline's workspace volume, which needs Kubernetes."


def _platform(platform: "pb.PlatformSpec") -> Iterator[str]:
    for name, single in platform.platforms.items():
        for label, settings in single.deployment_spec.executors.items():
            yield from (f"The setting '{key}' of '{label.removeprefix('exec-')}' needs {name.capitalize()}." for key in settings.fields)
        configuration = json_format.MessageToDict(single.pipelineConfig)
        yield from (
            f"The pipeline's setting '{key}' needs {name.capitalize()}." for key in sorted(set(configuration) - _KNOWN_CONFIGURATION)
        )
