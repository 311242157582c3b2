"""What cannot run is refused before it starts, each thing by its name."""

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from standalone.engine import check

COMMAND = [
    "sh",
    "-ec",
    'program_path=$(mktemp -d)\nprintf "%s" "$0" > "$program_path/ephemeral_component.py"\npython3 -m kfp.dsl.executor_main "$@"',
    "SRC",
]
SPEC: dict[str, Any] = {
    "pipelineInfo": {"name": "p"},
    "schemaVersion": "2.1.0",
    "root": {"dag": {"tasks": {"a": {"componentRef": {"name": "comp-a"}, "taskInfo": {"name": "a"}}}}},
    "components": {"comp-a": {"executorLabel": "exec-a"}},
    "deploymentSpec": {"executors": {"exec-a": {"container": {"image": "python:3.11", "command": COMMAND}}}},
}


def changed(*path: str, value: object) -> dict[str, Any]:
    spec = copy.deepcopy(SPEC)
    place = spec
    for key in path[:-1]:
        place = place.setdefault(key, {})
    place[path[-1]] = value
    return spec


def test_a_plain_pipeline_runs() -> None:
    assert check(SPEC, None) == []
    assert check(SPEC, {"platforms": {}}) == []


EXECUTOR = ("deploymentSpec", "executors", "exec-a")
TASK = ("root", "dag", "tasks", "a")


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        (changed(*EXECUTOR, "container", "command", value=["echo"]), "The component 'a' runs in the container image 'python:3.11'"),
        (changed(*EXECUTOR, value={"customJob": {"customJob": {}}}), "The component 'a' needs a custom_job executor"),
        (changed(*EXECUTOR, value={"resolver": {}}), "The component 'a' needs a resolver executor"),
        (
            changed("components", "comp-a", "executorLabel", value="exec-b"),
            "The component 'a' has nothing that runs it (executor 'exec-b')",
        ),
        (
            changed(*TASK, "componentRef", "name", value="comp-b"),
            "The task 'a' runs the component 'comp-b', which the pipeline does not have",
        ),
        (changed(*TASK, "dependentTasks", value=["b"]), "The task 'a' depends on 'b', which is not a task of the pipeline"),
        (changed(*TASK, "dependentTasks", value=["a"]), "wait for each other: a -> a"),
        (changed(*TASK, "triggerPolicy", value={"condition": "'it's'"}), "The condition of 'a' is not valid: 'it's'"),
        (
            changed(*TASK, "inputs", value={"parameters": {"x": {"runtimeValue": {"runtimeParameter": "y"}}}}),
            "The input 'x' of 'a' is a runtime parameter",
        ),
        (changed(*EXECUTOR, "container", "resources", value={"accelerator": {"type": "T4", "count": "1"}}), "asks for an accelerator (T4)"),
        (changed(*TASK, "newThing", value=1), "'newThing' at PipelineSpec.root.dag.tasks[a] is nothing that it knows"),
        (changed("schemaVersion", value="3.0.0"), "The pipeline's schemaVersion is '3.0.0'"),
        (
            changed(*EXECUTOR, "container", "command", value=["sh", "-ec", "python3 -m kfp.v2.components.executor_main", "SRC"]),
            "The component 'a' was compiled with the KFP SDK 1.8",
        ),
        (
            changed("root", "inputDefinitions", value={"artifacts": {"data": {"artifactType": {"schemaTitle": "system.Dataset"}}}}),
            "The pipeline takes the artifact 'data'",
        ),
        (
            changed("components", "comp-a", "inputDefinitions", value={"parameters": {"x": {"parameterType": "STRING"}}}),
            "The task 'a' is not given the input 'x', which its component requires",
        ),
        (
            changed(
                "root",
                "dag",
                "outputs",
                value={"parameters": {"x": {"valueFromParameter": {"producerSubtask": "a", "outputParameterKey": "y"}}}},
            ),
            "The output 'y' of 'a' is used, and its component has none of that name",
        ),
        (
            changed(*TASK, "parameterIterator", value={"itemInput": "x", "items": {"raw": '{"a": 1}'}}),
            "The loop 'a' over constants needs a list",
        ),
        (
            changed(
                "root",
                "dag",
                "outputs",
                value={"parameters": {"x": {"valueFromParameter": {"producerSubtask": "b", "outputParameterKey": "y"}}}},
            ),
            "An output of the pipeline comes from 'b', which is not a task of it",
        ),
        (changed("components", "comp-a", value={"dag": SPEC["root"]["dag"]}), "Components contain each other: comp-a -> comp-a"),
        (
            changed(*EXECUTOR, value={"importer": {"artifactUri": {"constant": "minio://a/b"}}}),
            "The importer 'a' has no artifact to import to",
        ),
    ],
)
def test_refused_by_name(spec: dict[str, Any], words: str) -> None:
    problems = check(spec, None)
    assert any(words in problem for problem in problems), problems


