"""Keep the model under a name together with its metrics, if a metric reaches a minimum."""

from kfp import dsl
from kfp.dsl import Input, Metrics, Model, Output


@dsl.component(base_image="python:3.11")
def register(
    model: Input[Model], metrics: Input[Metrics], registered: Output[Model], model_name: str, metric: str = "", minimum: float = 0.0
):
    """Copy the model to an artifact of its own that carries name and metrics; fail when it is not good enough."""
    import shutil

    if metric:
        value = metrics.metadata.get(metric)
        if not isinstance(value, (int, float)) or value < minimum:
            raise ValueError(f"not registered: {metric} is {value}, at least {minimum} is asked for")
    shutil.copyfile(model.path, registered.path)
    registered.metadata.update({**model.metadata, **{f"metric_{name}": value for name, value in metrics.metadata.items()}})
    registered.metadata.update(model_name=model_name)
    print(f"registered as {model_name}")
