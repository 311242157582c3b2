"""A call's arguments as a form, and back."""

from typing import Any

import pytest

from ui.web import form

SCHEMA: dict[str, Any] = {
    "properties": {
        "ship": {"type": "string"},
        "crew": {"type": "integer", "minimum": 1, "description": "Sailors aboard."},
        "speed": {"anyOf": [{"type": "number"}, {"type": "null"}], "default": None},
        "flag": {"enum": ["red", "green"]},
        "armed": {"type": "boolean"},
        "ports": {"type": "array", "items": {"type": "string"}},
        "cargo": {"anyOf": [{"type": "object"}, {"type": "null"}], "default": None},
        "course": {"type": "array", "items": {"type": "object"}},
    },
    "required": ["ship", "crew", "flag", "armed", "ports", "course"],
}
ARGS = {
    "ship": '<b>Argo</b>\'s "twin"',
    "crew": 50,
    "flag": "red",
    "armed": False,
    "ports": ["Iolcus", "Lemnos"],
    "cargo": {"wine": 3, "grain": 1.5, "sealed": True, "note": "dry"},
    "course": [{"to": "Colchis"}],
}
FIELDS = form.fields(SCHEMA, ARGS)


def filled(**changed: str) -> dict[str, str]:
    """What the browser hands over when nothing but this is changed; entries of `cargo` by their own name, further ones as `more`."""
    given = {field.name: form.written(field) if field.kind != "yes_no" else str(field.value).lower() for field in FIELDS}
    names = {("more" if field.kind == "more" else field.path[-1]): field.name for field in FIELDS}
    return given | {names[name]: value for name, value in changed.items()}


def test_what_nobody_changed_comes_back_as_it_was() -> None:
    assert form.read(FIELDS, filled()) == ARGS


@pytest.mark.parametrize(
    ("name", "written", "argument", "value"),
    [
        ("crew", "49", "crew", 49),
        ("speed", "7.5", "speed", 7.5),
        ("flag", "green", "flag", "green"),
        ("armed", "true", "armed", True),
        ("ports", "Iolcus\n\n Phasis \n", "ports", ["Iolcus", "Phasis"]),
        ("wine", "4", "cargo", {"wine": 4, "grain": 1.5, "sealed": True, "note": "dry"}),
        ("wine", "", "cargo", {"grain": 1.5, "sealed": True, "note": "dry"}),
        ("more", "oil=2\nfrom=Thasos = Athos", "cargo", {**ARGS["cargo"], "oil": 2, "from": "Thasos = Athos"}),  # type: ignore[dict-item]
        ("course", "[]", "course", []),
    ],
)
def test_a_change_is_of_the_fields_type(name: str, written: str, argument: str, value: object) -> None:
    read = form.read(FIELDS, filled(**{name: written}))
    assert (read[argument], type(read[argument])) == (value, type(value))
    assert {**read, argument: None} == {**ARGS, argument: None}


@pytest.mark.parametrize(
    ("name", "written", "complaint"),
    [
        ("crew", "many", "crew must be a whole number, not “many”"),
        ("crew", "4.5", "crew must be a whole number"),
        ("speed", "nan", "speed must be a number"),
        ("flag", "blue", "flag must be one of red, green"),
        ("armed", "perhaps", "armed must be yes or no"),
        ("grain", "much", "grain must be a number"),
        ("more", "oil", "“oil” is not of the form name=value"),
        ("course", "{", "course is no JSON"),
    ],
)
def test_what_does_not_fit_is_told_with_the_field(name: str, written: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        form.read(FIELDS, filled(**{name: written}))


def test_an_argument_that_was_not_given_stays_out_and_one_that_was_emptied_becomes_null() -> None:
    assert "speed" not in form.read(FIELDS, filled())
    assert form.read(FIELDS, filled(ship=""))["ship"] is None


def test_the_form_shows_values_and_bounds_and_runs_nothing() -> None:
    html = form.form(FIELDS)
    assert "<b>Argo" not in html
    assert "type='number' step='1' min='1' value='50'" in html
    assert "<option value='red' selected>" in html
    assert html.count("<label>") == len(FIELDS)
