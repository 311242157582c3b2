"""Placeholders stand for exactly what they name, once."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from standalone.engine import EngineError
from standalone.engine.placeholders import Placeholders

EXECUTOR_INPUT = {
    "inputs": {
        "parameterValues": {"text": "it's", "n": 3, "x": 0.5, "flag": True, "xs": [1, "a"], "odd name-1": "odd"},
        "artifacts": {
            "data": {"artifacts": [{"name": "d", "uri": "/b/d", "metadata": {"rows": 3, "note": "x"}}]},
            "many": {"artifacts": [{"name": "a", "uri": "/b/a"}, {"name": "b", "uri": "/b/b"}]},
        },
    },
    "outputs": {
        "parameters": {"out": {"outputFile": "/o/out"}},
        "artifacts": {"model": {"artifacts": [{"name": "model", "uri": "/o/model", "metadata": {}}]}},
        "outputFile": "/o/executor_output.json",
    },
}
PLACEHOLDERS = Placeholders({"pipeline_job_name": "job", "pipeline_task_uuid": "u-1"}, EXECUTOR_INPUT)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{$.inputs.parameters['text']}}", "it's"),
        ("a {{$.inputs.parameters['n']}} b {{$.inputs.parameters['x']}}", "a 3 b 0.5"),
        ("{{$.inputs.parameters['flag']}}", "true"),
        ("{{$.inputs.parameters['xs']}}", '[1, "a"]'),
        ("{{$.inputs.parameters['odd name-1']}}", "odd"),
        ("{{$.inputs.artifacts['data'].uri}}", "/b/d"),
        ("{{$.inputs.artifacts['data'].path}}", "/b/d"),
        ("{{$.inputs.artifacts['data'].name}}", "d"),
        ("{{$.inputs.artifacts['data'].metadata['rows']}}", "3"),
        ("{{$.inputs.artifacts['data'].metadata.note}}", "x"),
        ("{{$.inputs.artifacts['data'].metadata}}", '{"rows": 3, "note": "x"}'),
        ("{{$.inputs.artifacts['many']}}", json.dumps(EXECUTOR_INPUT["inputs"]["artifacts"]["many"]["artifacts"])),
        ("{{$.outputs.artifacts['model'].path}}", "/o/model"),
        ("{{$.outputs.parameters['out'].output_file}}", "/o/out"),
        ("{{$.pipeline_job_name}}/{{$.pipeline_task_uuid}}", "job/u-1"),
        ("{{$}}", json.dumps(EXECUTOR_INPUT)),
        ("no placeholder {{x}} ${y}", "no placeholder {{x}} ${y}"),
    ],
)
def test_what_they_stand_for(text: str, expected: str) -> None:
    assert PLACEHOLDERS.resolve(text) == expected


def test_escaped_json_can_stand_inside_json() -> None:
    for level, text in ((1, '"{{$.json_escape[1]}}"'), (2, '"{{$.json_escape[2]}}"')):
        value = str(PLACEHOLDERS.resolve(text))
        for _ in range(level - 1):
            value = f'"{json.loads(value)}"'
        assert json.loads(json.loads(value)) == EXECUTOR_INPUT


def test_inside_lists_and_dictionaries() -> None:
    value = {"a": ["{{$.inputs.parameters['n']}}", 4, None], "b": {"c": "{{$.pipeline_job_name}}"}}
    assert PLACEHOLDERS.resolve(value) == {"a": ["3", 4, None], "b": {"c": "job"}}


@pytest.mark.parametrize(
    "text",
    [
        "{{$.inputs.parameters['none']}}",
        "{{$.inputs.artifacts['none'].uri}}",
        "{{$.inputs.artifacts['data'].metadata['none']}}",
        "{{$.outputs.parameters['none'].output_file}}",
        "{{$.nonsense}}",
        "{{$.inputs.parameters['n'].real}}",
    ],
)
def test_nothing_is_resolved_to_nothing_in_silence(text: str) -> None:
    with pytest.raises(EngineError, match=r"[Pp]laceholder"):
        PLACEHOLDERS.resolve(text)


@given(st.text())
def test_values_are_never_searched_again(value: str) -> None:
    nested = value + "{{$.inputs.parameters['n']}}{{$}}"
    found = Placeholders({}, {"inputs": {"parameterValues": {"v": nested, "n": 1}}}).resolve("<{{$.inputs.parameters['v']}}>")
    assert found == f"<{nested}>"


@given(st.text().filter(lambda text: "{{$" not in text))
def test_other_text_stays(text: str) -> None:
    assert PLACEHOLDERS.resolve(text) == text
