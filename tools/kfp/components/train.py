"""Train a scikit-learn estimator, named by its class, on the training data."""

from kfp import dsl
from kfp.dsl import Dataset, Input, Model, Output


@dsl.component(base_image="python:3.11", packages_to_install=["pandas>=2.2,<4", "scikit-learn>=1.6,<2", "joblib>=1.4,<2"])
def train(
    train_data: Input[Dataset],
    model: Output[Model],
    target: str,
    estimator: str = "RandomForestClassifier",
    estimator_params: dict = {},
):
    """Fit the estimator; numbers are scaled, other columns one-hot encoded, missing values filled."""
    import joblib
    import pandas as pd
    from sklearn.compose import make_column_selector, make_column_transformer
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler
    from sklearn.utils import all_estimators

    known = dict(all_estimators(type_filter=["classifier", "regressor"]))
    if estimator not in known:
        raise ValueError(f"scikit-learn has no classifier or regressor {estimator!r}, for instance RandomForestClassifier or Ridge")
    table = pd.read_csv(train_data.path)
    features = table.drop(columns=target)
    prepare = make_column_transformer(
        (make_pipeline(SimpleImputer(), StandardScaler()), make_column_selector(dtype_include="number")),
        (
            make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder(handle_unknown="ignore", sparse_output=False)),
            make_column_selector(dtype_exclude="number"),
        ),
    )
    fitted = make_pipeline(prepare, known[estimator](**estimator_params)).fit(features, table[target])
    joblib.dump(fitted, model.path)
    model.metadata.update(framework="scikit-learn", estimator=estimator, parameters=estimator_params, rows=len(table), target=target)
    print(f"{estimator} fitted to {len(table)} rows and {len(features.columns)} columns")
