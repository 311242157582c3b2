"""A model with its framework."""

from kfp import dsl


@dsl.component
def train(model: dsl.Output[dsl.Model]):
    model.framework = "sklearn"
    open(model.path, "w").write("weights")


@dsl.component
def use(model: dsl.Input[dsl.Model]) -> str:
    return model.framework + open(model.path).read()


@dsl.pipeline(name="model")
def pipeline() -> str:
    return use(model=train().outputs["model"]).output


OUTPUTS = {"Output": "sklearnweights"}
ARTIFACTS = {"train": {"model": ("system.Model", {"framework": "sklearn"})}}
