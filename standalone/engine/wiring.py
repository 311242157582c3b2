"""Whether a pipeline's tasks fit together: every reference leads somewhere, nothing waits for itself."""

from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

from standalone.engine import ir
from standalone.engine.references import dependencies, producers

if TYPE_CHECKING:
    from kfp.pipeline_spec import pipeline_spec_pb2 as pb


def check(pipeline: ir.Pipeline) -> list[str]:
    """Everything that does not fit, each in a sentence that names it."""
    graphs = [("the pipeline", pipeline.root), *pipeline.components.items()]
    return [problem for owner, component in graphs for problem in _graph(pipeline, owner, component)] + list(_nesting(pipeline))


def _graph(pipeline: ir.Pipeline, owner: str, component: "pb.ComponentSpec") -> Iterator[str]:
    tasks = component.dag.tasks
    for name, task in tasks.items():
        if task.component_ref.name not in pipeline.components:
            yield f"The task '{name}' runs the component '{task.component_ref.name}', which the pipeline does not have."
        unknown = dependencies(task) - set(tasks)
        yield from (f"The task '{name}' depends on '{missing}', which is not a task of {owner}." for missing in sorted(unknown))
        yield from _inputs(pipeline, name, task)
    unknown = producers(component.dag.outputs) - set(tasks)
    yield from (f"An output of {owner} comes from '{missing}', which is not a task of it." for missing in sorted(unknown))
    for producer, key in sorted({*_passed_on(component.dag.outputs), *(one for task in tasks.values() for one in _taken(task))}):
        made = pipeline.components.get(tasks[producer].component_ref.name) if producer in tasks else None
        if made and key not in made.output_definitions.parameters and key not in made.output_definitions.artifacts:
            yield f"The output '{key}' of '{producer}' is used, and its component has none of that name."
    try:
        TopologicalSorter({name: dependencies(task) for name, task in tasks.items()}).prepare()
    except CycleError as error:
        yield f"Tasks of {owner} wait for each other: {' -> '.join(error.args[1])}."


def _nesting(pipeline: ir.Pipeline) -> Iterator[str]:
    uses = {name: {task.component_ref.name for task in component.dag.tasks.values()} for name, component in pipeline.components.items()}
    try:
        TopologicalSorter(uses).prepare()
    except CycleError as error:
        yield f"Components contain each other: {' -> '.join(error.args[1])}."


def _inputs(pipeline: ir.Pipeline, name: str, task: "pb.PipelineTaskSpec") -> Iterator[str]:
    """Required inputs that a step is not given. Graphs are not asked: the compiler also declares for them what none of their tasks uses."""
    component = pipeline.components.get(task.component_ref.name)
    if component is None or component.HasField("dag"):
        return
    declared = component.input_definitions
    needed = {key for key, one in declared.parameters.items() if not one.is_optional and not one.HasField("default_value")}
    needed |= {key for key, one in declared.artifacts.items() if not one.is_optional}
    given = {*task.inputs.parameters, *task.inputs.artifacts, task.parameter_iterator.item_input, task.artifact_iterator.item_input}
    yield from (f"The task '{name}' is not given the input '{key}', which its component requires." for key in sorted(needed - given))


def _taken(task: "pb.PipelineTaskSpec") -> Iterator[tuple[str, str]]:
    """Producer and key of every output of another task that a task takes."""
    for parameter in task.inputs.parameters.values():
        if parameter.WhichOneof("kind") == "task_output_parameter":
            yield parameter.task_output_parameter.producer_task, parameter.task_output_parameter.output_parameter_key
    for artifact in task.inputs.artifacts.values():
        if artifact.WhichOneof("kind") == "task_output_artifact":
            yield artifact.task_output_artifact.producer_task, artifact.task_output_artifact.output_artifact_key


def _passed_on(outputs: "pb.DagOutputsSpec") -> Iterator[tuple[str, str]]:
    """Producer and key of every output of a task that a graph passes on."""
    for artifact in outputs.artifacts.values():
        yield from ((one.producer_subtask, one.output_artifact_key) for one in artifact.artifact_selectors)
    for parameter in outputs.parameters.values():
        one_of = parameter.WhichOneof("kind") == "value_from_oneof"
        selectors = parameter.value_from_oneof.parameter_selectors if one_of else [parameter.value_from_parameter]
        yield from ((one.producer_subtask, one.output_parameter_key) for one in selectors)
