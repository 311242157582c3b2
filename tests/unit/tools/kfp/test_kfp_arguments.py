"""Arguments of a pipeline: under their declared names, in their declared types, every problem named at once."""

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.tools.calling import refusal
from tools.kfp.arguments import check
from tools.kfp.model import Parameter
from tools.result import ErrorCode, ToolError

TYPES = {"int": int, "float": float, "bool": bool, "str": str, "list": list, "dict": dict}
PARAMETERS = [
    Parameter("max_depth", "int", required=False, default=3),
    Parameter("learning_rate", "float", required=True),
    Parameter("shuffle", "bool", required=False, default=True),
    Parameter("dataset", "str", required=True),
    Parameter("layers", "list", required=False),
    Parameter("options", "dict", required=False),
]
GIVEN = {"learning_rate": 0.1, "dataset": "iris.csv"}

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def one(kind: str, value: Any) -> Any:
    return check("p", [Parameter("x", kind, required=False)], {"x": value})["x"]


@pytest.mark.parametrize(
    ("kind", "value", "coerced"),
    [
        ("int", "10", 10),
        ("int", 10.0, 10),
        ("int", "1e3", 1000),
        ("int", " -7 ", -7),
        ("int", "123456789012345678901", 123456789012345678901),
        ("float", 3, 3.0),
        ("float", "0.05", 0.05),
        ("bool", "yes", True),
        ("bool", "OFF", False),
        ("bool", 0, False),
        ("str", 5, "5"),
        ("str", True, "true"),
        ("str", [1, "a"], '[1, "a"]'),
        ("list", "[1, 2]", [1, 2]),
        ("list", [], []),
        ("dict", '{"a": {"b": 1}}', {"a": {"b": 1}}),
    ],
)
def test_values_are_taken_for_what_they_say(kind: str, value: Any, coerced: Any) -> None:
    result = one(kind, value)
    assert (result, type(result)) == (coerced, TYPES[kind])


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("int", "ten"),
        ("int", 3.5),
        ("int", True),
        ("int", "NaN"),
        ("int", [1]),
        ("float", "Infinity"),
        ("float", False),
        ("float", 10**400),
        ("float", {}),
        ("bool", "maybe"),
        ("bool", 2),
        ("list", "a, b"),
        ("list", '{"a": 1}'),
        ("list", "[NaN]"),
        ("list", "[" * 100_000),
        ("dict", "[]"),
    ],
)
def test_values_of_another_type_are_refused_with_the_value(kind: str, value: Any) -> None:
    error = refusal(one, kind, value)
    assert error.code is ErrorCode.INVALID_ARGUMENT
    assert error.message.startswith("cannot run `p`: `x` takes ")
    assert len(error.message) < 200
    assert (value if isinstance(value, str) else json.dumps(value))[:10] in error.message


@given(kind=st.sampled_from(sorted(TYPES)), value=json_values, written=st.booleans())
def test_what_comes_out_has_the_declared_type(kind: str, value: Any, written: bool) -> None:
    try:
        checked = check("p", [Parameter("x", kind, required=False)], {"x": json.dumps(value) if written else value})
    except ToolError as error:
        assert error.code is ErrorCode.INVALID_ARGUMENT
        return
    assert value is None or written or checked
    for result in checked.values():
        assert type(result) is TYPES[kind]
        assert not isinstance(result, float) or math.isfinite(result)


@given(value=st.integers())
def test_whole_numbers_survive_in_every_writing(value: int) -> None:
    assert one("int", value) == one("int", str(value)) == value


def test_names_are_found_as_people_say_them() -> None:
    said = {"Learning Rate": "0.1", "DATASET": "x", "depth": 5}
    assert check("p", PARAMETERS, said) == {"learning_rate": 0.1, "dataset": "x", "max_depth": 5}


def test_defaults_are_left_to_the_pipeline_and_none_is_not_given() -> None:
    assert check("p", PARAMETERS, GIVEN | {"max_depth": None, "unknown": None}) == GIVEN


def test_all_problems_are_named_at_once() -> None:
    error = refusal(check, "iris", PARAMETERS, {"max_dept": 3, "shuffle": "perhaps", "layers": "three", "zzz": 1, "learning_rate": 1})
    assert error.code is ErrorCode.INVALID_ARGUMENT
    assert error.names == [p.name for p in PARAMETERS]
    for part in (
        "there is no parameter `zzz`. There are: `max_depth`",
        "`shuffle` takes true or false, not `perhaps`.",
        "`layers` takes a list such as [1, 2], not `three`.",
        "`dataset` must be given: no default.",
    ):
        assert part in error.message


def test_an_unknown_name_answers_the_nearest() -> None:
    assert (
        "there is no parameter `lerning_rat`. Nearest: `learning_rate`"
        in refusal(check, "p", PARAMETERS, GIVEN | {"lerning_rat": 1}).message
    )
    assert "this pipeline takes none" in refusal(check, "p", [], {"C": 1}).message


def test_a_name_that_fits_several_parameters_is_not_guessed() -> None:
    parameters = [Parameter("train_size", "int", required=False), Parameter("test_size", "int", required=False)]
    assert "`size` can be each of `train_size`, `test_size`" in refusal(check, "p", parameters, {"size": 1}).message


def test_one_parameter_given_twice_is_refused() -> None:
    assert "`max_depth` is given twice" in refusal(check, "p", PARAMETERS, GIVEN | {"max_depth": 3, "Max Depth": 4}).message
