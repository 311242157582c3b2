"""Which estimator a training step means, and which of its parameters exist."""

from typing import Any

import pytest

from tools.kfp.authoring import Step, author
from tools.kfp.estimators import checked
from tools.result import ErrorCode, ToolError


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("RandomForestClassifier", "RandomForestClassifier"),
        ("random forest classifier", "RandomForestClassifier"),
        ("logistic_regression", "LogisticRegression"),
        ("ridge", "Ridge"),
        ("svc", "SVC"),
        ("Gradient Boosting Regressor", "GradientBoostingRegressor"),
        ("lasso", "Lasso"),
    ],
)
def test_a_class_by_its_name_in_words(said: str, name: str) -> None:
    assert checked(said, {}) == name


@pytest.mark.parametrize(
    ("said", "params", "words"),
    [
        ("random forest", {}, "RandomForestRegressor"),
        ("RandomForrestClassifer", {}, "RandomForestClassifier"),
        ("os.system", {}, "no single estimator"),
        ("", {}, "no single estimator"),
        ("RandomForestClassifier", {"trees": 50}, "`n_estimators`"),
        ("SVC", {"kernle": "rbf"}, "Nearest: `kernel`"),
        ("Ridge", {"self": 1}, "no parameter `self`"),
    ],
)
def test_what_cannot_be_trained_is_refused_with_the_nearest(said: str, params: dict[str, Any], words: str) -> None:
    with pytest.raises(ToolError) as refused:
        checked(said, params)
    assert refused.value.code is ErrorCode.INVALID_ARGUMENT
    assert words in refused.value.message


def test_a_pipeline_is_written_with_the_class_that_was_meant() -> None:
    options = {"estimator": "random forest classifier", "estimator_params": {"n_estimators": 50}, "target": "y"}
    load = Step(component="load", options={"source": "minio://b/k.csv"})
    written = author("forest", [load, Step(component="split"), Step(component="train", options=options)])
    assert '"RandomForestClassifier"' in written.code
