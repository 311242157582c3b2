"""Statistics of a whole table, and its distributions as a chart."""

from collections.abc import Sequence
from typing import Any

from tools.kinds import Bucket, Object
from tools.markdown import count, size, table_artifact
from tools.minio.addresses import about, address
from tools.minio.data.columns import Column
from tools.minio.data.histograms import distributions
from tools.minio.data.summary import Summary
from tools.minio.data.tables import Table
from tools.minio.store import ObjectStore
from tools.names import listed
from tools.result import ToolResult
from tools.tables import fitted, shortened
from tools.tool import tool

FACTS = ["column", "type", "missing", "distinct", "min", "25 %", "median", "75 %", "max", "mean", "std", "most frequent"]
TOP = 5
CLASSES = 20
"""Different values of a column at the most for its balance to be told."""
CLASS_KINDS = ("text", "yes/no", "integer", "category")
TARGETS = frozenset("target label class y outcome churn churned species category quality defaulted survived fraud is_fraud".split())


@tool(
    effect="read",
    examples=[
        "profile {object} in {bucket}",
        "statistics of {object}",
        "describe the columns of {object} in {bucket}",
        "are there missing values in {object}",
        "how many rows does {object} have",
        "check the data quality of {object} in {bucket}",
        "does {object} contain duplicate rows",
        "is {object} balanced",
        "summarise the dataset {object} of {bucket}",
        "what are mean and range of the columns in {object}",
        "analyse {object}",
        "distribution of values in {object}",
        "column statistics of {object}",
        "describe the data in {object}",
        "how many nulls does {object} have",
        "summary statistics for {object} from {bucket}",
        "check the data quality of {object}",
        "what columns does {object} have and how are they distributed",
        "profile it",
        "give me the stats of the dataset {object}",
        "any duplicates or outliers in {object}",
        "mean and standard deviation of the columns in {object}",
        "give me a profile",
        "give me a profile of {object}",
        "how clean is {object}",
        "are there gaps in {object}",
        "which values are missing in {object}",
        "is the data in {object} any good",
        "make statistics about the columns of {object}",
        "do a profiling of it",
        "statistics on {object}",
        "how many values are missing in {object}",
        "which columns does {object} have",
        "data quality of {object}",
    ],
)
def profile_dataset(store: ObjectStore, /, bucket: Bucket, key: Object) -> ToolResult:
    """Statistics of a whole table (CSV, JSON Lines, Parquet, Arrow): rows, types, missing and distinct values, ranges, duplicates, balance.

    To see rows use preview_object, to draw certain columns plot_dataset.
    """
    table = Table.of(store, store.stat(bucket, key))
    summary = table.scan(Summary)
    if summary.rows == 0:
        names = listed([c.name for c in summary.columns])
        return ToolResult(
            status="no_data", content=f"{address(bucket, key)} has no rows, only columns: {names}.", subjects=about(bucket, key)
        )
    sample = summary.sample.table()
    facts = [_facts(column, sample.column(n), summary.sample.whole) for n, column in enumerate(summary.columns)]
    content = "\n\n".join(filter(None, [_lead(table, summary), _balance(summary), _shown(facts), _notes(table, summary)]))
    artifacts = [table_artifact(f"Profile of {bucket}/{key}", FACTS, facts)]
    artifacts += distributions(f"Distributions in {bucket}/{key}", summary.columns, sample)
    return ToolResult(content=content, artifacts=artifacts, subjects=about(bucket, key))


def _lead(table: Table, summary: Summary) -> str:
    missing = sum(c.missing for c in summary.columns)
    holes = f"{missing:,} missing values" if missing else "no missing values"
    exact = "" if summary.different_rows.exact else "about "
    repeated = f"{exact}{count(summary.duplicates, 'duplicate row')}" if summary.duplicates else "no duplicate rows"
    name = address(table.info.bucket, table.info.key)
    rows = f"{'the first ' if summary.stopped else ''}{count(summary.rows, 'row')} and {count(summary.width, 'column')}"
    return f"{name} ({size(table.info.size)}) has {rows}, {holes} and {repeated}."


