"""Pipelines in the notations of SDKs older and newer than the one at hand."""

import copy
import itertools
from pathlib import Path
from typing import Any

import pytest
from kfp import dsl
from tests.integration.standalone.engine.harness import Platform, compile_pipeline


@dsl.component
def say(text: str) -> str:
    return text


@dsl.component
def clock() -> list:
    import time

    start = time.monotonic()
    time.sleep(0.05)
    return [start, time.monotonic()]


@dsl.pipeline(name="items")
def items() -> str:
    with dsl.ParallelFor([{"a": "1", "b": "2"}]) as item, dsl.If(item.a == "1"):
        say(text="x")
    return say(text="end").output


@dsl.pipeline(name="clocks")
def clocks():
    for _ in range(3):
        clock()


@dsl.pipeline(name="choice")
def choice(text: str = "fast") -> str:
    return say(text=text).output


def test_a_key_of_an_item_selected_once_more_below_a_condition(platform: Platform, tmp_path: Path) -> None:
    """The compiler passes the key on as a value of its own, and newer ones repeat the selection where it is used."""
    spec, _ = compile_pipeline(items, tmp_path)
    key = "pipelinechannel--loop-item-param-1-subvar-b"
    selection = {"parameterExpressionSelector": 'parseJson(string_value)["b"]'}
    loop = spec["components"]["comp-for-loop-2"]["dag"]["tasks"]["condition-3"]
    loop["inputs"]["parameters"][key] = {"componentInputParameter": "pipelinechannel--loop-item-param-1", **selection}
    condition = spec["components"]["comp-condition-3"]
    condition["inputDefinitions"]["parameters"][key] = {"parameterType": "STRING"}
    condition["dag"]["tasks"]["say"]["inputs"]["parameters"]["text"] = {"componentInputParameter": key, **selection}
    result = platform.execute((spec, None))
    assert result.error == ""
    assert result.tasks["for-loop-2/iteration-0/condition-3/say"].outputs.parameters == {"Output": "2"}


def test_what_no_component_declares_is_not_passed(platform: Platform, tmp_path: Path) -> None:
    spec, _ = compile_pipeline(choice, tmp_path)
    inputs = spec["root"]["dag"]["tasks"]["say"]["inputs"]
    inputs["parameters"]["ghost"] = {"runtimeValue": {"constant": "x"}}
    inputs["artifacts"] = {"ghost": {"componentInputArtifact": "nothing"}}
    assert platform.execute((spec, None)).outputs == {"Output": "fast"}


def test_parallel_steps_of_a_run_are_limited(platform: Platform, tmp_path: Path) -> None:
    spec, _ = compile_pipeline(clocks, tmp_path)
    platform_spec = {"platforms": {"kubernetes": {"pipelineConfig": {"pipelineRunParallelism": 1}}}}
    result = platform.execute((spec, platform_spec))
    spans = sorted(task.outputs.parameters["Output"] for path, task in result.tasks.items() if path)
    assert len(spans) == 3
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(spans))


@pytest.mark.parametrize(
    ("text", "error"), [("fast", ""), ("quick", 'The input \'text\' of \'say\' must be one of "fast", "slow", not "quick".')]
)
def test_a_component_that_allows_some_values_only(platform: Platform, tmp_path: Path, text: str, error: str) -> None:
    spec: dict[str, Any] = copy.deepcopy(compile_pipeline(choice, tmp_path)[0])
    spec["components"]["comp-say"]["inputDefinitions"]["parameters"]["text"]["literals"] = ["fast", "slow"]
    assert error in platform.execute((spec, None), {"text": text}).error


def test_an_artifact_from_elsewhere_is_said_to_stay_there(platform: Platform, tmp_path: Path) -> None:
    @dsl.component
    def look(data: dsl.Input[dsl.Dataset]) -> str:
        return data.uri

    @dsl.pipeline(name="elsewhere")
    def pipeline() -> str:
        return look(data=dsl.importer(artifact_uri="gs://there/file.txt", artifact_class=dsl.Dataset).output).output

    result = platform.execute(pipeline)
    assert result.outputs == {"Output": "gs://there/file.txt"}
    assert "stays at gs://there/file.txt" in result.log("look")
