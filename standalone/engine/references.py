"""References between the tasks of one graph, read from the IR."""

from typing import TYPE_CHECKING

from standalone.engine import ir
from standalone.engine.contract import TaskKind

if TYPE_CHECKING:
    from kfp.pipeline_spec import pipeline_spec_pb2 as pb


def dependencies(task: "pb.PipelineTaskSpec") -> set[str]:
    """The tasks of the same graph that must have ended before this one starts."""
    names = set(task.dependent_tasks)
    for parameter in task.inputs.parameters.values():
        if (kind := parameter.WhichOneof("kind")) in ("task_output_parameter", "task_final_status"):
            names.add(getattr(parameter, kind).producer_task)
    for artifact in task.inputs.artifacts.values():
        if artifact.HasField("task_output_artifact"):
            names.add(artifact.task_output_artifact.producer_task)
    return names


def producers(outputs: "pb.DagOutputsSpec") -> set[str]:
    """The tasks that a graph's outputs come from."""
    names = {one.producer_subtask for artifact in outputs.artifacts.values() for one in artifact.artifact_selectors}
    for parameter in outputs.parameters.values():
        one_of = parameter.WhichOneof("kind") == "value_from_oneof"
        selectors = parameter.value_from_oneof.parameter_selectors if one_of else [parameter.value_from_parameter]
        names |= {one.producer_subtask for one in selectors}
    return names


def runs_anyway(task: "pb.PipelineTaskSpec") -> bool:
    """Whether it runs also when tasks before it failed."""
    strategies = ir.messages().PipelineTaskSpec.TriggerPolicy.TriggerStrategy
    return bool(task.trigger_policy.strategy == strategies.ALL_UPSTREAM_TASKS_COMPLETED)


def kind_of(pipeline: ir.Pipeline, name: str, task: "pb.PipelineTaskSpec") -> TaskKind:
    """What kind of task this is; the IR tells some kinds by their names only."""
    component = pipeline.component(task)
    if task.WhichOneof("iterator"):
        return TaskKind.LOOP
    if task.trigger_policy.condition or name.startswith("condition-"):
        return TaskKind.CONDITION
    if component.HasField("dag"):
        return TaskKind.DAG
    if runs_anyway(task) and any(name.startswith("exit-handler-") for name in task.dependent_tasks):
        return TaskKind.EXIT
    return TaskKind.IMPORTER if pipeline.executor(component).HasField("importer") else TaskKind.CONTAINER
