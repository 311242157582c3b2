"""The components as plain functions: arguments other than the defaults, and data that has something wrong with it."""

import joblib
import pytest
from kfp import dsl

from standalone.samples.pipelines import breast_cancer_svm, diabetes_regression, wine_data_validation
from standalone.samples.tables import cancer_table, diabetes_table, wine_table


@pytest.fixture
def dataset(tmp_path):
    """A function that writes a table where a component finds it."""

    def write(table) -> dsl.Dataset:
        table.to_csv(tmp_path / "data.csv", index=False)
        return dsl.Dataset(uri=str(tmp_path / "data.csv"))

    return write


def passed(findings: list) -> dict[str, bool]:
    return {finding["check"]: finding["passed"] for finding in findings}


@pytest.mark.parametrize("kernel", ["rbf", "linear", "poly", "sigmoid"])
@pytest.mark.parametrize("gamma", ["scale", "auto", "0.02"])
def test_svm_takes_every_kernel_and_width(dataset, tmp_path, kernel, gamma):
    model = dsl.Model(uri=str(tmp_path / "model"))
    breast_cancer_svm.train_model.python_func(C=2.0, kernel=kernel, gamma=gamma, train_data=dataset(cancer_table()), model=model)
    fitted = joblib.load(model.path)[-1]
    assert (fitted.C, fitted.kernel) == (2.0, kernel)
    assert str(fitted.gamma) == gamma


def test_svm_gives_equal_results_for_equal_arguments(dataset, tmp_path):
    def metrics() -> dict:
        train, test = dsl.Dataset(uri=str(tmp_path / "train")), dsl.Dataset(uri=str(tmp_path / "test"))
        model, measured = dsl.Model(uri=str(tmp_path / "model")), dsl.Metrics(uri=str(tmp_path / "metrics"))
        classes = dsl.ClassificationMetrics(uri=str(tmp_path / "classes"))
        breast_cancer_svm.load_data.python_func(test_size=0.3, random_state=7, train_data=train, test_data=test)
        breast_cancer_svm.train_model.python_func(C=1.0, kernel="rbf", gamma="scale", train_data=train, model=model)
        breast_cancer_svm.evaluate_model.python_func(model=model, test_data=test, metrics=measured, classification_metrics=classes)
        return {**measured.metadata, **classes.metadata}

    assert metrics() == metrics()


@pytest.mark.parametrize("model, estimator", [("ridge", "Ridge"), ("elastic-net", "ElasticNet"), ("linear", "LinearRegression")])
def test_regression_takes_every_model(dataset, tmp_path, model, estimator):
    regressor = dsl.Model(uri=str(tmp_path / "model"))
    diabetes_regression.train_model.python_func(alpha=0.5, model=model, train_data=dataset(diabetes_table()), regressor=regressor)
    assert type(joblib.load(regressor.path)[-1]).__name__ == estimator


def test_regression_names_the_models_there_are(dataset, tmp_path):
    regressor = dsl.Model(uri=str(tmp_path / "model"))
    with pytest.raises(ValueError, match="model is 'forest'; choose one of ridge, lasso, elastic-net, linear"):
        diabetes_regression.train_model.python_func(alpha=1.0, model="forest", train_data=dataset(diabetes_table()), regressor=regressor)


def test_wine_checks_find_each_fault(dataset):
    wines = wine_table()
    wines.loc[:8, "hue"] = None
    wines.loc[9, "alcohol"] = 140
    wines.loc[20] = wines.loc[21]
    check = wine_data_validation.check_values.python_func
    strict = check(dataset=dataset(wines), max_null_fraction=0.0, max_duplicate_rows=0)
    assert passed(strict) == {"missing values": False, "duplicate rows": False, "plausible ranges": False}
    assert strict[2]["detail"] == "outside: 1 in alcohol"
    lenient = check(dataset=dataset(wines), max_null_fraction=0.06, max_duplicate_rows=1)
    assert passed(lenient) == {"missing values": True, "duplicate rows": True, "plausible ranges": False}


def test_wine_schema_names_the_columns_at_fault(dataset):
    wines = wine_table().rename(columns={"ash": "ashes"}).astype({"hue": str})
    wines["hue"] = wines["hue"] + "?"
    findings = wine_data_validation.check_schema.python_func(dataset=dataset(wines))
    assert [finding["detail"] for finding in findings] == ["missing: ash", "unexpected: ashes", "not numeric: hue"]
    assert set(passed(wine_data_validation.check_schema.python_func(dataset=dataset(wine_table()))).values()) == {True}


def test_wine_balance_follows_its_limit(dataset):
    check = wine_data_validation.check_class_balance.python_func
    assert passed(check(dataset=dataset(wine_table()), min_class_fraction=0.26)) == {"class balance": True}
    assert passed(check(dataset=dataset(wine_table()), min_class_fraction=0.28)) == {"class balance": False}
