"""Conditions are CEL over values: no value can become code, and nothing is false for want of sense."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from standalone.engine import EngineError, conditions


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("inputs.parameter_values['s'] == 'x'", True),
        ("inputs.parameter_values['s'] != 'x'", False),
        ("int(inputs.parameter_values['n']) == 3", True),
        ("int(inputs.parameter_values['n']) > 3", False),
        ("inputs.parameter_values['x'] >= 0.5", True),
        ("inputs.parameter_values['n'] == 3.0", True),
        ("inputs.parameter_values['b'] == true", True),
        ("!(inputs.parameter_values['b'] == true) && true", False),
        ("inputs.parameter_values['s'] == inputs.parameter_values['t']", False),
        ("inputs.parameter_values['xs'][1] == 'b'", True),
        ("inputs.parameter_values['d']['k'] == 'v'", True),
    ],
)
def test_truth(condition: str, expected: bool) -> None:
    values = {"s": "x", "t": "y", "n": 3, "x": 0.5, "b": True, "xs": ["a", "b"], "d": {"k": "v"}}
    assert conditions.holds(condition, values) is expected


@pytest.mark.parametrize(
    "condition",
    [
        "inputs.parameter_values['none'] == 'x'",
        "inputs.parameter_values['s'] > 1",
        "1 + 1",
        "'it's'",
        "nothing == 1",
        "int('x') == 1",
        "__import__('os')",
        "",
    ],
)
def test_nonsense_is_an_error(condition: str) -> None:
    with pytest.raises(EngineError):
        conditions.holds(condition, {"s": "x"})


@given(st.text())
def test_a_text_equals_itself_and_nothing_else(value: str) -> None:
    assert conditions.holds("inputs.parameter_values['v'] == inputs.parameter_values['w']", {"v": value, "w": value})
    assert not conditions.holds("inputs.parameter_values['v'] == inputs.parameter_values['w']", {"v": value, "w": value + "x"})


json_values = st.recursive(
    st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(json_values)
def test_selected_parts_come_out_as_they_went_in(value: object) -> None:
    selected = conditions.select('parseJson(string_value)["a"]', {"a": value, "b": 1})
    assert selected == value
    assert type(selected) is type(value)


def test_a_missing_part_is_an_error() -> None:
    with pytest.raises(EngineError, match="cannot be evaluated"):
        conditions.select('parseJson(string_value)["a"]', {"b": 1})
