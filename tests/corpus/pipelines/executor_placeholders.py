"""The executor's own input and output file as inputs of a step."""

from kfp import dsl


@dsl.component
def show(message: str, file: str) -> str:
    import json

    return json.loads(message)["inputs"]["parameterValues"]["pipelinechannel--name"] + file.rsplit("/")[-1]


@dsl.pipeline(name="executor-placeholders")
def pipeline(name: str = "ada") -> str:
    return show(
        message=dsl.PIPELINE_TASK_EXECUTOR_INPUT_PLACEHOLDER, file=f"{dsl.PIPELINE_TASK_EXECUTOR_OUTPUT_PATH_PLACEHOLDER}{name}"
    ).output


OUTPUTS = {"Output": "adaexecutor_output.jsonada"}
LOCAL = "its names are its own"
