"""Whether a call is the one that was wanted: its arguments, each compared in the way of its kind."""

import re
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from evals.chat.cases import Expected
from swarm.reply import Step
from tools.kinds import Kind
from tools.names import normal
from tools.tool import Tool

_DAYS = {name: str(number) for number, name in enumerate("sun mon tue wed thu fri sat".split())}
_MONTHS = {name: str(number) for number, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}
_NAMES = frozenset({"pipeline", "experiment", "run", "schedule", "step", "artifact", "metric"})
"""Kinds of names in which case and separators do not matter: a tool finds the thing all the same."""
_LATEST = frozenset({"latest", "last", "newest"})


class Names(BaseModel):
    """What names stood for when the call was made."""

    newest_run: str = ""
    runs_by_id: dict[str, str] = {}


def fits(step: Step, expected: Expected, tool: Tool | None, names: Names) -> bool:
    """Whether a call carries the arguments that matter."""
    return step.tool == expected.tool and mismatch(step.args, expected.args, tool, names) is None


def mismatch(args: Mapping[str, Any], wanted: Mapping[str, Any], tool: Tool | None, names: Names) -> str | None:
    """The first argument that is not as wanted, in words."""
    for name, value in wanted.items():
        if name not in args:
            return f"{name} is missing"
        kind = _kind(tool, name)
        if not _same(kind or name, args[name], value, names):
            return f"{name} is {args[name]!r}, not {value!r}"
    return None


def _kind(tool: Tool | None, argument: str) -> str:
    kind = tool.kinds.get(argument) if tool is not None else None
    return kind.name if isinstance(kind, Kind) else ""


def _same(kind: str, given: Any, wanted: Any, names: Names) -> bool:
    if isinstance(wanted, dict):
        return isinstance(given, dict) and all(key in given and _equal(given[key], value) for key, value in wanted.items())
    if isinstance(wanted, list):
        as_list = given if isinstance(given, list) else [given]
        return sorted(_canonical(kind, v, names) for v in as_list) == sorted(_canonical(kind, v, names) for v in wanted)
    if isinstance(given, list) and len(given) == 1:
        given = given[0]
    if isinstance(wanted, str) and isinstance(given, str):
        if kind == "path":
            return _path_ends(given, wanted)
        return _canonical(kind, given, names) == _canonical(kind, wanted, names)
    return _equal(given, wanted)


def _equal(given: Any, wanted: Any) -> bool:
    """Equal as values of a type: 10 is 10.0, but neither is "10" nor True."""
    if isinstance(given, bool) or isinstance(wanted, bool):
        return given is wanted
    if isinstance(given, int | float) and isinstance(wanted, int | float):
        return float(given) == float(wanted)
    return type(given) is type(wanted) and bool(given == wanted)


def _canonical(kind: str, value: Any, names: Names) -> str:
    text = str(value)
    if kind in ("run", "runs"):
        text = names.runs_by_id.get(text, text)
        text = names.newest_run if normal(text) in _LATEST and names.newest_run else text
        return normal(text)
    if kind in _NAMES:
        return normal(text)
    if kind == "cron":
        return _cron(text)
    if kind in ("document", "source"):
        return text.rsplit("/", 1)[-1].lower()
    if kind == "prefix":
        return text.strip("/")
    return text


def _cron(expression: str) -> str:
    """Five fields in their plainest form: numbers for names of days and months, 0 for Sunday."""
    fields = expression.lower().replace("?", "*").split()
    fields = fields[1:] if len(fields) == 6 else fields
    plain = [re.sub(r"\d+", lambda m: str(int(m.group())), re.sub(r"^\*/1$", "*", part)) for part in fields]
    if len(plain) == 5:
        plain[3] = re.sub(r"[a-z]{3}", lambda m: _MONTHS.get(m.group(), m.group()), plain[3])
        plain[4] = re.sub(r"[a-z]{3}", lambda m: _DAYS.get(m.group(), m.group()), plain[4])
        plain[4] = re.sub(r"\b7\b", "0", plain[4])
        plain[4] = ",".join(sorted(plain[4].split(",")))
    return " ".join(plain)


def _path_ends(given: str, wanted: str) -> bool:
    """Whether both mean the same file below the folder of local files."""
    one, other = (path.removeprefix("./").strip("/").split("/") for path in (given, wanted))
    return one[-len(other) :] == other
