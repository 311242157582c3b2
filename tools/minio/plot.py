"""Columns of a table as a chart."""

import time
from typing import Annotated, Any

from pydantic import Field

from tools import charts
from tools.activity import current
from tools.kinds import Bucket, ChartKind, Object
from tools.kinds import Column as ColumnName
from tools.markdown import count
from tools.minio.addresses import about, address
from tools.minio.data.columns import Column
from tools.minio.data.picture import fitting, traces
from tools.minio.data.sketches import Sample
from tools.minio.data.tables import Table, unique
from tools.minio.store import ObjectStore
from tools.names import resolve
from tools.result import ErrorCode, ToolError, ToolResult
from tools.tool import tool

SECONDS = 60.0
"""For which a table is read; the rest is left out of the chart, which says so."""


@tool(
    effect="read",
    examples=[
        "plot a histogram of age in {object} of {bucket}",
        "scatter plot of height against weight from {object}",
        "draw sales over time from {object}",
        "box plot of income by city in {object}",
        "bar chart of the column segment in {object}",
        "visualise the distribution of price in {object}",
        "chart petal_length vs petal_width of {object} in {bucket}",
        "line chart of temperature by date from {object}",
        "show the column age of {object} as a histogram",
        "graph revenue per region from {object}",
        "plot age against income from {object}",
        "draw a histogram of price in {object}",
        "scatter plot of height and weight from {object} in {bucket}",
        "chart the column amount of {object}",
        "show the distribution of age in {object}",
        "visualize sales over time from {object}",
        "bar chart of the species in {object}",
        "histogram of {object}",
        "plot the price column of {object}",
        "plot age from {object}",
        "chart of the column income in {object}",
        "histogram age {object}",
        "draw the values of score from {object}",
        "the distribution of my-thing in {object}",
        "draw my-thing from {object}",
        "histogram of age from {object}",
        "how is price distributed in {object}",
        "scatter of a against b from {object}",
    ],
)
def plot_dataset(
    store: ObjectStore,
    /,
    bucket: Bucket,
    key: Object,
    x: ColumnName,
    y: Annotated[ColumnName | None, Field(description="A second column, if the user named two.")] = None,
    kind: ChartKind | None = None,
) -> ToolResult:
    """Draw one or two columns of a table (CSV, JSON Lines, Parquet, Arrow) as a chart. To draw metrics of runs use plot_runs."""
    table = Table.of(store, store.stat(bucket, key))
    seen = table.scan(lambda schema: _Chosen(schema, x, y))
    if seen.sample.seen == 0:
        raise ToolError(ErrorCode.INVALID_ARGUMENT, f"{address(bucket, key)} has no rows to draw.")
    first, second = seen.columns[0], seen.columns[1] if len(seen.columns) > 1 else None
    drawn = kind or fitting(first, second)
    names = first.name if second is None else f"{second.name} by {first.name}"
    layout = {"xaxis": {"title": {"text": first.name}}, "yaxis": {"title": {"text": second.name if second else "rows"}}}
    chart = charts.figure(f"{names} in {key.rsplit('/', 1)[-1]}", traces(drawn, first, second, seen.sample.table()), layout)
    rows = count(seen.sample.seen, "row")
    part = f"the first {rows}" if seen.stopped else rows
    sampled = "" if seen.sample.whole else " The chart is drawn from rows taken at random, evenly from all."
    return ToolResult(
        content=f"Drew a {drawn} chart of `{names}` from {part} of {address(bucket, key)}, shown beside this answer.{sampled}",
        artifacts=[chart],
        subjects=about(bucket, key),
    )


class _Chosen:
    """Rows drawn evenly from the columns that are to be seen."""

    def __init__(self, schema: Any, *wanted: str | None) -> None:
        self._names = unique([str(name) for name in schema.names])
        chosen = list(dict.fromkeys(resolve("column", name, self._names) for name in wanted if name))
        self._places = [self._names.index(name) for name in chosen]
        self.columns = [Column(name, schema.field(place).type) for name, place in zip(chosen, self._places, strict=True)]
        self.sample = Sample(rows=50_000)
        self.stopped = False
        self._began = time.monotonic()

    def add(self, batch: Any) -> bool:
        """The next rows."""
        if current().canceled.is_set():
            raise ToolError(ErrorCode.CANCELED, "the chart was stopped.")
        self.sample.add(batch.select(self._places).rename_columns([c.name for c in self.columns]))
        self.stopped = time.monotonic() - self._began > SECONDS
        return not self.stopped
