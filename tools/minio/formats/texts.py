"""Text: delimited tables, JSON, and lines of anything else."""

import csv
import io
import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from tools.markdown import count
from tools.minio.formats.content import Content
from tools.minio.formats.shown import LETTERS, Shown, table_shown, text_shown
from tools.result import ErrorCode, ToolError

ROWS, LINES = 5, 20
"""Rows of a table and lines of a text that are shown unless told otherwise."""
DELIMITERS = ",;\t|"
SNIFFED = 30


def lines(content: Content, rows: int | None) -> Shown:
    """The first lines."""
    return text_shown(content, "\n".join((content.text or "").splitlines()[: rows or LINES]))


def delimited(content: Content, rows: int | None) -> Shown:
    """The first rows of CSV, TSV and the like; rows of another length than the header are filled up or widen the table."""
    text = content.text or ""
    try:
        records = _records(text, delimiter_of(text, content.ending))
        header = next(records)
        body: list[list[Any]] = list(islice(records, rows or ROWS))
    except (csv.Error, StopIteration):
        return lines(content, rows)
    width = max(map(len, [header, *body]))
    odd = sum(len(row) != len(header) for row in body)
    note = f"{count(odd, 'row')} of these {'has' if odd == 1 else 'have'} another number of values than the header." if odd else ""
    header = header + [f"column {n + 1}" for n in range(len(header), width)]
    return table_shown(content, header, [row + [None] * (width - len(row)) for row in body], note=note)


def _records(text: str, delimiter: str) -> Iterator[list[str]]:
    return filter(None, csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


def delimiter_of(text: str, ending: str = "") -> str:
    """The delimiter that splits the first lines most evenly, and into most values."""
    if ending in ("tsv", "tab"):
        return "\t"
    sample = "\n".join(text.split("\n", SNIFFED)[:SNIFFED])

    def evenness(delimiter: str) -> tuple[float, int]:
        try:
            widths = [len(row) for row in _records(sample, delimiter)]
        except csv.Error:
            return 0.0, 0
        if not widths or widths[0] == 1:
            return 0.0, 0
        return sum(w == widths[0] for w in widths) / len(widths), widths[0]

    return max(DELIMITERS, key=evenness)


def header_of(content: Content) -> tuple[list[str], bool]:
    """The names of a table's columns, and whether its first line holds them; a first line of numbers only is data.

    Raises:
        ToolError: INVALID_ARGUMENT when there is no line.
    """
    text = content.text or ""
    try:
        first = next(_records(text, delimiter_of(text, content.ending)))
    except (csv.Error, StopIteration):
        raise ToolError(ErrorCode.INVALID_ARGUMENT, f"{content.title} does not begin with a line that can be read.") from None
    if all(_NUMBER.fullmatch(cell.strip()) for cell in first):
        return [f"column {n}" for n in range(1, len(first) + 1)], False
    return first, True


_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")


def json_lines(content: Content, rows: int | None) -> Shown:
    """The first records of JSON Lines as a table."""
    records: list[dict[str, Any]] = []
    for line in (content.text or "").split("\n"):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            return lines(content, rows)
        if not isinstance(record, dict):
            return lines(content, rows)
        records.append(record)
        if len(records) == (rows or ROWS):
            break
    return _records_shown(content, records, None) if records else lines(content, rows)


def json_document(content: Content, rows: int | None) -> Shown:
    """JSON: a list of records as a table, anything else indented; what is nested too deep, or is none, as it stands."""
    text = (content.text or "").strip()
    try:
        if not content.whole:
            return _beginning_of_list(content, text, rows)
        document = json.loads(text)
    except RecursionError:
        return text_shown(content, text, "nested too deep to be read as JSON, from the beginning")
    except ValueError as error:
        if len(text.split("\n")) > 1 and text.startswith("{"):
            return json_lines(content, rows)
        return text_shown(content, text, f"which is no valid JSON ({error}), from the beginning")
    if isinstance(document, list) and document and all(isinstance(item, dict) for item in document):
        return _records_shown(content, document[: rows or ROWS], len(document))
    try:
        indented = json.dumps(document, indent=2, ensure_ascii=False)
    except RecursionError:
        return text_shown(content, text, "nested too deep to be indented, from the beginning")
    what = f"a list of {count(len(document), 'item')}" if isinstance(document, list) else "JSON"
    return text_shown(content, "\n".join(indented.splitlines()[:rows]) if rows else indented, f"{what}, from the beginning")


def _beginning_of_list(content: Content, text: str, rows: int | None) -> Shown:
    """Of a document that is longer than what was read: the first records of a list."""
    decoder = json.JSONDecoder()
    records: list[dict[str, Any]] = []
    place = 1
    while text.startswith("[") and len(records) < (rows or ROWS):
        place += len(text[place:]) - len(text[place:].lstrip(", \t\r\n"))
        try:
            record, place = decoder.raw_decode(text, place)
        except ValueError:
            break
        if not isinstance(record, dict):
            break
        records.append(record)
    return _records_shown(content, records, None) if records else text_shown(content, text[: 2 * LETTERS])


def _records_shown(content: Content, records: list[dict[str, Any]], total: int | None) -> Shown:
    columns = list(dict.fromkeys(name for record in records for name in record))
    return table_shown(content, columns, [[record.get(name) for name in columns] for record in records], total)
