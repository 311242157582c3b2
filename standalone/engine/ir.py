"""The compiled pipeline (intermediate representation), parsed with the messages that the Kubeflow SDK itself compiles to."""

import importlib.util
import re
from dataclasses import dataclass
from functools import cache
from importlib.metadata import distribution
from types import ModuleType
from typing import TYPE_CHECKING

from google.protobuf import json_format, struct_pb2
from pydantic import JsonValue

from standalone.engine.contract import EngineError, JsonObject

if TYPE_CHECKING:
    from kfp.pipeline_spec import pipeline_spec_pb2 as pb


_UNKNOWN_FIELD = re.compile(r'no field named "(?P<field>[^"]*)" at "(?P<place>[^"]*)"')
_BREADCRUMBS = re.compile(r"^(?:Failed to parse \S+ field: )+")


@cache
def messages() -> ModuleType:
    """The protobuf messages of the IR.

    Loaded from their file because importing them by name first imports the whole SDK (a second, and 100 MB in the server).
    """
    path = distribution("kfp-pipeline-spec").locate_file("kfp/pipeline_spec/pipeline_spec_pb2.py")
    spec = importlib.util.spec_from_file_location("standalone.engine._pipeline_spec", str(path))
    if spec is None or spec.loader is None:
        raise EngineError("The package kfp-pipeline-spec is damaged: reinstall it.")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@dataclass(frozen=True)
class Pipeline:
    """A parsed pipeline: its root component, the components by name, and the executors by label."""

    name: str
    root: "pb.ComponentSpec"
    components: "dict[str, pb.ComponentSpec]"
    executors: "dict[str, pb.PipelineDeploymentConfig.ExecutorSpec]"

    def component(self, task: "pb.PipelineTaskSpec") -> "pb.ComponentSpec":
        """The component that a task runs."""
        return self.components[task.component_ref.name]

    def executor(self, component: "pb.ComponentSpec") -> "pb.PipelineDeploymentConfig.ExecutorSpec":
        """What runs a component that is not itself a graph of tasks."""
        return self.executors[component.executor_label]


def parse(pipeline_spec: JsonObject) -> Pipeline:
    """Parse a pipeline spec; raises EngineError when it is not one."""
    pb = messages()
    try:
        spec = json_format.ParseDict(_without_descriptions(pipeline_spec), pb.PipelineSpec())
        deployment = json_format.ParseDict(json_format.MessageToDict(spec.deployment_spec), pb.PipelineDeploymentConfig())
    except (json_format.Error, ValueError) as error:
        raise EngineError(
            f"This is not a pipeline that this platform can read: {readable(error)}. Compile it with the KFP SDK 2.x."
        ) from None
    if spec.schema_version and not spec.schema_version.startswith("2."):
        raise EngineError(
            f"The pipeline's schemaVersion is '{spec.schema_version}', and this platform reads 2.x. Compile it with the KFP SDK 2.x."
        )
    if spec.root.WhichOneof("implementation") != "dag" or not spec.pipeline_info.name:
        raise EngineError("This is not a compiled pipeline: it has no tasks or no name. Compile it with the KFP SDK 2.x.")
    return Pipeline(spec.pipeline_info.name, spec.root, dict(spec.components), dict(deployment.executors))


def readable(error: Exception) -> str:
    """What protobuf found wrong with a message, without its way there."""
    text = _BREADCRUMBS.sub("", str(error).partition("\n")[0]).rstrip(".")
    if match := _UNKNOWN_FIELD.search(text):
        return f"'{match['field']}' at {match['place']} is nothing that it knows"
    return text


def _without_descriptions(pipeline_spec: JsonObject) -> JsonObject:
    """The pipeline without what only describes its tasks, which grows with every SDK; their names stay."""
    components = _part(pipeline_spec, "components")
    return pipeline_spec | {
        key: value
        for key, value in {
            "root": _undescribed(pipeline_spec.get("root")),
            "components": {name: _undescribed(component) for name, component in components.items()},
        }.items()
        if isinstance(pipeline_spec.get(key), dict)
    }


def _undescribed(component: JsonValue) -> JsonValue:
    tasks = _part(_part(component, "dag"), "tasks")
    if not tasks or not isinstance(component, dict):
        return component
    named: JsonObject = {
        name: task | {"taskInfo": {"name": _part(task, "taskInfo").get("name")}} if isinstance(task, dict) and "taskInfo" in task else task
        for name, task in tasks.items()
    }
    return component | {"dag": _part(component, "dag") | {"tasks": named}}


def _part(value: JsonValue, key: str) -> JsonObject:
    part = value.get(key) if isinstance(value, dict) else None
    return part if isinstance(part, dict) else {}


def plain(value: struct_pb2.Value) -> JsonValue:
    """A protobuf value as JSON; whole numbers become ints, as they do on a cluster (protobuf knows floats only)."""
    match value.WhichOneof("kind"):
        case "number_value":
            number = value.number_value
            return int(number) if number.is_integer() else number
        case "struct_value":
            # Protobuf keeps no order of its own: the same pipeline must give its steps the same text every time.
            return {key: plain(item) for key, item in sorted(value.struct_value.fields.items())}
        case "list_value":
            return [plain(item) for item in value.list_value.values]
        case "string_value":
            return str(value.string_value)
        case "bool_value":
            return bool(value.bool_value)
        case _:
            return None


def parameter_type(parameter: "pb.ComponentInputsSpec.ParameterSpec | pb.ComponentOutputsSpec.ParameterSpec") -> str:
    """The type's name, such as `NUMBER_INTEGER`."""
    name: str = messages().ParameterType.ParameterTypeEnum.Name(parameter.parameter_type)
    return name


def constant(value: "pb.ValueOrRuntimeParameter") -> JsonValue:
    """The constant that a task passes, in either of the two notations of the IR."""
    if value.WhichOneof("value") == "constant":
        return plain(value.constant)
    old = value.constant_value
    kind = old.WhichOneof("value")
    return getattr(old, kind) if kind else None
