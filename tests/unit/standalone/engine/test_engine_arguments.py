"""Arguments: what people send becomes what the pipeline declares, or is refused in words."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from standalone.engine import ArgumentError, coerce

TYPES = {"i": "NUMBER_INTEGER", "f": "NUMBER_DOUBLE", "s": "STRING", "b": "BOOLEAN", "xs": "LIST", "d": "STRUCT"}
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
)


def spec(parameters: dict[str, Any]) -> dict[str, Any]:
    return {
        "pipelineInfo": {"name": "p"},
        "root": {"dag": {"tasks": {}}, "inputDefinitions": {"parameters": parameters}},
        "schemaVersion": "2.1.0",
    }


SPEC = spec({name: {"parameterType": kind, "isOptional": True} for name, kind in TYPES.items()})


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("i", 4, 4),
        ("i", "4", 4),
        ("i", " -4 ", -4),
        ("i", 4.0, 4),
        ("f", 4, 4.0),
        ("f", "4", 4.0),
        ("f", "1e-3", 0.001),
        ("s", "x", "x"),
        ("s", "", ""),
        ("s", 4, "4"),
        ("s", True, "true"),
        ("b", True, True),
        ("b", "true", True),
        ("b", "False", False),
        ("xs", [1, "a"], [1, "a"]),
        ("xs", '[1, "a"]', [1, "a"]),
        ("d", {"a": [1]}, {"a": [1]}),
        ("d", '{"a": [1]}', {"a": [1]}),
    ],
)
def test_lossless_forms_are_taken(name: str, value: Any, expected: Any) -> None:
    result = coerce(SPEC, {name: value})
    assert result == {name: expected}
    assert type(result[name]) is type(expected)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("i", "four", 'a whole number, not "four"'),
        ("i", 4.5, "a whole number, not 4.5"),
        ("i", True, "a whole number, not true"),
        ("i", [4], "a whole number, not [4]"),
        ("i", "", "a whole number"),
        ("f", "x", 'a number, not "x"'),
        ("f", "nan", "a number"),
        ("f", "inf", "a number"),
        ("f", False, "a number, not false"),
        ("f", 10**400, "a number"),
        ("s", ["x"], 'a text, not ["x"]'),
        ("s", {}, "a text, not {}"),
        ("b", "yes", 'true or false, not "yes"'),
        ("b", 1, "true or false, not 1"),
        ("xs", "1, 2", 'a list, not "1, 2"'),
        ("xs", {"a": 1}, "a list"),
        ("xs", '{"a": 1}', "a list"),
        ("d", [1], "a dictionary, not [1]"),
        ("d", "{", "a dictionary"),
    ],
)
def test_anything_else_is_refused_with_the_value(name: str, value: Any, words: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        coerce(SPEC, {name: value})
    assert caught.value.problems[0].startswith(f"The parameter '{name}' needs ")
    assert words in caught.value.problems[0]


def test_every_problem_is_listed() -> None:
    pipeline = spec({"learning_rate": {"parameterType": "NUMBER_DOUBLE"}, "epochs": {"parameterType": "NUMBER_INTEGER"}})
    with pytest.raises(ArgumentError) as caught:
        coerce(pipeline, {"learningrate": 1, "epochs": "many"})
    text = " ".join(caught.value.problems)
    assert len(caught.value.problems) == 3
    assert "no parameter 'learningrate'. Did you mean learning_rate?" in text
    assert "'learning_rate' (a number) is required" in text
    assert "'epochs' needs a whole number, not \"many\"" in text


def test_a_default_or_an_option_makes_a_parameter_optional() -> None:
    pipeline = spec({"a": {"parameterType": "STRING", "defaultValue": "x"}, "b": {"parameterType": "STRING", "isOptional": True}})
    assert coerce(pipeline, {}) == {}
    assert coerce(pipeline, {"a": None, "b": None}) == {}


def test_a_closed_set_of_values_is_kept() -> None:
    pipeline = spec({"mode": {"parameterType": "STRING", "literals": ["fast", "slow"]}})
    assert coerce(pipeline, {"mode": "fast"}) == {"mode": "fast"}
    with pytest.raises(ArgumentError, match='must be one of "fast", "slow", not "medium"'):
        coerce(pipeline, {"mode": "medium"})


@settings(max_examples=50)
@given(st.sampled_from(sorted(TYPES)), json_values)
def test_a_value_is_either_taken_in_its_type_or_refused(name: str, value: Any) -> None:
    kinds = {"i": int, "f": float, "s": str, "b": bool, "xs": list, "d": dict}
    try:
        result = coerce(SPEC, {name: value})
    except ArgumentError:
        return
    assert result == {} if value is None else type(result[name]) is kinds[name]


@given(st.sampled_from(["i", "f", "b", "xs", "d"]), st.data())
def test_a_value_and_its_json_text_mean_the_same(name: str, data: st.DataObject) -> None:
    finite = st.floats(allow_nan=False, allow_infinity=False)
    values = {
        "i": st.integers(),
        "f": finite,
        "b": st.booleans(),
        "xs": st.lists(st.integers() | st.text()),
        "d": st.dictionaries(st.text(), finite),
    }
    value = data.draw(values[name])
    assert coerce(SPEC, {name: value}) == coerce(SPEC, {name: json.dumps(value)})