def _facts(column: Column, sampled: Any, whole: bool) -> list[Any]:
    """One row of the table that front-ends draw."""
    distinct = column.different if column.counter.alive or column.distinct.exact else f"about {column.different:,}"
    frequent = _frequent(column, sampled, whole)
    measured = column.moments
    if column.numeric and measured.count:
        low, middle, high = quantiles(sampled)
        range_: list[Any] = [measured.smallest, low, middle, high, measured.largest, measured.mean, measured.deviation]
    else:
        ends = (str(column.earliest), str(column.latest)) if column.earliest is not None else (None, None)
        range_ = [ends[0], None, None, None, ends[1], None, None]
    return [column.name, column.kind, column.missing, distinct, *range_, frequent]


def quantiles(sampled: Any) -> list[float]:
    """Quarters of a numeric column."""
    import numpy as np
    import pyarrow as pa

    numbers = sampled.cast(pa.float64()).drop_null().to_numpy()
    numbers = numbers[np.isfinite(numbers)]
    return [float(q) for q in np.quantile(numbers, [0.25, 0.5, 0.75])] if len(numbers) else [float("nan")] * 3


def _frequent(column: Column, sampled: Any, whole: bool) -> str:
    """The most frequent values with their share; where there are too many to count, from the sample, and only those that do repeat."""
    present = column.rows - column.missing
    if column.counter.alive:
        return ", ".join(f"{_value(v)} ({n / present:.1%})" for v, n in column.counter.top(TOP)) if present else ""
    if column.numeric:
        return ""
    counted = sampled.drop_null().value_counts()
    numbers = counted.field("counts").to_numpy(zero_copy_only=False)
    total = int(numbers.sum())
    repeated = counted.filter(numbers > 1).to_pylist()
    top = sorted(repeated, key=lambda c: -int(c["counts"]))[:TOP]
    about_ = "" if whole else "about "
    return ", ".join(f"{_value(c['values'])} ({about_}{c['counts'] / total:.1%})" for c in top)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return shortened(f"{value:.6g}" if isinstance(value, float) else str(value), 40)


def _balance(summary: Summary) -> str:
    """How often each class of what looks like the target comes."""
    fitting = [c for c in summary.columns if c.kind in CLASS_KINDS and c.counter.alive and 2 <= c.counter.number <= CLASSES]
    named = [c for c in fitting if c.name.lower().strip() in TARGETS]
    last = [c for c in fitting if c is summary.columns[-1]]
    chosen = next(iter([*named, *last]), None)
    if chosen is None:
        return ""
    present = chosen.rows - chosen.missing
    shares = ", ".join(f"{_value(v)} {n / present:.1%} ({n:,})" for v, n in chosen.counter.top(8))
    return f"Classes of `{chosen.name}`: {shares}."


def _shown(facts: Sequence[Sequence[Any]]) -> str:
    """The table for the model: a range in one cell, the most frequent values short."""
    rows = []
    for name, kind, missing, distinct, smallest, _, middle, _, largest, mean, _, frequent in facts:
        if mean is not None:
            values = f"{_value(smallest)} to {_value(largest)}, mean {_value(mean)}, median {_value(middle)}"
        else:
            values = f"{smallest} to {largest}" if smallest is not None else shortened(frequent, 80)
        rows.append((f"`{name}`", kind, missing, distinct, values))
    return fitted(["column", "type", "missing", "distinct", "values"], rows, room=1500)


def _notes(table: Table, summary: Summary) -> str:
    """What keeps a figure from being exact, and what in the data deserves a look."""
    notes = []
    if summary.stopped:
        notes.append(f"It is longer: only its first {size(summary.bytes)} were read, so all figures are of that part.")
    if not summary.sample.whole:
        notes.append(f"Median and quartiles are about right: from {count(summary.sample.table().num_rows, 'row')} drawn at random.")
    if table.broken:
        notes.append(f"Left out: {count(table.broken, 'line')} with another number of values than the header.")
    if summary.width > len(summary.columns):
        notes.append(f"Only the first {len(summary.columns)} of {summary.width:,} columns are described.")
    constant = [c.name for c in summary.columns if c.different == 1 and not c.missing and summary.rows > 1]
    if constant:
        notes.append(f"The same value in every row: {listed(constant, limit=5)}.")
    infinite = [c.name for c in summary.columns if c.moments.infinite]
    if infinite:
        notes.append(f"Infinite values, left out of the figures: {listed(infinite, limit=5)}.")
    return " ".join(notes)
