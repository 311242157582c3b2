"""One call of a tool: check the arguments, resolve the names, preview the effect, run. Nothing here raises into an agent's loop."""

import json
import logging
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from tools.result import Effect, ErrorCode, ToolError, ToolResult
from tools.services import Services
from tools.tool import Resolver, Tool

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Call:
    """A call that could be made: arguments resolved, checked and complete."""

    tool: Tool
    args: dict[str, Any]
    effect: Effect
    preview: str


def prepare(tool: Tool, arguments: Mapping[str, Any], services: Services, resolvers: Mapping[str, Resolver]) -> Call | ToolResult:
    """Check arguments and resolve names; the answer is a call ready to be approved and run, or the error."""
    try:
        args = _validated(tool, arguments)
        for name, value in args.items():
            args[name] = _resolved(tool, name, value, args, services, resolvers)
        prepared = None
        if tool.preparation is not None:
            prepared = tool.preparation(*(services.get(kind) for kind in tool.services), **args)
    except ToolError as error:
        return ToolResult.failed(error)
    except Exception as error:  # noqa: BLE001 - the boundary: whatever a backend throws becomes one error of the closed set
        return _internal(tool, error)
    if prepared is None:
        return Call(tool, args, tool.effect, "")
    return Call(tool, prepared.args or args, prepared.effect or tool.effect, prepared.preview)


def run(call: Call, services: Services) -> ToolResult:
    """Make the call."""
    try:
        return call.tool.function(*(services.get(kind) for kind in call.tool.services), **call.args)
    except ToolError as error:
        return ToolResult.failed(error)
    except Exception as error:  # noqa: BLE001 - the same boundary
        return _internal(call.tool, error)


def _validated(tool: Tool, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Typed arguments with defaults, as plain data, without those left at None."""
    given = {name: value for name, value in arguments.items() if value is not None}
    for name, value in given.items():
        try:
            json.dumps(value, ensure_ascii=False, default=str).encode()
        except UnicodeEncodeError:
            raise ToolError(ErrorCode.INVALID_ARGUMENT, f"{tool.name}: `{name}` = {value!r:.100} is no valid Unicode text.") from None
    try:
        model = tool.parameters.model_validate(given)
    except ValidationError as error:
        raise ToolError(ErrorCode.INVALID_ARGUMENT, _explain(tool, error)) from None
    return {name: value for name, value in model.model_dump().items() if value is not None}


def _explain(tool: Tool, error: ValidationError) -> str:
    """The schema's own words, one clause per wrong argument."""
    clauses = []
    for problem in error.errors():
        where = ".".join(str(part) for part in problem["loc"])
        if not where:
            clauses.append(problem["msg"].removeprefix("Value error, "))
        elif problem["type"] == "missing":
            clauses.append(f"`{where}` is required")
        elif problem["type"] == "extra_forbidden":
            clauses.append(f"there is no argument `{where}`")
        else:
            clauses.append(f"`{where}` = {problem['input']!r:.100}: {problem['msg'].lower()}")
    schema = tool.parameters.model_json_schema()
    allowed = ", ".join(name if name in schema.get("required", []) else f"{name}?" for name in schema.get("properties", {}))
    return f"{tool.name}: {'; '.join(clauses)}. Its arguments: {allowed or 'none'}."


def _resolved(tool: Tool, name: str, value: Any, args: Mapping[str, Any], services: Services, resolvers: Mapping[str, Resolver]) -> Any:
    kind = tool.kinds.get(name)
    if kind is None or not kind.exists or kind.name not in resolvers:
        return value
    resolver = resolvers[kind.name]
    clients: list[object] = [services.get(service) for service in resolver.services]
    if isinstance(value, list):
        return list(dict.fromkeys(resolver.resolve(*clients, given, args) for given in value))
    return resolver.resolve(*clients, value, args)


def _internal(tool: Tool, error: Exception) -> ToolResult:
    trace_id = uuid.uuid4().hex[:8]
    log.error("tool %s failed [%s]", tool.name, trace_id, exc_info=error)
    message = f"{tool.name} failed unexpectedly; the log explains it under id {trace_id}."
    return ToolResult.failed(ToolError(ErrorCode.INTERNAL, message))
