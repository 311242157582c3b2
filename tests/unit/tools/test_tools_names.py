"""How loosely said names find the right thing, and never anything that is not there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.tools.calling import refusal
from tools.names import listed, matching, nearest, normal, not_found, resolve
from tools.result import ErrorCode, ToolError

PIPELINES = ["iris-classification", "breast-cancer-svm", "diabetes-regression", "customer_churn training", "iris-clustering"]

words = st.text(st.sampled_from("abcXYZ019äé"), min_size=1, max_size=6)
names = st.lists(words, min_size=1, max_size=4).map("-".join)
anything = st.text(max_size=30)
lists = st.lists(names, max_size=8, unique=True)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("iris-classification", "iris-classification"),
        ("Iris Classification", "iris-classification"),
        ("BREAST_CANCER.SVM", "breast-cancer-svm"),
        ("breast", "breast-cancer-svm"),
        ("svm", "breast-cancer-svm"),
        ("the-regression".removeprefix("the-"), "diabetes-regression"),
        ("training churn", "customer_churn training"),
        ("training churn customer", "customer_churn training"),
    ],
)
def test_people_say_names_loosely(said: str, meant: str) -> None:
    assert resolve("pipeline", said, PIPELINES) == meant


def test_the_whole_name_wins_over_longer_ones() -> None:
    assert resolve("run", "Iris Daily", ["iris-daily-2", "iris-daily", "daily-iris"]) == "iris-daily"
    assert resolve("run", "Iris Da", ["iris-daily", "da-iris"]) == "iris-daily"


def test_ambiguous_lists_exactly_the_candidates() -> None:
    error = refusal(resolve, "pipeline", "iris", PIPELINES)
    assert error.code is ErrorCode.AMBIGUOUS
    assert error.names == ["iris-classification", "iris-clustering"]
    assert all(f"`{name}`" in error.message for name in error.names)


def test_unknown_names_answer_the_nearest() -> None:
    error = refusal(resolve, "pipeline", "iris-clasification", PIPELINES)
    assert (error.code, error.names[0]) == (ErrorCode.NOT_FOUND, "iris-classification")
    assert "`iris-clasification`" in error.message


def test_unlike_anything_lists_what_there_is() -> None:
    assert "There are: `b1`" in not_found("bucket", "§§§", ["b1"]).message
    assert "no buckets at all yet" in not_found("bucket", "x", []).message


def test_long_lists_end_in_a_count() -> None:
    many = [f"b{number}" for number in range(10)]
    assert listed(many[:8]) == ", ".join(f"`{name}`" for name in many[:8])
    assert listed(many[:7]) == ", ".join(f"`{name}`" for name in many[:7])
    assert listed(many).endswith("`b7` and 2 more")
    assert len(not_found("bucket", "§§§", [f"x{number}" for number in range(30)]).names) == 10


def test_the_nearest_are_five() -> None:
    assert len(nearest("model", [f"model-{number}" for number in range(9)])) == 5


@given(given=anything, existing=lists)
def test_the_answer_is_always_one_of_the_names(given: str, existing: list[str]) -> None:
    try:
        assert resolve("pipeline", given, existing) in existing
    except ToolError as error:
        assert error.code in (ErrorCode.AMBIGUOUS, ErrorCode.NOT_FOUND)
        assert set(error.names) <= set(existing)
        assert len(error.names) > 1 or error.code is ErrorCode.NOT_FOUND


@given(existing=lists.filter(bool), data=st.data())
def test_an_exact_name_wins_whatever_else_there_is(existing: list[str], data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(existing))
    assert resolve("pipeline", name, existing) == name


@given(name=names, separator=st.sampled_from([" ", "_", ".", "/", "--", " - "]))
def test_case_and_separators_do_not_matter(name: str, separator: str) -> None:
    for said in (name.replace("-", separator), name.replace("-", separator).upper()):
        assert normal(said) == normal(name)
        assert matching(said, [name, "something else entirely"]) == [name]


@given(existing=lists, given=names)
def test_several_that_fit_are_never_chosen_from(existing: list[str], given: str) -> None:
    found = matching(given, existing)
    if len(found) > 1:
        assert refusal(resolve, "pipeline", given, existing).names == found


@given(given=anything, existing=lists)
def test_nearest_are_names_that_exist(given: str, existing: list[str]) -> None:
    near = nearest(given, existing)
    assert set(near) <= set(existing)
    assert len(near) <= 5


def test_long_lists_end_with_a_count() -> None:
    assert listed([f"n{i}" for i in range(10)], limit=3) == "`n0`, `n1`, `n2` and 7 more"
