"""Expressions of the IR in the Common Expression Language, evaluated by cel-python."""

import json
from collections.abc import Callable
from functools import cache

from pydantic import JsonValue

from standalone.engine.contract import EngineError, JsonObject


def holds(condition: str, parameters: JsonObject) -> bool:
    """Whether a trigger condition is true for a task's input parameters.

    Raises EngineError when it cannot be evaluated or is not a yes or no.
    """
    import celpy

    # Numbers are doubles in the values that a cluster evaluates on; the compiled condition converts them.
    values = celpy.json_to_cel(_doubles(parameters))
    result = _evaluate(condition, {"inputs": celpy.celtypes.MapType({"parameter_values": values})})
    if not isinstance(result, celpy.celtypes.BoolType):
        raise EngineError(f"The condition {condition} is neither true nor false.")
    return bool(result)


def select(selector: str, value: JsonValue) -> JsonValue:
    """The part of a value that a selector such as `parseJson(string_value)["a"]` takes; raises EngineError when there is none."""
    import celpy

    text = value if isinstance(value, str) else json.dumps(value)
    result = _evaluate(selector, {"string_value": celpy.celtypes.StringType(text)})
    selected: JsonValue = json.loads(json.dumps(result, cls=celpy.CELJSONEncoder))
    return selected


def problem(expression: str) -> str | None:
    """Why an expression is not valid CEL, or None when it is."""
    try:
        _program(expression)
    except EngineError as error:
        return str(error)
    return None


def _evaluate(expression: str, values: dict[str, object]) -> object:
    import celpy

    try:
        return _program(expression)(values)
    except celpy.CELEvalError as error:
        reason = error.args[0] if error.args else error
        raise EngineError(f"The expression {expression} cannot be evaluated: {reason}.") from None


@cache
def _program(expression: str) -> Callable[[dict[str, object]], object]:
    import celpy

    environment = celpy.Environment()
    try:
        syntax = environment.compile(expression)
    except celpy.CELParseError:
        raise EngineError(f"The expression {expression} is not valid in the Common Expression Language.") from None
    program = environment.program(syntax, functions={"parseJson": _parse_json})
    evaluate: Callable[[dict[str, object]], object] = program.evaluate
    return evaluate


def _parse_json(text: str) -> object:
    import celpy

    return celpy.json_to_cel(json.loads(text))


def _doubles(value: JsonValue) -> JsonValue:
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return float(value)
    if isinstance(value, list):
        return [_doubles(item) for item in value]
    if isinstance(value, dict):
        return {key: _doubles(item) for key, item in value.items()}
    return value
