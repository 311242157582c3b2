"""Arguments of a pipeline, checked against its declared parameters before anything is submitted."""

import json
import math
from collections.abc import Callable, Collection, Sequence
from typing import Any

from tools.kfp.model import Parameter
from tools.names import listed, matching, nearest
from tools.result import ErrorCode, ToolError


def check(pipeline: str, parameters: Sequence[Parameter], given: dict[str, Any], settled: Collection[str] = ()) -> dict[str, Any]:
    """The given arguments under their declared names and in their declared types; None is taken for not given.

    Args:
        pipeline: its name, for messages.
        parameters: what it declares.
        given: arguments by name, as people say them.
        settled: parameters that have a value already, such as that of the run to repeat.

    Raises:
        ToolError: INVALID_ARGUMENT naming every unknown, doubled, missing or ill-typed argument.
    """
    declared = {p.name: p for p in parameters}
    checked: dict[str, Any] = {}
    problems: list[str] = []
    named: set[str] = set()
    for name, value in given.items():
        if value is None:
            continue
        known = matching(name, list(declared))
        if len(known) != 1:
            problems.append(_unknown(name, known, list(declared)))
            continue
        parameter = declared[known[0]]
        if parameter.name in named:
            problems.append(f"`{parameter.name}` is given twice.")
            continue
        named.add(parameter.name)
        try:
            checked[parameter.name] = _CONVERTERS[parameter.type](value)
        except (ValueError, OverflowError, RecursionError):
            problems.append(f"`{parameter.name}` takes {_WORDS[parameter.type]}, not `{_shown(value)}`.")
    missing = [p.name for p in parameters if p.required and p.name not in named and p.name not in settled]
    if missing:
        problems.append(f"{listed(missing)} must be given: no default.")
    if problems:
        raise ToolError(ErrorCode.INVALID_ARGUMENT, f"cannot run `{pipeline}`: {' '.join(problems)}", list(declared))
    return checked


def _unknown(name: str, fitting: list[str], declared: list[str]) -> str:
    if fitting:
        return f"`{name}` can be each of {listed(fitting)}; say which."
    if not declared:
        return f"there is no parameter `{name}`; this pipeline takes none."
    near = nearest(name, declared, limit=3)
    rest = [other for other in declared if other not in near]
    groups = {"Nearest": near, "Others" if near else "There are": rest}
    return f"there is no parameter `{name}`. {' '.join(f'{word}: {listed(names)}.' for word, names in groups.items() if names)}"


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    return text if len(text) <= 60 else text[:59] + "…"


def _integer(value: Any) -> int:
    if isinstance(value, bool):
        raise ValueError
    number = float(value) if isinstance(value, str | float) else value
    if not isinstance(number, int | float) or not math.isfinite(number) or number != int(number):
        raise ValueError
    return int(value) if isinstance(value, str) and value.strip().lstrip("+-").isdigit() else int(number)


def _double(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError
    number = float(value)
    if not math.isfinite(number):
        raise ValueError
    return number


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    if word in ("true", "yes", "on", "1"):
        return True
    if word in ("false", "no", "off", "0"):
        return False
    raise ValueError


def _string(value: Any) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value)


def _parsed(kind: type) -> Callable[[Any], Any]:
    def convert(value: Any) -> Any:
        parsed = json.loads(value, parse_constant=_no_number) if isinstance(value, str) else value
        if not isinstance(parsed, kind):
            raise ValueError
        return parsed

    return convert


def _no_number(constant: str) -> float:
    """JSON has neither NaN nor Infinity, though Python reads them."""
    raise ValueError(constant)


_CONVERTERS: dict[str, Callable[[Any], Any]] = {
    "int": _integer,
    "float": _double,
    "bool": _boolean,
    "str": _string,
    "list": _parsed(list),
    "dict": _parsed(dict),
}
_WORDS = {
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "str": "text",
    "list": "a list such as [1, 2]",
    "dict": 'an object such as {"a": 1}',
}
