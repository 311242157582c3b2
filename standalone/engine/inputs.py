"""The inputs of a task: from the references in the IR to values."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import JsonValue

from standalone.engine import arguments, conditions, ir, outputs
from standalone.engine.contract import Artifact, EngineError, JsonObject, State, Values
from standalone.engine.placeholders import Placeholders
from standalone.engine.run import Node, Outcome, Run

if TYPE_CHECKING:
    from kfp.pipeline_spec import pipeline_spec_pb2 as pb


# The compiler passes the key `k` of a loop's item on as `..-subvar-k`, and below a condition writes the selection of `k` there once more.
_SELECTED = re.compile(r'.*-subvar-(?P<key>.+) parseJson\(string_value\)\["(?P=key)"\]')


@dataclass(frozen=True)
class Scope:
    """One graph of tasks in execution: what was passed into it, and how the tasks that ended so far ended."""

    node: Node
    inputs: Values
    outcomes: Mapping[str, Outcome]


def resolve(run: Run, node: Node, task: "pb.PipelineTaskSpec", scope: Scope) -> Values:
    """Every input that the task's references give, including those that only placeholders and conditions use.

    Raises EngineError when a reference leads nowhere and the task's component cannot do without the input.
    """
    component = run.pipeline.component(task)
    values = Values()
    for name, artifact in task.inputs.artifacts.items():
        # Asking the map for a name that it does not have would add it.
        optional = name not in component.input_definitions.artifacts or component.input_definitions.artifacts[name].is_optional
        found = _artifacts(name, artifact, scope, optional=optional)
        if found is not None:
            values.artifacts[name] = found
    for name, parameter in task.inputs.parameters.items():
        if parameter.WhichOneof("kind") != "runtime_value":
            optional = _is_optional(component, name)
            _set(values.parameters, name, _parameter(run, name, parameter, scope, optional=optional))
    message = executor_inputs(run, component, values) | {"outputs": outputs.places(component, run.output_folder(node))}
    placeholders = Placeholders(run.names(node) | outputs.names(message), message)
    for name, parameter in task.inputs.parameters.items():
        if parameter.WhichOneof("kind") == "runtime_value":
            value = placeholders.resolve(ir.constant(parameter.runtime_value))
            _set(values.parameters, name, _select(value, parameter.parameter_expression_selector))
    return values


def complete(run: Run, node: Node, component: "pb.ComponentSpec", values: Values) -> Values:
    """Just the inputs that the component declares, its defaults filled in, in their declared type.

    Raises EngineError when a required input of a step has no value. A graph may lack one: the compiler also declares for nested graphs
    what none of their tasks uses, and a task that does use it says so itself.
    """
    declared = component.input_definitions
    needed = not component.HasField("dag")
    placeholders = Placeholders(run.names(node), {})
    parameters: JsonObject = {}
    for name, parameter in declared.parameters.items():
        kind = ir.parameter_type(parameter)
        if name in values.parameters:
            parameters[name] = _typed(values.parameters[name], kind, to_text=needed)
        elif parameter.HasField("default_value"):
            parameters[name] = _typed(placeholders.resolve(ir.plain(parameter.default_value)), kind, to_text=needed)
        elif needed and not parameter.is_optional:
            raise EngineError(f"The input '{name}' of '{node.name}' is required and has no value.")
        if name in parameters and (problem := arguments.check_literal(parameter, parameters[name])):
            raise EngineError(f"The input '{name}' of '{node.name}' {problem}.")
    for name, artifact in declared.artifacts.items():
        if needed and name not in values.artifacts and not artifact.is_optional:
            raise EngineError(f"The input artifact '{name}' of '{node.name}' is required and has no value.")
    return Values(parameters=parameters, artifacts={name: found for name, found in values.artifacts.items() if name in declared.artifacts})


def executor_inputs(run: Run, component: "pb.ComponentSpec", values: Values) -> JsonObject:
    """The inputs in the form of ExecutorInput, artifacts at the addresses where a component on this machine finds them."""
    artifacts: JsonObject = {}
    for name, found in values.artifacts.items():
        declared = component.input_definitions.artifacts
        version = (declared[name].artifact_type.schema_version if name in declared else "") or "0.0.1"
        artifacts[name] = {"artifacts": [runtime_artifact(run, artifact, version) for artifact in found]}
    return {"inputs": {"parameterValues": dict(values.parameters), "artifacts": artifacts}}


def runtime_artifact(run: Run, artifact: Artifact, version: str) -> JsonObject:
    """An artifact in the form of RuntimeArtifact."""
    return {
        "name": artifact.name,
        "uri": run.buckets.local(artifact.uri),
        "type": {"schemaTitle": artifact.type, "schemaVersion": version},
        "metadata": artifact.metadata,
    }


def _parameter(run: Run, name: str, parameter: "pb.TaskInputsSpec.InputParameterSpec", scope: Scope, *, optional: bool) -> JsonValue:
    value: JsonValue
    match parameter.WhichOneof("kind"):
        case "component_input_parameter":
            value = scope.inputs.parameters.get(parameter.component_input_parameter)
            if _SELECTED.fullmatch(f"{parameter.component_input_parameter} {parameter.parameter_expression_selector}"):
                return value
        case "task_output_parameter":
            reference = parameter.task_output_parameter
            outcome = scope.outcomes[reference.producer_task]
            if reference.output_parameter_key not in outcome.outputs.parameters:
                if optional:
                    return None
                raise EngineError(_missing(name, reference.output_parameter_key, reference.producer_task, outcome))
            value = outcome.outputs.parameters[reference.output_parameter_key]
        case "task_final_status":
            return _final_status(run, parameter.task_final_status.producer_task, scope)
        case _:
            raise EngineError(f"The input '{name}' refers to nothing that this platform knows.")
    return None if value is None else _select(value, parameter.parameter_expression_selector)


def _artifacts(name: str, artifact: "pb.TaskInputsSpec.InputArtifactSpec", scope: Scope, *, optional: bool) -> list[Artifact] | None:
    if artifact.WhichOneof("kind") == "component_input_artifact":
        return scope.inputs.artifacts.get(artifact.component_input_artifact)
    reference = artifact.task_output_artifact
    outcome = scope.outcomes[reference.producer_task]
    if reference.output_artifact_key in outcome.outputs.artifacts:
        return outcome.outputs.artifacts[reference.output_artifact_key]
    if optional:
        return None
    raise EngineError(_missing(name, reference.output_artifact_key, reference.producer_task, outcome))


def _missing(name: str, key: str, producer: str, outcome: Outcome) -> str:
    ended = {State.SKIPPED: "was skipped", State.FAILED: "failed"}.get(outcome.state, "did not produce it")
    return f"The input '{name}' needs the output '{key}' of the task '{producer}', which {ended}."


def _is_optional(component: "pb.ComponentSpec", name: str) -> bool:
    declared = component.input_definitions.parameters
    # A channel that only placeholders use is not declared by the component; its absence shows when a placeholder needs it.
    return name not in declared or bool(declared[name].is_optional or declared[name].HasField("default_value"))


def _select(value: JsonValue, selector: str) -> JsonValue:
    return conditions.select(selector, value) if selector else value


def _set(parameters: JsonObject, name: str, value: JsonValue) -> None:
    if value is not None:
        parameters[name] = value


def _typed(value: JsonValue, kind: str, *, to_text: bool) -> JsonValue:
    """Whole numbers and fractions in the declared type, and for steps, as on a cluster, anything as text where that is declared.

    Anything else as it came, since the components check their own types.
    """
    if kind == "STRING" and to_text:
        return arguments.text(value)
    if kind not in ("NUMBER_INTEGER", "NUMBER_DOUBLE") or not isinstance(value, int | float):
        return value
    try:
        return arguments.convert(value, kind)
    except ValueError:
        return value


def _final_status(run: Run, producer: str, scope: Scope) -> JsonValue:
    outcome = scope.outcomes[producer]
    status: JsonObject = {"state": outcome.state.value, "pipelineJobResourceName": run.resource_name, "pipelineTaskName": producer}
    if outcome.state is State.FAILED:
        status["error"] = {"code": 1, "message": outcome.message}
    return status
