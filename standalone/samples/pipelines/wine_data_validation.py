"""`wine-data-validation`: checks a table before anyone trains on it."""

from functools import partial

from kfp import dsl
from kfp.dsl import HTML, Dataset, Input, Markdown, Metrics, Output

from standalone.samples.page import page, values_section
from standalone.samples.tables import wine_table

IMAGE = "python:3.11"
component = partial(dsl.component, base_image=IMAGE, packages_to_install=["pandas>=2.2,<4"])


@dsl.component(base_image=IMAGE, packages_to_install=["pandas>=2.2,<4", "scikit-learn>=1.6,<2"], additional_funcs=[wine_table])
def load_data(dataset: Output[Dataset]):
    """Load the wines."""
    wines = wine_table()
    wines.to_csv(dataset.path, index=False)
    dataset.metadata.update(rows=len(wines), columns=len(wines.columns), format="csv")
    print(f"{len(wines)} wines with {len(wines.columns)} columns")


@component()
def check_schema(dataset: Input[Dataset]) -> list:
    """Check that every expected column is there with its type, and no other; answer one finding per check."""
    import pandas as pd

    measures = [
        "alcohol", "malic_acid", "ash", "alcalinity_of_ash", "magnesium", "total_phenols", "flavanoids",
        "nonflavanoid_phenols", "proanthocyanins", "color_intensity", "hue", "od280_od315", "proline",
    ]  # fmt: skip
    wines = pd.read_csv(dataset.path)
    expected, present = {*measures, "cultivar"}, set(wines.columns)
    missing, unexpected = sorted(expected - present), sorted(present - expected)
    wrong = [name for name in measures if name in present and not pd.api.types.is_numeric_dtype(wines[name])]
    findings = [
        {"check": "columns present", "passed": not missing, "detail": f"missing: {', '.join(missing) or 'none'}"},
        {"check": "no other columns", "passed": not unexpected, "detail": f"unexpected: {', '.join(unexpected) or 'none'}"},
        {"check": "measures are numbers", "passed": not wrong, "detail": f"not numeric: {', '.join(wrong) or 'none'}"},
    ]
    for finding in findings:
        print(finding)
    return findings


@component()
def check_values(dataset: Input[Dataset], max_null_fraction: float, max_duplicate_rows: int) -> list:
    """Check for missing values, duplicate rows and measures outside their plausible range; answer one finding per check."""
    import pandas as pd

    ranges = {"alcohol": (8, 20), "magnesium": (50, 200), "hue": (0, 2), "color_intensity": (0, 20), "proline": (100, 2500)}
    wines = pd.read_csv(dataset.path)
    nulls = float(wines.isna().mean().max())
    duplicates = int(wines.duplicated().sum())
    outside = {name: int((~wines[name].dropna().between(low, high)).sum()) for name, (low, high) in ranges.items() if name in wines}
    strays = ", ".join(f"{count} in {name}" for name, count in outside.items() if count)
    findings = [
        {
            "check": "missing values",
            "passed": nulls <= max_null_fraction,
            "detail": f"{nulls:.1%} at most, {max_null_fraction:.1%} allowed",
        },
        {"check": "duplicate rows", "passed": duplicates <= max_duplicate_rows, "detail": f"{duplicates}, {max_duplicate_rows} allowed"},
        {"check": "plausible ranges", "passed": not strays, "detail": f"outside: {strays or 'none'}"},
    ]
    for finding in findings:
        print(finding)
    return findings


@component()
def check_class_balance(dataset: Input[Dataset], min_class_fraction: float) -> list:
    """Check that no cultivar is rare; answer one finding."""
    import pandas as pd

    shares = pd.read_csv(dataset.path)["cultivar"].value_counts(normalize=True)
    print(shares.to_string())
    detail = f"{shares.index[-1]} has {shares.iloc[-1]:.1%}, at least {min_class_fraction:.1%} wanted"
    return [{"check": "class balance", "passed": bool(shares.iloc[-1] >= min_class_fraction), "detail": detail}]


@dsl.component(base_image=IMAGE, additional_funcs=[page, values_section])
def report(
    dataset: Input[Dataset],
    schema: list,
    values: list,
    balance: list,
    metrics: Output[Metrics],
    summary: Output[Markdown],
    report: Output[HTML],
):
    """Count the failed checks and write the findings as Markdown and as an HTML page."""
    from pathlib import Path

    findings = [*schema, *values, *balance]
    failed = sum(not finding["passed"] for finding in findings)
    counts = {"rows": dataset.metadata["rows"], "columns": dataset.metadata["columns"], "checks": len(findings), "failed_checks": failed}
    for name, count in counts.items():
        metrics.log_metric(name, int(count))

    verdict = f"{len(findings) - failed} of {len(findings)} checks passed on {counts['rows']:.0f} wines."
    lines = [f"| {finding['check']} | {'passed' if finding['passed'] else '**failed**'} | {finding['detail']} |" for finding in findings]
    table = "\n".join(["| Check | Result | Detail |", "|---|---|---|", *lines])
    Path(summary.path).write_text(f"# Wine data validation\n\n{verdict}\n\n{table}\n")
    outcomes = {finding["check"]: f"{'passed' if finding['passed'] else 'FAILED'} ({finding['detail']})" for finding in findings}
    sections = [values_section("Checks", outcomes), values_section("Counts", counts)]
    Path(report.path).write_text(page("Wine data validation", verdict, *sections))
    print(verdict)


@dsl.pipeline(name="wine-data-validation")
def wine_data_validation(max_null_fraction: float = 0.0, max_duplicate_rows: int = 0, min_class_fraction: float = 0.2):
    """Validate the wine data before training: schema, missing values, duplicates, plausible ranges and class balance.

    Args:
        max_null_fraction: Fraction of missing values that any column may have, between 0 and 1.
        max_duplicate_rows: Number of rows that may repeat an earlier one.
        min_class_fraction: Fraction of the rows that every cultivar must have, between 0 and 1.
    """
    dataset = load_data().output
    report(
        dataset=dataset,
        schema=check_schema(dataset=dataset).output,
        values=check_values(dataset=dataset, max_null_fraction=max_null_fraction, max_duplicate_rows=max_duplicate_rows).output,
        balance=check_class_balance(dataset=dataset, min_class_fraction=min_class_fraction).output,
    )
