"""pandas and scikit-learn, with a model passed on."""

from kfp import dsl


@dsl.component
def prepare(data: dsl.Output[dsl.Dataset]):
    from sklearn.datasets import load_iris

    frame = load_iris(as_frame=True).frame
    frame.to_csv(data.path, index=False)


@dsl.component
def train(data: dsl.Input[dsl.Dataset], depth: int, model: dsl.Output[dsl.Model], metrics: dsl.Output[dsl.Metrics]):
    import joblib
    import pandas
    from sklearn.tree import DecisionTreeClassifier

    frame = pandas.read_csv(data.path)
    tree = DecisionTreeClassifier(max_depth=depth, random_state=0).fit(frame.drop(columns="target"), frame["target"])
    joblib.dump(tree, model.path)
    metrics.log_metric("accuracy", float(tree.score(frame.drop(columns="target"), frame["target"])))


@dsl.component
def depth_of(model: dsl.Input[dsl.Model]) -> int:
    import joblib

    return int(joblib.load(model.path).get_depth())


@dsl.pipeline(name="scientific-libraries")
def pipeline(depth: int = 2) -> int:
    return depth_of(model=train(data=prepare().outputs["data"], depth=depth).outputs["model"]).output


OUTPUTS = {"Output": 2}
