"""The five sample tables, each made by one function.

The functions serve twice: `data` writes their tables into the sample buckets, and the pipelines ship the same functions inside their
`load-data` component (`additional_funcs`). Each therefore imports what it needs in its own body and quotes its annotations, because
Kubeflow Pipelines copies nothing but the source of the function.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


def iris_table() -> "pd.DataFrame":
    """150 flowers: four lengths in centimetres and the `species`."""
    from sklearn.datasets import load_iris

    iris = load_iris(as_frame=True)
    table: pd.DataFrame = iris.data.rename(columns=lambda name: name.replace(" (cm)", "_cm").replace(" ", "_"))
    return table.assign(species=iris.target.map(dict(enumerate(iris.target_names))))


def cancer_table() -> "pd.DataFrame":
    """569 breast tumours: thirty measures of the cell nuclei and the `diagnosis`, malignant or benign."""
    from sklearn.datasets import load_breast_cancer

    cancer = load_breast_cancer(as_frame=True)
    table: pd.DataFrame = cancer.data.rename(columns=lambda name: name.replace(" ", "_"))
    return table.assign(diagnosis=cancer.target.map(dict(enumerate(cancer.target_names))))


def diabetes_table() -> "pd.DataFrame":
    """442 patients: ten measures in their natural units and the `progression` of the disease one year later."""
    from sklearn.datasets import load_diabetes

    table: pd.DataFrame = load_diabetes(as_frame=True, scaled=False).frame
    return table.rename(columns={"target": "progression"})


def wine_table() -> "pd.DataFrame":
    """178 wines: thirteen chemical measures and the `cultivar` they were made from."""
    from sklearn.datasets import load_wine

    wine = load_wine(as_frame=True)
    table: pd.DataFrame = wine.data.rename(columns={"od280/od315_of_diluted_wines": "od280_od315"})
    return table.assign(cultivar=wine.target.map(dict(enumerate(wine.target_names))))


def customer_table(rows: int = 2000) -> "pd.DataFrame":
    """Invented customers of a telephone company, always the same ones; `churned` is 1 for those who left.

    Short tenure, a monthly contract, a high bill and many calls to support make leaving likely. About 3 % of `data_usage_gb` is missing.
    """
    import numpy as np
    import pandas as pd

    rng = np.random.default_rng(20_240_601)
    table = pd.DataFrame(
        {
            "customer_id": [f"C{number:05d}" for number in range(1, rows + 1)],
            "region": rng.choice(["north", "south", "east", "west"], rows),
            "tenure_months": rng.integers(1, 73, rows),
            "contract": rng.choice(["monthly", "one-year", "two-year"], rows, p=[0.55, 0.25, 0.20]),
            "payment_method": rng.choice(["card", "transfer", "invoice"], rows, p=[0.5, 0.3, 0.2]),
            "monthly_charges": rng.normal(62, 22, rows).clip(15, 130).round(2),
            "support_calls": rng.poisson(1.4, rows),
            "data_usage_gb": rng.gamma(2.0, 9.0, rows).round(1),
        }
    )
    pull = (
        -2.2
        - 0.045 * (table["tenure_months"] - 36)
        + table["contract"].map({"monthly": 1.5, "one-year": -0.4, "two-year": -1.6})
        + 0.025 * (table["monthly_charges"] - 62)
        + 0.55 * table["support_calls"]
    )
    table["churned"] = (rng.random(rows) < 1 / (1 + np.exp(-pull))).astype(int)
    table.loc[rng.random(rows) < 0.03, "data_usage_gb"] = np.nan
    return table
