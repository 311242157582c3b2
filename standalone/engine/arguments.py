"""Arguments of a pipeline: from what people and command lines send to what the parameters declare."""

import json
import math
from collections.abc import Callable
from decimal import Decimal
from difflib import get_close_matches
from typing import TYPE_CHECKING

from pydantic import JsonValue

from standalone.engine import ir
from standalone.engine.contract import ArgumentError, JsonObject

if TYPE_CHECKING:
    from kfp.pipeline_spec import pipeline_spec_pb2 as pb


def coerce(pipeline_spec: JsonObject, parameters: JsonObject) -> JsonObject:
    """The given arguments in the types that the pipeline's parameters declare.

    A value of None means not given. Raises ArgumentError with every problem: unknown names, missing required ones, wrong types.
    """
    declared = ir.parse(pipeline_spec).root.input_definitions.parameters
    given = {name: value for name, value in parameters.items() if value is not None}
    problems = [_unknown(name, sorted(declared)) for name in given if name not in declared]
    coerced: JsonObject = {}
    for name, parameter in declared.items():
        if name not in given:
            if not parameter.is_optional and not parameter.HasField("default_value"):
                problems.append(f"The parameter '{name}' ({describe(ir.parameter_type(parameter))}) is required and has no value.")
            continue
        try:
            coerced[name] = convert(given[name], ir.parameter_type(parameter))
        except ValueError as error:
            problems.append(f"The parameter '{name}' {error}.")
            continue
        if problem := check_literal(parameter, coerced[name]):
            problems.append(f"The parameter '{name}' {problem}.")
    if problems:
        raise ArgumentError(problems)
    return coerced


def convert(value: JsonValue, kind: str) -> JsonValue:
    """A value in the type that a parameter declares; raises ValueError when it has no lossless form in it."""
    try:
        return _CONVERTERS[kind](value) if kind in _CONVERTERS else value
    except ValueError:
        raise ValueError(f"needs {describe(kind)}, not {_show(value)}") from None


def text(value: JsonValue) -> str:
    """Any value as text, as a cluster's driver hands it to a step that takes text."""
    if isinstance(value, float):
        return f"{Decimal(repr(value)):f}".removesuffix(".0") if math.isfinite(value) else str(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def check_literal(parameter: "pb.ComponentInputsSpec.ParameterSpec", value: JsonValue) -> str | None:
    """What is wrong with a value for a parameter that allows only some; None when it may have it."""
    literals = [ir.plain(literal) for literal in parameter.literals]
    if not literals or value in literals:
        return None
    return f"must be one of {', '.join(map(json.dumps, literals))}, not {_show(value)}"


def describe(kind: str) -> str:
    """A parameter type in words."""
    return _WORDS.get(kind, kind.lower())


def _unknown(name: str, declared: list[str]) -> str:
    near = get_close_matches(name, declared, n=3, cutoff=0.5) or declared
    hint = f"Did you mean {', '.join(near)}?" if near else "The pipeline takes none."
    return f"The pipeline has no parameter '{name}'. {hint}"


def _show(value: JsonValue) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else text[:77] + "..."


def _integer(value: JsonValue) -> JsonValue:
    if value is None or isinstance(value, bool | list | dict):
        raise ValueError
    if isinstance(value, float):
        if not value.is_integer():
            raise ValueError
        return int(value)
    return int(value)


def _double(value: JsonValue) -> JsonValue:
    if value is None or isinstance(value, bool | list | dict):
        raise ValueError
    try:
        number = float(value)
    except OverflowError:
        raise ValueError from None
    if not math.isfinite(number):
        raise ValueError
    return number


def _string(value: JsonValue) -> JsonValue:
    # The kfp command line parses every argument as JSON, so that the text 4 arrives as a number.
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    if isinstance(value, str):
        return value
    raise ValueError


def _boolean(value: JsonValue) -> JsonValue:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.strip().lower() in ("true", "false"):
        return value.strip().lower() == "true"
    raise ValueError


def _structure(kind: type) -> Callable[[JsonValue], JsonValue]:
    def parse(value: JsonValue) -> JsonValue:
        parsed: JsonValue = json.loads(value) if isinstance(value, str) else value
        if not isinstance(parsed, kind):
            raise ValueError
        return parsed

    return parse


_CONVERTERS: dict[str, Callable[[JsonValue], JsonValue]] = {
    "NUMBER_INTEGER": _integer,
    "NUMBER_DOUBLE": _double,
    "STRING": _string,
    "BOOLEAN": _boolean,
    "LIST": _structure(list),
    "STRUCT": _structure(dict),
}
_WORDS = {
    "NUMBER_INTEGER": "a whole number",
    "NUMBER_DOUBLE": "a number",
    "STRING": "a text",
    "BOOLEAN": "true or false",
    "LIST": "a list",
    "STRUCT": "a dictionary",
}
