"""Where runs of a pipeline write besides their own artifacts: the buckets that its register steps are told."""

from collections.abc import Iterator, Mapping
from typing import Any

from tools.minio.limits import check_bucket_name
from tools.result import ErrorCode, ToolError

OWN_BUCKET = "mlpipeline"
"""Where Kubeflow Pipelines keeps the artifacts of all runs."""


def told(ir: Mapping[str, Any], arguments: Mapping[str, Any]) -> str:
    """A sentence on the buckets that a run with these arguments writes into; empty where there are none.

    Raises:
        ToolError: INVALID_ARGUMENT for a name that no bucket has, or the bucket of the artifacts.
    """
    buckets = list(dict.fromkeys(_buckets(ir, arguments)))
    for bucket in buckets:
        check_bucket_name(bucket)
        if bucket == OWN_BUCKET:
            message = f"a model cannot be registered in bucket `{OWN_BUCKET}`, which holds the artifacts of all runs. Choose another one."
            raise ToolError(ErrorCode.INVALID_ARGUMENT, message)
    if not buckets:
        return ""
    names = " and ".join(f"`{bucket}`" for bucket in buckets)
    return f"**A run also writes** the model as a new object into bucket {names}, which must exist; nothing there is replaced."


def _buckets(ir: Mapping[str, Any], arguments: Mapping[str, Any]) -> Iterator[str]:
    """The values of `bucket` of all steps that have the inputs and outputs of `register`."""
    declared = ir.get("root", {}).get("inputDefinitions", {}).get("parameters", {})
    components = ir.get("components", {})
    for task in ir.get("root", {}).get("dag", {}).get("tasks", {}).values():
        component = components.get(task.get("componentRef", {}).get("name"), {})
        known = component.get("inputDefinitions", {}).get("parameters", {})
        if not {"bucket", "model_name"} <= set(known) or "registered" not in component.get("outputDefinitions", {}).get("artifacts", {}):
            continue
        given = task.get("inputs", {}).get("parameters", {}).get("bucket", {})
        if name := given.get("componentInputParameter"):
            value = arguments.get(name, declared.get(name, {}).get("defaultValue"))
        else:
            value = given.get("runtimeValue", {}).get("constant", known["bucket"].get("defaultValue"))
        if value:
            yield str(value)
