"""Split a table into training and test data."""

from kfp import dsl
from kfp.dsl import Dataset, Input, Output


@dsl.component(base_image="python:3.11", packages_to_install=["pandas>=2.2,<4", "scikit-learn>=1.6,<2"])
def split(
    data: Input[Dataset],
    train_data: Output[Dataset],
    test_data: Output[Dataset],
    target: str,
    test_size: float = 0.2,
    random_state: int = 42,
):
    """Split at random; where the target has few values, each one in the same proportion."""
    import pandas as pd
    from sklearn.model_selection import train_test_split

    table = pd.read_csv(data.path)
    if target not in table.columns:
        raise ValueError(f"there is no column {target!r} to predict; there are: {', '.join(table.columns)}")
    counts = table[target].value_counts()
    groups = table[target] if len(counts) <= 20 and counts.min() >= 2 else None
    train, test = train_test_split(table, test_size=test_size, random_state=random_state, stratify=groups)
    for part, dataset in ((train, train_data), (test, test_data)):
        part.to_csv(dataset.path, index=False)
        dataset.metadata.update(rows=len(part), format="csv")
    print(f"{len(train)} rows to train on, {len(test)} to test on")
