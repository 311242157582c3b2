"""One column summed up while it streams by."""

from dataclasses import dataclass, field
from typing import Any

from tools.minio.data.hashing import NULL, as_text, hashes
from tools.minio.data.sketches import Counter, Distinct, Moments

LONGEST = 60
"""Letters of a value that are shown."""


@dataclass
class Column:
    """What is known of a column so far."""

    name: str
    type: Any
    rows: int = 0
    missing: int = 0
    distinct: Distinct = field(default_factory=Distinct)
    counter: Counter = field(default_factory=Counter)
    moments: Moments = field(default_factory=Moments)
    earliest: Any = None
    latest: Any = None

    @property
    def numeric(self) -> bool:
        """Whether mean and quantiles make sense."""
        import pyarrow.types as kinds

        return bool(kinds.is_integer(self.type) or kinds.is_floating(self.type) or kinds.is_decimal(self.type))

    @property
    def temporal(self) -> bool:
        """Whether it holds dates or times."""
        import pyarrow.types as kinds

        return bool(kinds.is_temporal(self.type))

    @property
    def kind(self) -> str:
        """Its type in a word."""
        import pyarrow.types as kinds

        if kinds.is_dictionary(self.type):
            return "category"
        words = (
            (kinds.is_integer, "integer"), (kinds.is_floating, "number"), (kinds.is_decimal, "number"), (kinds.is_boolean, "yes/no"),
            (kinds.is_date, "date"), (kinds.is_timestamp, "time"), (kinds.is_temporal, "time"), (kinds.is_string, "text"),
            (kinds.is_large_string, "text"), (kinds.is_null, "empty"), (kinds.is_binary, "bytes"), (kinds.is_nested, "nested"),
        )  # fmt: skip
        return next((word for test, word in words if test(self.type)), str(self.type))

    @property
    def different(self) -> int:
        """How many different values it has; an estimate when `distinct` is not exact."""
        return self.counter.number if self.counter.alive else self.distinct.number

    def add(self, values: Any) -> Any:
        """More values, as an Arrow array; their hashes, for those of the rows."""
        import pyarrow as pa
        import pyarrow.compute as pc

        if self.numeric and pa.types.is_floating(self.type):
            values = pc.if_else(pc.is_nan(values), pa.scalar(None, values.type), values)
        present = values.drop_null()
        self.rows += len(values)
        self.missing += len(values) - len(present)
        if self.counter.alive:
            hashed = self._counted(values)
        else:
            hashed = hashes(values)
            self.distinct.add(hashed if len(present) == len(values) else hashed[values.is_valid().to_numpy(zero_copy_only=False)])
        if len(present):
            self._measure(present)
        return hashed

    def _counted(self, values: Any) -> Any:
        """The hashes of values that are counted: each different one is hashed once."""
        import numpy as np
        import pyarrow as pa

        if pa.types.is_dictionary(values.type):
            values = values.dictionary_decode()
        encoded = (as_text(values) if pa.types.is_nested(values.type) else values).dictionary_encode()
        different = encoded.dictionary
        places = encoded.indices.fill_null(len(different)).to_numpy(zero_copy_only=False)
        numbers = np.bincount(places, minlength=len(different))[: len(different)]
        hashed = hashes(different)
        self.distinct.add(hashed, numbers)
        if len(different) > Counter.MOST:
            self.counter.alive = False
        else:
            self.counter.add([_short(v) for v in different.to_pylist()], numbers.tolist())
        return np.append(hashed, np.uint64(NULL))[places]

    def _measure(self, present: Any) -> None:
        import pyarrow as pa
        import pyarrow.compute as pc

        if self.numeric:
            plain = present.cast(pa.float64()) if pa.types.is_decimal(self.type) else present
            self.moments.add(plain.to_numpy(zero_copy_only=False))
        elif self.temporal:
            ends = pc.min_max(present)
            low, high = ends["min"].as_py(), ends["max"].as_py()
            self.earliest = low if self.earliest is None else min(self.earliest, low)
            self.latest = high if self.latest is None else max(self.latest, high)


def _short(value: Any) -> Any:
    return value if not isinstance(value, str) or len(value) <= LONGEST else value[: LONGEST - 1] + "…"
