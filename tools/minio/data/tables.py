"""An object as a stream of record batches, whatever kind of table it is."""

import json
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from tools.minio.formats.archives import unpacked
from tools.minio.formats.content import Content, Ranges, encoding_of, opened
from tools.minio.formats.kind import kind_of
from tools.minio.formats.texts import delimiter_of, header_of
from tools.minio.store import ObjectInfo, ObjectStore
from tools.result import ErrorCode, ToolError

BLOCK = 2 * 1024 * 1024
"""Bytes of text that are parsed at once."""
BATCH = 65_536
"""Rows of a batch at the most."""
RETRIES = 4
"""Readings in which one column at a time turns out to hold something else; after these all columns are text."""
LARGEST_DOCUMENT = 64 * 1024 * 1024
"""Largest JSON document, which has to be read as a whole; JSON Lines may be of any size."""
_WRONG_VALUE = re.compile(r"In CSV column #(\d+): .*conversion error to ([\w\[\], ]+)")


class Collector(Protocol):
    """What takes the batches of a table, one by one."""

    def add(self, batch: Any) -> bool:
        """Take a batch; False when no more are wanted."""


C = TypeVar("C", bound=Collector)


@dataclass
class Table:
    """A table in an object.

    Attributes:
        broken: lines that were left out because they have another number of values than the header.
    """

    store: ObjectStore
    info: ObjectInfo
    kind: str
    content: Content
    packed: str = ""
    broken: int = 0
    _types: dict[str, Any] = field(default_factory=dict)
    _retries: int = 0

    @classmethod
    def of(cls, store: ObjectStore, info: ObjectInfo) -> "Table":
        """The table that an object holds.

        Raises:
            ToolError: INVALID_ARGUMENT when it is empty, UNSUPPORTED when it holds no table.
        """
        if info.size == 0:
            raise ToolError(ErrorCode.INVALID_ARGUMENT, f"`{info.bucket}/{info.key}` is empty.")
        content = opened(store, info)
        kind, packed = kind_of(content), ""
        if kind in ("gzip", "bzip2"):
            packed, content = kind, unpacked(content, kind)
            kind = kind_of(content)
        if kind == "text" and content.text and any(d in content.text.split("\n", 1)[0] for d in ",;\t|"):
            kind = "table"
        if kind not in _READERS or (packed and kind not in ("table", "json_lines")):
            message = f"`{info.bucket}/{info.key}` holds no table that can be read (it is {kind}): CSV, JSON Lines, JSON, Parquet or Arrow."
            raise ToolError(ErrorCode.UNSUPPORTED, message)
        return cls(store, info, kind, content, packed)

    def scan(self, collector: Callable[[Any], C]) -> C:
        """All batches, given to a collector that is made from the schema; made anew when a column turns out to be of another type.

        Raises:
            ToolError: INVALID_ARGUMENT when the object is damaged.
        """
        import pyarrow as pa

        while True:
            self.broken = 0
            try:
                with ExitStack() as stack:
                    schema, batches = _READERS[self.kind](self, stack)
                    made = collector(schema)
                    reader = stack.enter_context(ThreadPoolExecutor(1))  # the next batch is parsed while one is taken in
                    coming = reader.submit(next, batches, None)
                    while (batch := coming.result()) is not None:
                        coming = reader.submit(next, batches, None)
                        if not made.add(batch):
                            break
                    return made
            except (pa.ArrowException, OSError, EOFError, UnicodeError) as error:
                if not self._widened(str(error)):
                    told = " ".join(str(error).split())[:300]
                    message = f"`{self.info.bucket}/{self.info.key}` cannot be read as a table: {told}"
                    raise ToolError(ErrorCode.INVALID_ARGUMENT, message) from error

    def _widened(self, error: str) -> bool:
        """Whether another reading makes sense, with a wider type for the column that the error is about."""
        wrong = _WRONG_VALUE.search(error)
        if self.kind != "table" or wrong is None or self._retries > RETRIES:
            return False
        import pyarrow as pa

        self._retries += 1
        names = self.names
        if self._retries > RETRIES:
            self._types = dict.fromkeys(names, pa.string())
        else:
            self._types[names[int(wrong[1])]] = pa.float64() if wrong[2].startswith("int") else pa.string()
        return True

    @property
    def names(self) -> list[str]:
        """The names of a text table's columns, each different."""
        return unique(header_of(self.content)[0])


def unique(names: list[str]) -> list[str]:
    """Names with numbers behind those that come again; names that are missing are made."""
    seen: dict[str, int] = {}
    told = []
    for place, name in enumerate(names, 1):
        name = name.strip() or f"column {place}"
        seen[name] = seen.get(name, 0) + 1
        told.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return told


