"""Check a table: missing values, duplicate rows, required columns; stops the run when a check fails."""

from kfp import dsl
from kfp.dsl import Dataset, Input, Markdown, Output


@dsl.component(base_image="python:3.11", packages_to_install=["pandas>=2.2,<4"])
def validate(
    data: Input[Dataset],
    validation: Output[Markdown],
    max_null_fraction: float = 0.0,
    max_duplicate_fraction: float = 1.0,
    required_columns: list = [],
):
    """Write what was checked, and fail if something is wrong."""
    from pathlib import Path

    import pandas as pd

    table = pd.read_csv(data.path)
    missing = [name for name in required_columns if name not in table.columns]
    nulls = {name: share for name, share in table.isna().mean().items() if share > max_null_fraction}
    duplicates = float(table.duplicated().mean()) if len(table) else 0.0
    problems = [f"column `{name}` is missing" for name in missing]
    problems += [f"column `{name}` has {share:.1%} missing values, allowed are {max_null_fraction:.1%}" for name, share in nulls.items()]
    if duplicates > max_duplicate_fraction:
        problems.append(f"{duplicates:.1%} of the rows are duplicates, allowed are {max_duplicate_fraction:.1%}")
    if not len(table):
        problems.append("the table is empty")
    lines = [f"# Validation\n\n{len(table)} rows, {len(table.columns)} columns, {len(problems)} problems.\n"]
    Path(validation.path).write_text("\n".join(lines + [f"- {problem}" for problem in problems]) + "\n")
    if problems:
        raise ValueError("the data are not valid: " + "; ".join(problems))
    print(f"{len(table)} rows are valid")
