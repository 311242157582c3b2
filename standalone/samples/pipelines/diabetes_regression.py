"""`diabetes-regression`: a linear model predicts how a patient's diabetes progresses."""

from functools import partial

from kfp import dsl
from kfp.dsl import HTML, Dataset, Input, Metrics, Model, Output

from standalone.samples.page import page, values_section
from standalone.samples.tables import diabetes_table

IMAGE = "python:3.11"
component = partial(
    dsl.component,
    base_image=IMAGE,
    packages_to_install=["pandas>=2.2,<4", "scikit-learn>=1.6,<2", "joblib>=1.4,<2"],
)


@component(additional_funcs=[diabetes_table])
def load_data(test_size: float, random_state: int, train_data: Output[Dataset], test_data: Output[Dataset]):
    """Load the patients and split them into training and test data."""
    from sklearn.model_selection import train_test_split

    patients = diabetes_table()
    train, test = train_test_split(patients, test_size=test_size, random_state=random_state)
    for part, dataset in ((train, train_data), (test, test_data)):
        part.to_csv(dataset.path, index=False)
        dataset.metadata.update(rows=len(part), format="csv")
    print(f"{len(patients)} patients: {len(train)} to train on, {len(test)} to test on")


@component()
def train_model(alpha: float, model: str, train_data: Input[Dataset], regressor: Output[Model]):
    """Scale the measures to zero mean and unit variance and fit the linear model to them."""
    import joblib
    import pandas as pd
    from sklearn.linear_model import ElasticNet, Lasso, LinearRegression, Ridge
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    models = {
        "ridge": Ridge(alpha=alpha),
        "lasso": Lasso(alpha=alpha),
        "elastic-net": ElasticNet(alpha=alpha),
        "linear": LinearRegression(),
    }
    if model not in models:
        raise ValueError(f"model is {model!r}; choose one of {', '.join(models)}")
    train = pd.read_csv(train_data.path)
    measures = train.drop(columns="progression")
    fitted = make_pipeline(StandardScaler(), models[model]).fit(measures, train["progression"])
    joblib.dump(fitted, regressor.path)
    regressor.metadata.update(framework="scikit-learn", estimator=type(fitted[-1]).__name__, alpha=alpha)
    for name, coefficient in zip(measures.columns, fitted[-1].coef_, strict=True):
        print(f"{name}: {coefficient:+.2f} for one standard deviation")


@component()
def evaluate_model(regressor: Input[Model], test_data: Input[Dataset], metrics: Output[Metrics], predictions: Output[Dataset]):
    """Measure the model on the test data: root mean squared error, mean absolute error and R2."""
    import joblib
    import pandas as pd
    from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error

    fitted = joblib.load(regressor.path)
    test = pd.read_csv(test_data.path)
    truth = test["progression"]
    predicted = fitted.predict(test.drop(columns="progression"))
    scores = {
        "rmse": root_mean_squared_error(truth, predicted),
        "mae": mean_absolute_error(truth, predicted),
        "r2": r2_score(truth, predicted),
    }
    for name, score in scores.items():
        metrics.log_metric(name, float(score))
        print(f"{name}: {score:.4f}")
    pd.DataFrame({"progression": truth, "predicted": predicted.round(1)}).to_csv(predictions.path, index=False)
    predictions.metadata.update(rows=len(test), format="csv")


@dsl.component(base_image=IMAGE, additional_funcs=[page, values_section])
def report(regressor: Input[Model], metrics: Input[Metrics], predictions: Input[Dataset], report: Output[HTML]):
    """Write model and metrics on one HTML page and draw the predictions against the truth."""
    import csv
    from pathlib import Path

    with Path(predictions.path).open() as lines:
        pairs = [(float(row["progression"]), float(row["predicted"])) for row in csv.DictReader(lines)]
    most = max(max(pair) for pair in pairs)
    dots = "".join(
        f'<circle cx="{20 + 260 * truth / most:.1f}" cy="{280 - 260 * predicted / most:.1f}" r="3" fill="#2680c2" fill-opacity=".6"/>'
        for truth, predicted in pairs
    )
    drawing = (
        f"<h2>Predictions</h2><p>Across: true progression, 0 to {most:.0f}. Up: predicted. A perfect model lies on the diagonal.</p>"
        '<svg width="300" height="300" viewBox="0 0 300 300" role="img" aria-label="Predictions against the truth">'
        '<path d="M20 20V280H280" fill="none" stroke="#9fb3c8"/>'
        f'<path d="M20 280L280 20" stroke="#bcccdc" stroke-dasharray="4 4"/>{dots}</svg>'
    )
    sections = [values_section("Metrics", metrics.metadata), drawing, values_section("Model", regressor.metadata)]
    Path(report.path).write_text(page("Diabetes regression", "How well a linear model predicts the progression of diabetes.", *sections))


@dsl.pipeline(name="diabetes-regression")
def diabetes_regression(alpha: float = 1.0, model: str = "ridge", test_size: float = 0.2, random_state: int = 42):
    """Train a linear model that predicts the progression of diabetes within a year from ten measures of a patient.

    Args:
        alpha: Strength of the regularisation, 0 or above; larger values shrink the coefficients more, linear ignores it.
        model: Kind of linear model: ridge, lasso, elastic-net or linear.
        test_size: Fraction of the patients kept back for the test, between 0 and 1.
        random_state: Seed of the split; equal seeds give equal results.
    """
    data = load_data(test_size=test_size, random_state=random_state)
    training = train_model(alpha=alpha, model=model, train_data=data.outputs["train_data"])
    evaluation = evaluate_model(regressor=training.outputs["regressor"], test_data=data.outputs["test_data"])
    report(regressor=training.outputs["regressor"], **evaluation.outputs)
