"""64-bit hashes of whole columns at once, so that values can be counted without keeping them.

Numbers are mixed as in SplitMix64 (Steele, Lea, Flood 2014). Text is a polynomial over its bytes, whose sum is taken for all texts of a
block together by one running sum.
"""

from functools import cache
from typing import Any

BLOCK = 1 << 17
"""Bytes of text that are hashed together: what fits a processor's cache."""
_BASE = 0x9E3779B97F4A7C15
NULL = 0x5851F42D4C957F2D
"""The hash of what is missing."""


def hashes(column: Any) -> Any:
    """One hash a value of an Arrow array of any type, as NumPy `uint64`; equal values have equal hashes, nulls have one too."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = column.type
    if pa.types.is_dictionary(kind):
        return hashes(column.dictionary_decode())
    if pa.types.is_null(kind):
        return np.full(len(column), NULL, np.uint64)
    missing = column.is_null().to_numpy(zero_copy_only=False) if column.null_count else None
    if pa.types.is_floating(kind):
        values = pc.fill_null(column.cast(pa.float64()), 0.0).to_numpy(zero_copy_only=False) + 0.0  # so that -0.0 is 0.0
        mixed = _mixed(values.view(np.uint64))
    elif pa.types.is_integer(kind) or pa.types.is_boolean(kind):
        plain = column if pa.types.is_uint64(kind) else column.cast(pa.int64())
        mixed = _mixed(pc.fill_null(plain, 0).to_numpy(zero_copy_only=False).view(np.uint64))
    elif pa.types.is_temporal(kind) and kind.bit_width in (32, 64):
        whole = column.cast(pa.int32()).cast(pa.int64()) if kind.bit_width == 32 else column.cast(pa.int64())
        mixed = _mixed(pc.fill_null(whole, 0).to_numpy(zero_copy_only=False).view(np.uint64))
    else:
        mixed = _texts(as_text(column))
    if missing is not None:
        mixed[missing] = NULL
    return mixed


def combined(columns: list[Any]) -> Any:
    """One hash a row from the hashes of its columns, whose order counts."""
    import numpy as np

    rows = np.zeros(len(columns[0]), np.uint64)
    for column in columns:
        rows *= np.uint64(_BASE)
        rows += column
    return _mixed(rows)


def as_text(column: Any) -> Any:
    """An Arrow array of any type as text: what is nested as Python writes it."""
    import pyarrow as pa

    kind = column.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return column
    if pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_fixed_size_binary(kind):
        return pa.array([None if value is None else str(value) for value in column.to_pylist()], pa.string())
    return column.cast(pa.string())


def _mixed(values: Any) -> Any:
    """SplitMix64's finalizer; arithmetic modulo 2^64."""
    import numpy as np

    mixed = values + np.uint64(_BASE)
    mixed ^= mixed >> np.uint64(30)
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    mixed ^= mixed >> np.uint64(27)
    mixed *= np.uint64(0x94D049BB133111EB)
    mixed ^= mixed >> np.uint64(31)
    return mixed


@cache
def _tables() -> tuple[Any, Any, Any]:
    """A random number for each byte, powers of the base, and powers of its inverse."""
    import numpy as np

    letters = np.random.default_rng(2026).integers(1, 2**64, 256, dtype=np.uint64)
    powers, inverses = (np.full(BLOCK + 1, base, np.uint64) for base in (_BASE, pow(_BASE, -1, 2**64)))
    for table in (powers, inverses):
        table[0] = 1
        np.cumprod(table, out=table)
    return letters, powers, inverses


def _texts(column: Any) -> Any:
    import numpy as np
    import pyarrow as pa

    width = np.int64 if pa.types.is_large_string(column.type) else np.int32
    _, places, letters = column.buffers()
    ends = np.frombuffer(places, width)[column.offset : column.offset + len(column) + 1].astype(np.int64)
    data = np.frombuffer(letters, np.uint8) if letters is not None else np.zeros(0, np.uint8)
    sums = np.empty(len(column), np.uint64)
    first = 0
    while first < len(column):
        last = max(first + 1, int(np.searchsorted(ends, ends[first] + BLOCK, side="right")) - 1)
        sums[first:last] = _block(data[ends[first] : ends[last]], ends[first : last + 1] - ends[first])
        first = last
    return _mixed(sums + (ends[1:] - ends[:-1]).astype(np.uint64))


def _block(data: Any, ends: Any) -> Any:
    """The polynomials of the texts in one block of bytes; of a text that is longer than a block, the sum of its blocks'."""
    import numpy as np

    letters, powers, inverses = _tables()
    if len(data) > BLOCK:
        parts = [_block(data[i : i + BLOCK], np.array([0, len(data[i : i + BLOCK])]))[0] for i in range(0, len(data), BLOCK)]
        return combined([np.array([part], np.uint64) for part in parts])
    weighted = letters[data]
    weighted *= powers[: len(data)]
    running = np.zeros(len(data) + 1, np.uint64)
    np.cumsum(weighted, out=running[1:])
    return (running[ends[1:]] - running[ends[:-1]]) * inverses[ends[:-1]]
