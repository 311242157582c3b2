"""pandas and scikit-learn, with threads of their own, a model and a metric."""

from kfp import dsl


@dsl.component
def prepare(data: dsl.Output[dsl.Dataset]):
    with open(data.path, "w") as file:
        file.write("x,y\n" + "".join(f"{n},{n > 50}\n" for n in range(100)))


@dsl.component
def train(data: dsl.Input[dsl.Dataset], depth: int, model: dsl.Output[dsl.Model], metrics: dsl.Output[dsl.Metrics]) -> int:
    import joblib
    import pandas
    from sklearn.ensemble import RandomForestClassifier

    frame = pandas.read_csv(data.path)
    forest = RandomForestClassifier(n_estimators=4, max_depth=depth, n_jobs=2, random_state=0).fit(frame[["x"]], frame["y"])
    joblib.dump(forest, model.path)
    metrics.log_metric("accuracy", float(forest.score(frame[["x"]], frame["y"])))
    return len(joblib.load(model.path).estimators_)


@dsl.pipeline(name="scientific-libraries")
def pipeline(depth: int = 2) -> int:
    return train(data=prepare().outputs["data"], depth=depth).outputs["Output"]


OUTPUTS = {"Output": 4}
ARTIFACTS = {"train": {"metrics": ("system.Metrics", ...)}}