Batches = tuple[Any, Iterator[Any]]
"""Schema and batches."""


@contextmanager
def _stream(table: Table) -> Iterator[Any]:
    """The object's bytes, unpacked, as a pyarrow stream."""
    import pyarrow as pa

    with table.store.open(table.info.bucket, table.info.key) as raw:
        plain = pa.PythonFile(raw, mode="r")
        yield pa.CompressedInputStream(plain, {"gzip": "gzip", "bzip2": "bz2"}[table.packed]) if table.packed else plain


def _delimited(table: Table, stack: ExitStack) -> Batches:
    from pyarrow import csv

    def left_out(_: Any) -> str:
        table.broken += 1
        return "skip"

    text = table.content.text or ""
    names, has_header = header_of(table.content)
    read = csv.ReadOptions(
        block_size=BLOCK, column_names=unique(names), skip_rows_after_names=int(has_header), encoding=_encoding(table.content)
    )
    parse = csv.ParseOptions(
        delimiter=delimiter_of(text, table.content.ending), newlines_in_values=_quoted_newline(text), invalid_row_handler=left_out
    )
    convert = csv.ConvertOptions(column_types=table._types, strings_can_be_null=True)
    reader = csv.open_csv(stack.enter_context(_stream(table)), read, parse, convert)
    return reader.schema, iter(reader)


def _encoding(content: Content) -> str:
    encoding = encoding_of(content.head) or "utf-8"
    return "utf-8" if encoding == "utf-8-sig" else encoding


def _quoted_newline(text: str) -> bool:
    return re.search(r'(?:^|[,;\t|\n])"(?:[^"\n]|"")*\n(?:[^"]|"")*"(?:[,;\t|\n]|$)', text[:65_536]) is not None


def _json_lines(table: Table, stack: ExitStack) -> Batches:
    from pyarrow import json as arrow_json

    reader = arrow_json.open_json(stack.enter_context(_stream(table)), arrow_json.ReadOptions(block_size=BLOCK))
    return reader.schema, iter(reader)


def _json(table: Table, stack: ExitStack) -> Batches:
    import pyarrow as pa

    if table.info.size > LARGEST_DOCUMENT:
        message = f"`{table.info.key}` is one JSON document of more than {LARGEST_DOCUMENT >> 20} MiB; store it as JSON Lines or Parquet."
        raise ToolError(ErrorCode.UNSUPPORTED, message)
    try:
        document = json.loads(table.store.read(table.info.bucket, table.info.key))
    except (ValueError, RecursionError) as error:
        return _lines_after_all(table, stack, error)
    if not (isinstance(document, list) and document and all(isinstance(item, dict) for item in document)):
        raise ToolError(ErrorCode.UNSUPPORTED, f"`{table.info.key}` is JSON, but no list of records, so there is no table in it.")
    made = pa.Table.from_pylist(document)
    return made.schema, iter(made.to_batches(BATCH))


def _lines_after_all(table: Table, stack: ExitStack, error: Exception) -> Batches:
    """JSON Lines under the name of a JSON document."""
    if isinstance(error, ValueError) and (table.content.text or "").lstrip().startswith("{"):
        return _json_lines(table, stack)
    message = f"`{table.info.bucket}/{table.info.key}` is no readable JSON: {str(error)[:200]}"
    raise ToolError(ErrorCode.INVALID_ARGUMENT, message) from error


def _file(table: Table) -> Any:
    import pyarrow as pa

    return pa.PythonFile(Ranges(table.store, table.info, most=1 << 62), mode="r")


def _parquet(table: Table, stack: ExitStack) -> Batches:
    import pyarrow.parquet as pq

    file = stack.enter_context(pq.ParquetFile(_file(table), buffer_size=BLOCK // 4, pre_buffer=False))
    return file.schema_arrow, file.iter_batches(batch_size=BATCH)


def _arrow(table: Table, stack: ExitStack) -> Batches:
    import pyarrow as pa

    file = stack.enter_context(pa.ipc.open_file(_file(table)))
    return file.schema, (file.get_batch(n) for n in range(file.num_record_batches))


def _arrow_stream(table: Table, stack: ExitStack) -> Batches:
    import pyarrow as pa

    reader = stack.enter_context(pa.ipc.open_stream(stack.enter_context(_stream(table))))
    return reader.schema, iter(reader)


_READERS: dict[str, Callable[[Table, ExitStack], Batches]] = {
    "table": _delimited,
    "json_lines": _json_lines,
    "json": _json,
    "parquet": _parquet,
    "arrow": _arrow,
    "arrow_stream": _arrow_stream,
}