@pytest.mark.parametrize(
    "setting", ["secretAsEnv", "configMapAsVolume", "pvcMount", "nodeSelector", "tolerations", "imagePullPolicy", "podMetadata"]
)
def test_kubernetes_settings_are_named(setting: str) -> None:
    platform = {"platforms": {"kubernetes": {"deploymentSpec": {"executors": {"exec-a": {setting: [{"x": "y"}]}}}}}}
    assert check(SPEC, platform) == [f"The setting '{setting}' of 'a' needs Kubernetes."]


@pytest.mark.parametrize("setting", ["maxActiveRuns", "pipelineVersionConcurrencyLimit", "resource_ttl", "semaphoreKey", "workspace"])
def test_settings_of_the_whole_run_are_named(setting: str) -> None:
    platform = {"platforms": {"kubernetes": {"pipelineConfig": {setting: {}, "resource_ttl_on_success": 5, "activeDeadlineSeconds": 9}}}}
    assert check(SPEC, platform) == [f"The pipeline's setting '{setting}' needs Kubernetes."]


def test_the_number_of_parallel_steps_must_be_one() -> None:
    assert check(SPEC, {"platforms": {"kubernetes": {"pipelineConfig": {"pipelineRunParallelism": 2}}}}) == []
    for limit in (0, -1, "2", 1.5, None, True):
        assert "whole number" in check(SPEC, {"platforms": {"kubernetes": {"pipelineConfig": {"pipelineRunParallelism": limit}}}})[0]


def test_what_only_describes_a_task_may_be_newer_than_the_platform() -> None:
    assert check(changed(*TASK, "taskInfo", value={"name": "a", "taskName": "a", "colour": [1]}), None) == []


@pytest.mark.parametrize("accelerator", [{"type": "T4"}, {"resourceType": "T4", "resourceCount": "0"}])
def test_no_accelerators_are_none(accelerator: dict[str, str]) -> None:
    assert check(changed(*EXECUTOR, "container", "resources", value={"accelerator": accelerator}), None) == []


def test_everything_is_listed_once() -> None:
    spec = changed(
        *EXECUTOR, "container", value={"image": "alpine", "command": ["true"], "resources": {"accelerator": {"type": "T4", "count": "1"}}}
    )
    platform = {"platforms": {"kubernetes": {"pipelineConfig": {"workspace": {"size": "1Gi"}, "resourceTtlOnCompletion": 5}}}}
    problems = check(spec, platform)
    assert len(problems) == 3
    assert "The pipeline's setting 'workspace' needs Kubernetes." in problems


@pytest.mark.parametrize(
    "damaged", [{}, {"root": 1}, {"pipelineInfo": {"name": "x"}}, {"components": []}, {"deploymentSpec": {"executors": 3}}]
)
def test_what_is_no_pipeline_is_refused(damaged: dict[str, Any]) -> None:
    spec = {**SPEC, **damaged} if damaged else {}
    if damaged == {"pipelineInfo": {"name": "x"}}:
        assert check(spec, None) == []
    else:
        assert "Compile" in check(spec, None)[0]


def test_a_damaged_platform_spec_is_refused() -> None:
    assert "not a platform spec" in check(SPEC, {"platforms": 1})[0]


leaves = (
    st.none()
    | st.booleans()
    | st.integers(-(2**31), 2**31)
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["a", "comp-a", "exec-a", "root"])
)
anything = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2), max_leaves=4
)


def places(value: object, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found = [path] if path else []
    if isinstance(value, dict):
        found += [place for key, item in value.items() for place in places(item, (*path, key))]
    return found


@given(st.sampled_from(places(SPEC)), anything)
@settings(max_examples=200)
def test_whatever_is_sent_the_answer_is_in_words(place: tuple[str, ...], value: object) -> None:
    problems = check(changed(*place, value=value), None)
    assert all(isinstance(problem, str) and problem for problem in problems)


@given(anything)
def test_whatever_the_platform_spec_is_the_answer_is_in_words(value: Any) -> None:
    assert all(isinstance(problem, str) for problem in check(SPEC, {"platforms": value}))
