"""Arguments of a pipeline, checked against its declared parameters before anything is submitted."""

import json
import math
from collections.abc import Callable, Sequence
from typing import Any

from tools.kfp.model import Parameter
from tools.names import listed, matching, nearest
from tools.result import ErrorCode, ToolError


def check(pipeline: str, parameters: Sequence[Parameter], given: dict[str, Any]) -> dict[str, Any]:
    """The given arguments under their declared names and in their declared types.

    Raises:
        ToolError: INVALID_ARGUMENT naming every unknown, missing or ill-typed argument.
    """
    declared = {p.name: p for p in parameters}
    checked: dict[str, Any] = {}
    problems: list[str] = []
    for name, value in given.items():
        known = matching(name, list(declared))
        if len(known) != 1:
            problems.append(_unknown(name, list(declared)))
            continue
        try:
            checked[known[0]] = _CONVERTERS[declared[known[0]].type](value)
        except ValueError:
            problems.append(f"`{known[0]}` takes {_WORDS[declared[known[0]].type]}, not `{_shown(value)}`.")
    missing = [p.name for p in parameters if p.required and p.name not in checked]
    if missing and not problems:
        problems.append(f"{listed(missing)} must be given: no default.")
    if problems:
        raise ToolError(ErrorCode.INVALID_ARGUMENT, f"cannot run `{pipeline}`: {' '.join(problems)}", list(declared))
    return checked


def _unknown(name: str, declared: list[str]) -> str:
    if not declared:
        return f"there is no parameter `{name}`; this pipeline takes none."
    near = nearest(name, declared, limit=3)
    return f"there is no parameter `{name}`. {'Nearest' if near else 'There are'}: {listed(near or declared)}."


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
        parsed = json.loads(value) if isinstance(value, str) else value
        if not isinstance(parsed, kind):
            raise ValueError
        return parsed

    return convert


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
    "list": "a list",
    "dict": "an object",
}
