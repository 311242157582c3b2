"""Tools of an outside server as tools of our own. What the server says of them is data: cut to size, and believed only to be stricter."""

import copy
import json
import re
from typing import Any

import mcp_types as types
from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError
from jsonschema.validators import validator_for
from pydantic import ConfigDict, create_model, model_validator
from referencing import Registry

from tools.kinds import Kind
from tools.outside.connection import Connection
from tools.result import Artifact, Effect, ErrorCode, ToolError, ToolResult
from tools.tool import Parameters, Prepared, Tool, Toolset

LONGEST = 400
"""Characters of a description."""
LARGEST = 20_000
"""Characters of a schema."""
CONTENT = 2_400
"""Characters of a result that a model reads, about 600 tokens."""
_NAME = re.compile(r"[^a-zA-Z0-9_-]+")
_DEPTH = 12


def toolset(connection: Connection, offered: list[types.Tool]) -> Toolset:
    """The tools that can be used; one whose schema is broken or too large is left out."""
    made = [tool for described in offered if (tool := _tool(connection, described)) is not None]
    return Toolset(tools={tool.name: tool for tool in made}, resolvers={}, listers={})


def _tool(connection: Connection, described: types.Tool) -> Tool | None:
    name = f"{connection.name}_{_NAME.sub('_', described.name)}"[:64]
    schema = described.input_schema
    if len(json.dumps(schema)) > LARGEST or _broken(schema):
        return None
    summary = _line(described.description or described.title or described.name, LONGEST)
    effect = _effect(described.annotations)

    def call(**arguments: Any) -> ToolResult:
        return _result(connection.call(described.name, arguments), connection.name)

    def prepare(**arguments: Any) -> Prepared:
        given = json.dumps(arguments, ensure_ascii=False, indent=1, default=str)
        return Prepared(f"Call `{described.name[:80]}` of the outside server `{connection.name}` with:\n\n```json\n{given[:4000]}\n```")

    words = described.name.replace("_", " ").replace("-", " ")
    return Tool(
        function=call,
        effect=effect,
        examples=(words, f"{connection.name} {words}", _line(summary.split(". ")[0], 120)),
        name=name,
        summary=summary,
        parameters=_parameters(name, schema),
        services=(),
        kinds=_kinds(schema),
        preparation=None if effect == "read" else prepare,
    )


def _effect(hints: types.ToolAnnotations | None) -> Effect:
    if hints is not None and hints.destructive_hint and not hints.read_only_hint:
        return "destroy"
    return "read" if hints is not None and hints.read_only_hint and not hints.destructive_hint else "write"


def _kinds(schema: dict[str, Any]) -> dict[str, Kind]:
    """For the built-in planner: a tool's only required text is what the request is about."""
    required = schema.get("required", [])
    texts = [name for name in required if schema.get("properties", {}).get(name, {}).get("type") == "string"]
    return {texts[0]: Kind("text")} if len(required) == len(texts) == 1 else {}


def _broken(schema: dict[str, Any]) -> bool:
    try:
        validator_for(schema, default=Draft202012Validator).check_schema(schema)
    except (SchemaError, RecursionError):
        return True
    return schema.get("type") != "object"


def _parameters(name: str, schema: dict[str, Any]) -> type[Parameters]:
    """Arguments checked by the server's own schema; references lead nowhere outside of it."""
    validator = validator_for(schema, default=Draft202012Validator)(schema, registry=Registry())
    shown = _inlined(schema, schema, _DEPTH)

    class Given(Parameters):
        model_config = ConfigDict(extra="allow")

        @model_validator(mode="before")
        @classmethod
        def _unpacked(cls, given: dict[str, Any]) -> dict[str, Any]:
            problem = next(iter(validator.iter_errors(given)), None)
            if problem is not None:
                where = ".".join(str(part) for part in problem.absolute_path)
                raise ValueError(f"{f'`{where}`: ' if where else ''}{problem.message[:200]}")
            return given

        @classmethod
        def model_json_schema(cls, *args: Any, **kwargs: Any) -> dict[str, Any]:  # noqa: ARG003 - pydantic's signature
            return copy.deepcopy(shown)

    return create_model(name, __base__=Given)


def _inlined(schema: Any, root: dict[str, Any], depth: int) -> Any:
    """A schema with its own definitions written where they are used; what goes too deep is any value."""
    if depth == 0:
        return {}
    if isinstance(schema, list):
        return [_inlined(item, root, depth - 1) for item in schema]
    if not isinstance(schema, dict):
        return schema
    reference = str(schema.get("$ref", ""))
    if reference.startswith(("#/$defs/", "#/definitions/")):
        group, name = reference.split("/")[1:3]
        return _inlined(root.get(group, {}).get(name, {}), root, depth - 1)
    kept = {k: v for k, v in schema.items() if k not in ("$defs", "definitions", "$schema", "$id", "$ref")}
    return {k: _line(v, LONGEST) if k == "description" and isinstance(v, str) else _inlined(v, root, depth - 1) for k, v in kept.items()}


def _result(result: types.CallToolResult, server: str) -> ToolResult:
    """What came back: the text cut to size, pictures and data to draw."""
    texts = [block.text for block in result.content if isinstance(block, types.TextContent)]
    texts += [f"{block.name}: {block.uri}" for block in result.content if isinstance(block, types.ResourceLink)]
    if not texts and result.structured_content is not None:
        texts = [json.dumps(result.structured_content, ensure_ascii=False)]
    text = "\n".join(texts).strip()
    if result.is_error:
        raise ToolError(
            ErrorCode.INVALID_ARGUMENT, f"the outside server {server} answered with an error: {text[:1000] or 'no reason given'}"
        )
    artifacts = [
        Artifact(kind="image", title=f"{server}: picture", data={"media_type": block.mime_type, "base64": block.data})
        for block in result.content
        if isinstance(block, types.ImageContent) and block.mime_type in ("image/png", "image/jpeg", "image/gif", "image/webp")
    ]
    if not text and not artifacts:
        return ToolResult.no_data(f"The outside server {server} answered with nothing.")
    more = f"\n\n... {len(text) - CONTENT:,} more characters." if len(text) > CONTENT else ""
    return ToolResult(content=f"{text[:CONTENT]}{more}" or "It answered with a picture.", artifacts=artifacts)


def _line(text: str, longest: int) -> str:
    """One line of plain text."""
    plain = " ".join("".join(c for c in text if c.isprintable() or c.isspace()).split())
    return plain if len(plain) <= longest else f"{plain[: longest - 1]}…"
