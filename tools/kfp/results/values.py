"""The values of ML Metadata's properties as JSON has them."""

import math
from typing import Any


def properties(record: Any) -> dict[str, Any]:
    """The properties of a context, an execution or an artifact."""
    return {name: _value(value) for name, value in {**record.properties, **record.custom_properties}.items()}


def _value(value: Any) -> Any:
    if value.HasField("struct_value"):
        return _structure(value.struct_value)
    for field in ("double_value", "int_value", "string_value", "bool_value"):
        if value.HasField(field):
            return _finite(getattr(value, field))
    return None


def _structure(value: Any) -> Any:
    """A protobuf `Struct`, `ListValue` or `Value`."""
    if hasattr(value, "fields"):
        return {name: _structure(inner) for name, inner in value.fields.items()}
    if hasattr(value, "values"):
        return [_structure(inner) for inner in value.values]
    kind = value.WhichOneof("kind")
    if kind in ("struct_value", "list_value"):
        return _structure(getattr(value, kind))
    if kind == "number_value":  # they know no whole numbers
        number = value.number_value
        return int(number) if math.isfinite(number) and number.is_integer() else _finite(number)
    return getattr(value, kind) if kind in ("string_value", "bool_value") else None


def _finite(value: Any) -> Any:
    """What JSON cannot hold as a number, as text."""
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value
