"""The first rows or lines of an object, read by byte range and never executed."""

import csv
import io
import json
from collections.abc import Callable
from itertools import islice
from pathlib import PurePosixPath
from typing import Any

from tools.kinds import Bucket, Object, Rows
from tools.markdown import count, fenced, size, table, table_artifact
from tools.minio.store import ObjectInfo, ObjectStore
from tools.names import listed
from tools.result import ErrorCode, Subject, ToolError, ToolResult
from tools.tool import tool

HEAD = 256 * 1024
"""Bytes of a text object that are read for a preview."""
ROWS, LINES = 5, 20
"""Rows of a table and lines of a text that are shown unless told otherwise."""
SHOWN_COLUMNS = 12
SHOWN_TEXT = 2000


@tool(
    effect="read",
    examples=[
        "show the first rows of data.csv in {bucket}",
        "preview sales.parquet from {bucket}",
        "head -5 of iris.csv in {bucket}",
        "what does the file data.json in {bucket} look like",
        "open notes.txt from {bucket}",
        "show me 3 lines of data.csv",
        "peek into {bucket}/data.csv",
    ],
)
def preview_object(store: ObjectStore, /, bucket: Bucket, key: Object, rows: Rows | None = None) -> ToolResult:
    """Show the beginning of an object: the first rows of CSV, TSV, JSON Lines or Parquet, the first lines of text."""
    return preview(store, store.stat(bucket, key), rows)


def preview(store: ObjectStore, info: ObjectInfo, rows: int | None = None, kind: str = "") -> ToolResult:
    """The beginning of an object; `kind` (such as `csv`) where its key has no suffix that tells."""
    if info.size == 0:
        return ToolResult(status="no_data", content=f"`{info.bucket}/{info.key}` is empty.", subjects=_subjects(info))
    suffix = f".{kind.lower()}" if kind else PurePosixPath(info.key.lower()).suffix
    return _READERS.get(suffix, _text)(store, info, rows)


def _head(store: ObjectStore, info: ObjectInfo) -> str:
    """The beginning of a text object, cut at a whole line."""
    raw = store.read(info.bucket, info.key, 0, HEAD)
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = raw.decode("utf-16", errors="replace")
    elif b"\0" in raw[:4096]:
        message = f"`{info.bucket}/{info.key}` is binary ({size(info.size)}); there is no preview for it."
        raise ToolError(ErrorCode.UNSUPPORTED, message)
    else:
        text = raw.decode("utf-8-sig", errors="replace")
    return text[: text.rfind("\n") + 1] if len(raw) < info.size and "\n" in text else text


def _delimited(store: ObjectStore, info: ObjectInfo, rows: int | None) -> ToolResult:
    text = _head(store, info)
    delimiter = "\t" if info.key.lower().endswith(".tsv") else _delimiter(text)
    records = filter(None, csv.reader(io.StringIO(text), delimiter=delimiter))
    try:
        header = next(records)
        body: list[list[Any]] = list(islice(records, rows or ROWS))
    except (csv.Error, StopIteration):
        return _text(store, info, rows)
    width = max(map(len, [header, *body]))
    header += [f"column {n + 1}" for n in range(len(header), width)]
    return _table(info, header, [row + [None] * (width - len(row)) for row in body], None)


def _delimiter(text: str) -> str:
    first = text.split("\n", 1)[0]
    return max(",;\t|", key=first.count)


def _json_lines(store: ObjectStore, info: ObjectInfo, rows: int | None) -> ToolResult:
    records: list[dict[str, Any]] = []
    for line in _head(store, info).split("\n"):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except ValueError:
            return _text(store, info, rows)
        if not isinstance(record, dict):
            return _text(store, info, rows)
        records.append(record)
        if len(records) == (rows or ROWS):
            break
    if not records:
        return _text(store, info, rows)
    columns = list(dict.fromkeys(name for record in records for name in record))
    return _table(info, columns, [[record.get(name) for name in columns] for record in records], None)


def _parquet(store: ObjectStore, info: ObjectInfo, rows: int | None) -> ToolResult:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(pa.PythonFile(_Ranges(store, info), mode="r"))
        total = file.metadata.num_rows
        batch = next(file.iter_batches(batch_size=rows or ROWS), None)
        body = [list(row) for row in zip(*(column.to_pylist() for column in batch.columns), strict=True)] if batch is not None else []
    except (pa.ArrowException, OSError) as error:
        message = f"`{info.bucket}/{info.key}` is no readable Parquet file: {' '.join(str(error).split()):.200}"
        raise ToolError(ErrorCode.INVALID_ARGUMENT, message) from error
    columns = [str(name) for name in file.schema_arrow.names]
    return _table(info, columns, body, total)


def _text(store: ObjectStore, info: ObjectInfo, rows: int | None) -> ToolResult:
    lines = _head(store, info).splitlines()
    shown = "\n".join(lines[: rows or LINES])[:SHOWN_TEXT]
    return ToolResult(
        content=f"`{info.bucket}/{info.key}` ({size(info.size)}), from the beginning:\n\n{fenced(shown)}",
        subjects=_subjects(info),
    )


_READERS: dict[str, Callable[[ObjectStore, ObjectInfo, int | None], ToolResult]] = {
    ".csv": _delimited,
    ".tsv": _delimited,
    ".jsonl": _json_lines,
    ".ndjson": _json_lines,
    ".parquet": _parquet,
}


def _table(info: ObjectInfo, columns: list[str], rows: list[list[Any]], total: int | None) -> ToolResult:
    of = f" of {total:,}" if total is not None else ""
    hidden = len(columns) - SHOWN_COLUMNS
    lead = f"First {count(len(rows), 'row')}{of} of `{info.bucket}/{info.key}` ({size(info.size)}, {count(len(columns), 'column')})."
    if hidden > 0:
        lead += f" Not shown here: {listed(columns[SHOWN_COLUMNS:], limit=10)}."
    return ToolResult(
        content=f"{lead}\n\n" + table(columns[:SHOWN_COLUMNS], [row[:SHOWN_COLUMNS] for row in rows]),
        artifacts=[table_artifact(f"{info.bucket}/{info.key}", columns, rows, total)],
        subjects=_subjects(info),
    )


def _subjects(info: ObjectInfo) -> list[Subject]:
    return [Subject(kind="object", name=info.key, bucket=info.bucket), Subject(kind="bucket", name=info.bucket)]


class _Ranges(io.RawIOBase):
    """An object as a file that can be sought: each read is one range request."""

    def __init__(self, store: ObjectStore, info: ObjectInfo) -> None:
        self._store, self._info, self._position = store, info, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = 0) -> int:
        self._position = offset + (0, self._position, self._info.size)[whence]
        return self._position

    def read(self, length: int = -1) -> bytes:
        left = self._info.size - self._position
        length = left if length < 0 else min(length, left)
        if length <= 0:
            return b""
        data = self._store.read(self._info.bucket, self._info.key, self._position, length)
        self._position += len(data)
        return data
