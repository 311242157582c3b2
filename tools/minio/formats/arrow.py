"""Tables in columns: Parquet and Arrow, read by ranges."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tools.minio.formats.content import Content
from tools.minio.formats.shown import Shown, table_shown
from tools.minio.formats.texts import ROWS
from tools.result import ErrorCode, ToolError

MOST_COLUMNS = 100
"""Columns that are read of a wide Parquet file."""
PAGE = 64 * 1024


def parquet(content: Content, rows: int | None) -> Shown:
    """The first rows of a Parquet file: its footer and the first pages of the columns are read."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    with _readable("Parquet", content):
        file = pq.ParquetFile(pa.PythonFile(content.seekable(), mode="r"), buffer_size=PAGE, pre_buffer=False)
        names = [str(name) for name in file.schema_arrow.names]
        few = None if len(names) <= MOST_COLUMNS else names[:MOST_COLUMNS]
        batch = next(file.iter_batches(batch_size=rows or ROWS, columns=few), None)
        body = _rows(batch)
    columns = few or names
    note = f"These are {len(columns)} of its {len(names):,} columns." if few else ""
    return table_shown(content, columns, body, file.metadata.num_rows, note)


def arrow(content: Content, rows: int | None) -> Shown:
    """The first rows of an Arrow (Feather) file."""
    import pyarrow as pa

    with _readable("Arrow", content):
        file = pa.ipc.open_file(pa.PythonFile(content.seekable(), mode="r"))
        batch = file.get_batch(0).slice(0, rows or ROWS) if file.num_record_batches else None
        return table_shown(content, [str(n) for n in file.schema.names], _rows(batch))


def arrow_stream(content: Content, rows: int | None) -> Shown:
    """The first rows of an Arrow stream."""
    import pyarrow as pa

    with _readable("Arrow", content):
        stream = pa.ipc.open_stream(pa.PythonFile(content.seekable(), mode="r"))
        batch = next(iter(stream), None)
        return table_shown(content, [str(n) for n in stream.schema.names], _rows(batch.slice(0, rows or ROWS) if batch else None))


@contextmanager
def _readable(kind: str, content: Content) -> Iterator[None]:
    """What pyarrow says of a damaged file as an error of the closed set."""
    import pyarrow as pa

    try:
        yield
    except (pa.ArrowException, OSError, EOFError) as error:
        told = " ".join(str(error).split())[:200]
        raise ToolError(ErrorCode.INVALID_ARGUMENT, f"{content.title.split(' (')[0]} is no readable {kind} file: {told}") from error


def _rows(batch: Any) -> list[list[Any]]:
    return [list(row) for row in zip(*(column.to_pylist() for column in batch.columns), strict=True)] if batch is not None else []
