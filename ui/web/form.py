"""The arguments of a call as a form: a field for each, of the type that the tool's schema or, where that leaves it open, the value has."""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Literal

from ui.web.markup import text

Kind = Literal["text", "lines", "whole", "number", "choice", "yes_no", "more", "json"]
LONG = 80
"""Characters from which on a text gets several lines."""


@dataclass(frozen=True)
class Field:
    """One argument, or one entry of an argument that is an object; `more` takes further entries, one `name=value` a line."""

    path: tuple[str, ...]
    kind: Kind
    value: Any = None
    required: bool = False
    choices: tuple[Any, ...] = ()
    least: float | None = None
    most: float | None = None
    hint: str = ""

    @property
    def name(self) -> str:
        """What the form calls it."""
        return json.dumps([*self.path, *(["+"] if self.kind == "more" else [])])

    @property
    def label(self) -> str:
        """What people read beside it."""
        if len(self.path) > 1:
            return self.path[-1]
        return f"{'more ' if self.kind == 'more' else ''}{self.path[0].replace('_', ' ')}"


def fields(schema: Mapping[str, Any], args: Mapping[str, Any]) -> list[Field]:
    """The fields for a tool's arguments as they are now."""
    found: list[Field] = []
    for name, given in schema.get("properties", {}).items():
        part, value = _concrete(given), args.get(name, given.get("default"))
        if part.get("type") == "object" and (value is None or isinstance(value, dict)):
            found += [Field((name, key), _kind_of(entry), entry) for key, entry in (value or {}).items()]
            found.append(Field((name,), "more", hint="one name=value a line"))
            continue
        kind, choices = _kind(part, value)
        required = name in schema.get("required", ())
        found.append(Field((name,), kind, value, required, choices, part.get("minimum"), part.get("maximum")))
    return found


def form(found: Sequence[Field]) -> str:
    """The form as HTML; the page's script hands over what stands in it."""
    return f"<form class='arguments' aria-label='Arguments' autocomplete='off'>{''.join(map(_row, found))}</form>"


def read(found: Sequence[Field], given: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments that stand in the form. An entry of an object that was emptied is left out, any other argument becomes null.

    Raises:
        ValueError: a field holds what its type does not allow; the message names it.
    """
    args: dict[str, Any] = {}
    for field in found:
        said = str(given.get(field.name, ""))
        value = _READERS[field.kind](field, said) if said.strip() else None
        if field.kind == "more":
            args[field.path[0]] = {**args.get(field.path[0], {}), **(value or {})}
        elif len(field.path) > 1:
            inner = args.setdefault(field.path[0], {})
            if value is not None:
                inner[field.path[1]] = value
        elif value is not None or field.value is not None or field.required:
            args[field.path[0]] = value
    return args


def _concrete(part: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema of an optional argument without the null."""
    options = [option for option in part.get("anyOf", ()) if option.get("type") != "null"]
    return options[0] if len(options) == 1 else part


def _kind(part: Mapping[str, Any], value: Any) -> tuple[Kind, tuple[Any, ...]]:
    match part:
        case {"enum": choices}:
            return "choice", tuple(choices)
        case {"type": "boolean"}:
            return "yes_no", ()
        case {"type": "integer"}:
            return "whole", ()
        case {"type": "number"}:
            return "number", ()
        case {"type": "string"}:
            return "text", ()
        case {"type": "array", "items": {"type": "string"}} if value is None or not any("\n" in str(item) for item in value):
            return "lines", ()
    return "json", ()


def _kind_of(value: Any) -> Kind:
    match value:
        case bool():
            return "yes_no"
        case int() | float():
            return "number"
        case str():
            return "text"
    return "json"


def _row(field: Field) -> str:
    """Label, input, hint."""
    attributes = f"name='{escape(field.name)}'" + (" required" if field.required else "")
    hint = f"<span class='quiet'>{text(field.hint)}</span>" if field.hint else ""
    return f"<label><span class='name'>{text(field.label)}</span>{_input(field, attributes)}{hint}</label>"


def _input(field: Field, attributes: str) -> str:
    if field.kind in ("choice", "yes_no"):
        words = {"true": "yes", "false": "no"} if field.kind == "yes_no" else {str(choice): str(choice) for choice in field.choices}
        now = json.dumps(field.value) if field.kind == "yes_no" else str(field.value)
        empty = "" if field.required else "<option value=''>not given</option>"
        options = "".join(f"<option value='{escape(v)}'{' selected' if v == now else ''}>{text(w)}</option>" for v, w in words.items())
        return f"<select {attributes}>{empty}{options}</select>"
    shown = written(field)
    if field.kind in ("whole", "number"):
        bounds = "".join(f" {name}='{bound}'" for name, bound in (("min", field.least), ("max", field.most)) if bound is not None)
        return f"<input type='number' step='{1 if field.kind == 'whole' else 'any'}'{bounds} value='{escape(shown)}' {attributes}>"
    if field.kind == "text" and len(shown) <= LONG and "\n" not in shown:
        return f"<input type='text' value='{escape(shown)}' {attributes}>"
    return f"<textarea rows='{min(8, shown.count(chr(10)) + 1 + len(shown) // LONG)}' {attributes}>{escape(shown)}</textarea>"


def written(field: Field) -> str:
    """A value as it stands in its input."""
    match field.kind, field.value:
        case _, None:
            return ""
        case "lines", list(items):
            return "\n".join(map(str, items))
        case "json", value:
            return json.dumps(value, indent=2, ensure_ascii=False)
        case "number", float(value):
            return f"{value:.15g}"
        case _, value:
            return str(value)


def _whole(field: Field, written: str) -> int:
    try:
        return int(written)
    except ValueError:
        raise ValueError(f"{field.label} must be a whole number, not “{written}”.") from None


def _number(field: Field, written: str) -> float:
    try:
        number = float(written)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise ValueError(f"{field.label} must be a number, not “{written}”.")
    return int(written) if isinstance(field.value, int) and written.strip().lstrip("+-").isdigit() else number


def _chosen(field: Field, written: str) -> Any:
    for choice in field.choices:
        if str(choice) == written:
            return choice
    raise ValueError(f"{field.label} must be one of {', '.join(map(str, field.choices))}.")


def _yes_no(field: Field, written: str) -> bool:
    if written not in ("true", "false"):
        raise ValueError(f"{field.label} must be yes or no.")
    return written == "true"


def _entries(field: Field, written: str) -> dict[str, Any]:
    entries: dict[str, Any] = {}
    for line in written.splitlines():
        name, equals, value = line.partition("=")
        if line.strip() and not (name.strip() and equals):
            raise ValueError(f"{field.label}: “{line.strip()}” is not of the form name=value.")
        if line.strip():
            entries[name.strip()] = _meant(value.strip())
    return entries


def _meant(written: str) -> Any:
    """A number, yes or no, list or object where it is one, otherwise the text."""
    try:
        return json.loads(written)
    except ValueError:
        return written


def _json(field: Field, written: str) -> Any:
    try:
        return json.loads(written)
    except ValueError as error:
        raise ValueError(f"{field.label} is no JSON: {error}.") from None


_READERS: dict[Kind, Callable[[Field, str], Any]] = {
    "text": lambda _, written: written,
    "lines": lambda _, written: [line.strip() for line in written.splitlines() if line.strip()],
    "whole": _whole,
    "number": _number,
    "choice": _chosen,
    "yes_no": _yes_no,
    "more": _entries,
    "json": _json,
}
