"""Read a table from the object store: CSV, TSV, JSON Lines or Parquet."""

from kfp import dsl
from kfp.dsl import Dataset, Input, Output


@dsl.component(base_image="python:3.11", packages_to_install=["pandas>=2.2,<4", "pyarrow>=15"])
def load(source: Input[Dataset], data: Output[Dataset]):
    """Read the source as a table and pass it on as CSV."""
    import pandas as pd

    address = source.uri.lower()
    with open(source.path, "rb") as file:
        head = file.read(4)
    if head == b"PAR1":
        table = pd.read_parquet(source.path)
    elif address.endswith((".jsonl", ".ndjson")):
        table = pd.read_json(source.path, lines=True)
    else:
        table = pd.read_csv(source.path, sep="\t" if address.endswith(".tsv") else ",")
    table.to_csv(data.path, index=False)
    data.metadata.update(rows=len(table), columns=list(table.columns), format="csv")
    print(f"{len(table)} rows, columns: {', '.join(table.columns)}")
