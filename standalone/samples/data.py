"""The objects of the sample buckets: `datasets` with the sample tables, `models` and `reports` with a note on what belongs there.

They are made once, by `build`, and shipped: making them takes a second and the libraries that train models.
"""

from collections.abc import Callable, Iterator
from io import BytesIO
from typing import TYPE_CHECKING

from standalone.samples import tables

if TYPE_CHECKING:
    import pandas as pd

BUCKETS = ("datasets", "models", "reports")

_TABLES: dict[str, Callable[[], "pd.DataFrame"]] = {
    "iris": tables.iris_table,
    "cancer": tables.cancer_table,
    "diabetes": tables.diabetes_table,
    "wine": tables.wine_table,
    "churn/customers": tables.customer_table,
}

_MODELS_NOTE = """# models

Trained models that are worth keeping. A pipeline run leaves its model among its artifacts in bucket `mlpipeline`; copy it here to keep it
after the run is deleted. The samples write their models with `joblib`, so `joblib.load(path)` reads them.
"""

_REPORTS_NOTE = """# reports

Reports to show to others. The sample pipelines write an HTML page called `report`, `wine-data-validation` also Markdown called `summary`;
copy those worth keeping from bucket `mlpipeline` to here.
"""


def sample_objects() -> Iterator[tuple[str, str, bytes]]:
    """Every sample object as bucket, key and content; the content is the same each time."""
    made = {name: table() for name, table in _TABLES.items()}
    for name, table in made.items():
        yield "datasets", f"{name}.csv", table.to_csv(index=False).encode()
    for name, table in made.items():
        if "/" not in name:
            yield "datasets", f"parquet/{name}.parquet", _parquet(table)
    yield "datasets", "README.md", _datasets_note(made)
    yield "models", "README.md", _MODELS_NOTE.encode()
    yield "reports", "README.md", _REPORTS_NOTE.encode()


def _parquet(table: "pd.DataFrame") -> bytes:
    buffer = BytesIO()
    table.to_parquet(buffer, index=False)
    return buffer.getvalue()


def _datasets_note(samples: "dict[str, pd.DataFrame]") -> bytes:
    lines = [
        f"| `{name}.csv` | {len(table)} | {len(table.columns)} | {str(_TABLES[name].__doc__).splitlines()[0]} |"
        for name, table in samples.items()
    ]
    head = ["# datasets", "", "Tables to try things on.", "", "| Object | Rows | Columns | Content |", "|---|---|---|---|"]
    tail = [
        "",
        "`parquet/` holds the first four once more as Parquet. They are the tables that scikit-learn ships; the customers are invented.",
        "Models are trained on them by the sample pipelines, which carry their own copy: changing an object here changes no run.",
        "",
    ]
    return "\n".join([*head, *lines, *tail]).encode()
