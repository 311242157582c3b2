"""Arrays and weights: NumPy and safetensors, of which only the headers are read."""

import io
import json
import struct
from tokenize import TokenError
from typing import Any, BinaryIO

from tools.markdown import count
from tools.minio.formats.content import Content
from tools.minio.formats.shown import Shown, table_shown
from tools.result import ErrorCode, ToolError

VALUES = 10


def npy(content: Content, rows: int | None) -> Shown:
    """Shape and type of a NumPy array, and its first values unless they are pickled objects."""
    import numpy as np

    stream = io.BytesIO(content.head)
    shape, dtype = npy_header(stream, content.title)
    lead = f"{content.title} is a NumPy array of shape {shape} and type {dtype}."
    if dtype.hasobject:
        return Shown(f"{lead} It holds pickled Python objects, which are not loaded.")
    number = min((rows or VALUES), int(np.prod(shape)) if shape else 1, (len(content.head) - stream.tell()) // max(1, dtype.itemsize))
    first = np.frombuffer(content.head, dtype, count=number, offset=stream.tell()).tolist() if number > 0 and dtype.itemsize else []
    return Shown(
        f"{lead} Its first values in memory order: {', '.join(f'{v:.6g}' if isinstance(v, float) else f'{v}'[:40] for v in first)}."
    )


def npy_header(stream: BinaryIO, title: str) -> tuple[tuple[int, ...], Any]:
    """Shape and type of a `.npy` stream, whose data follows.

    Raises:
        ToolError: INVALID_ARGUMENT when it has no such header.
    """
    from numpy.lib import format as numpy_format

    try:
        version = numpy_format.read_magic(stream)
        read = numpy_format.read_array_header_1_0 if version == (1, 0) else numpy_format.read_array_header_2_0
        shape, _, dtype = read(stream)
    except (ValueError, EOFError, TypeError, SyntaxError, TokenError, OverflowError, MemoryError, RecursionError) as error:
        raise ToolError(ErrorCode.INVALID_ARGUMENT, f"{title} has no readable NumPy header: {str(error)[:200]}") from error
    return shape, dtype


def safetensors(content: Content, rows: int | None) -> Shown:
    """The tensors of a safetensors file with type and shape."""
    (length,) = struct.unpack("<Q", content.head[:8])
    try:
        raw = content.head[8 : 8 + length] if length <= len(content.head) - 8 else content.seekable().read(8 + length)[8:]
        header = json.loads(raw)
        tensors = [(name, t["dtype"], "×".join(map(str, t["shape"]))) for name, t in header.items() if name != "__metadata__"]
        total = sum(_product(t["shape"]) for name, t in header.items() if name != "__metadata__")
    except (ValueError, RecursionError, TypeError, KeyError, AttributeError) as error:
        raise ToolError(ErrorCode.INVALID_ARGUMENT, f"{content.title} has no readable safetensors header: {str(error)[:200]}") from error
    shown = table_shown(content, ["tensor", "type", "shape"], tensors[: rows or 20], len(tensors))
    return Shown(f"{content.title} holds {count(len(tensors), 'tensor')} with {total:,} values.", shown.body, shown.artifacts)


def _product(shape: list[int]) -> int:
    product = 1
    for side in shape:
        product *= int(side)
    return product
