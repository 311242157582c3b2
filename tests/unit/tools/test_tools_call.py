"""One call of a tool: what is checked before, what is said when it cannot be made, and that nothing is ever raised."""

import json
import logging
import re
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field

from tools.call import Call, prepare, run
from tools.kinds import Bucket, Kind
from tools.result import ErrorCode, ToolError, ToolResult
from tools.services import Services
from tools.tool import Prepared, Tool, resolver, tool


class Shelf:
    """A service of these tests: names of buckets."""

    names = ("red-box", "blue-box")
    closed = False

    def close(self) -> None:
        self.closed = True


@resolver("bucket")
def bucket(shelf: Shelf, /, given: str, args: dict[str, Any]) -> str:
    if given == "broken":
        raise RuntimeError("the shelf fell over")
    found = [name for name in shelf.names if given in name]
    if len(found) != 1:
        raise ToolError(ErrorCode.AMBIGUOUS, f"several fit `{given}`.", found)
    return found[0]


@tool(effect="write", examples=["paint {bucket}"])
def paint(
    shelf: Shelf,
    /,
    bucket: Bucket,
    color: Literal["red", "blue"],
    coats: Annotated[int, Field(ge=1, le=3, description="How many.")] = 1,
    others: list[Bucket] | None = None,
    options: Annotated[dict[str, Any], Kind("options")] | None = None,
) -> ToolResult:
    """Paint a bucket.

    It dries overnight.

    Args:
        color: The paint.
    """
    if color == "blue":
        raise KeyError("no blue paint")
    if coats == 3:
        raise ToolError(ErrorCode.CONFLICT, "still wet.")
    return ToolResult(content=f"{bucket} {color} {coats} {others} {options}")


@paint.prepare
def _prepare(shelf: Shelf, /, bucket: str, color: str, coats: int = 1, others: Any = None, options: Any = None) -> Prepared:
    if coats == 2:
        return Prepared("Paint twice.", {"bucket": bucket, "color": color, "coats": 2}, effect="destroy")
    return Prepared("Paint.")


@pytest.fixture
def services() -> Services:
    return Services({Shelf: Shelf})


def prepared(services: Services, **arguments: Any) -> Call | ToolResult:
    return prepare(paint, arguments, services, {"bucket": bucket})


def ready(services: Services, **arguments: Any) -> Call:
    call = prepared(services, **arguments)
    assert isinstance(call, Call), call
    return call


def failure(services: Services, **arguments: Any) -> ToolResult:
    result = prepared(services, **arguments)
    assert isinstance(result, ToolResult)
    assert result.status == "error"
    return result


def test_a_function_becomes_a_tool() -> None:
    assert (paint.name, paint.effect, paint.services) == ("paint", "write", (Shelf,))
    assert paint.summary == "Paint a bucket. It dries overnight."
    assert {name: kind.name for name, kind in paint.kinds.items()} == {"bucket": "bucket", "others": "bucket", "options": "options"}
    schema = paint.parameters.model_json_schema()
    assert schema["properties"]["color"]["description"] == "The paint."
    assert schema["required"] == ["bucket", "color"]


class Layer(BaseModel):
    """One layer."""

    color: str = Field(description="Its color.")
    thickness: int = 1


@tool(effect="read", examples=[])
def stack(*, layers: Annotated[list[Layer], Field(description="From the bottom up.")], top: Layer | None = None) -> ToolResult:
    """Stack layers."""
    return ToolResult(content=str([layers, top]))


def test_schemas_of_nested_arguments_hold_no_references() -> None:
    schema = stack.parameters.model_json_schema()
    assert "$" not in json.dumps(schema)
    items = schema["properties"]["layers"]["items"]
    assert items["properties"]["color"]["description"] == "Its color."
    assert schema["properties"]["top"]["anyOf"][0]["required"] == ["color"]


def test_nested_arguments_arrive_as_plain_data() -> None:
    call = prepare(stack, {"layers": '[{"color": "red"}]', "top": {"color": "blue", "thickness": "2"}}, Services({}), {})
    assert isinstance(call, Call)
    assert call.args == {"layers": [{"color": "red", "thickness": 1}], "top": {"color": "blue", "thickness": 2}}
    wrong = prepare(stack, {"layers": [{"colour": "red"}]}, Services({}), {})
    assert isinstance(wrong, ToolResult)
    assert "`layers.0.color` is required" in wrong.content


def test_names_are_resolved_and_defaults_filled_in(services: Services) -> None:
    call = ready(services, bucket="red", color="red", others=["blue", "blue-box"], options=None)
    assert call.args == {"bucket": "red-box", "color": "red", "coats": 1, "others": ["blue-box"]}
    assert (call.effect, call.preview) == ("write", "Paint.")
    assert run(call, services).content == "red-box red 1 ['blue-box'] None"


def test_the_preparation_may_change_arguments_and_effect(services: Services) -> None:
    call = ready(services, bucket="red", color="red", coats="2")
    assert (call.effect, call.preview) == ("destroy", "Paint twice.")
    assert call.args == {"bucket": "red-box", "color": "red", "coats": 2}


def test_none_means_left_out(services: Services) -> None:
    assert "others" not in ready(services, bucket="red", color="red", others=None, coats=None).args
    assert failure(services, bucket=None, color="red").content.startswith("INVALID_ARGUMENT: paint: `bucket` is required")


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ({"options": '{"a": 1}'}, {"options": {"a": 1}}),
        ({"others": '["blue"]'}, {"others": ["blue-box"]}),
        ({"others": "red"}, {"others": ["red-box"]}),
        ({"options": {"a": "[1]"}}, {"options": {"a": "[1]"}}),
    ],
)
def test_what_careless_models_write_is_understood(services: Services, given: dict[str, Any], meant: dict[str, Any]) -> None:
    assert meant.items() <= ready(services, bucket="red", color="red", **given).args.items()


def test_every_wrong_argument_is_named_at_once(services: Services) -> None:
    result = failure(services, color="green", coats=9, shade="dark", options="[not json")
    assert result.code is ErrorCode.INVALID_ARGUMENT
    assert "`bucket` is required" in result.content
    assert "`color` = 'green': input should be 'red' or 'blue'" in result.content
    assert "`coats` = 9: input should be less than or equal to 3" in result.content
    assert "there is no argument `shade`" in result.content
    assert "`options` = '[not json'" in result.content
    assert result.content.endswith("Its arguments: bucket, color, coats?, others?, options?.")


def test_text_that_no_encoding_can_write_is_refused(services: Services) -> None:
    result = failure(services, bucket="\ud800", color="red")
    assert result.code is ErrorCode.INVALID_ARGUMENT
    result.content.encode()


def test_a_name_that_fits_several_answers_the_choices(services: Services) -> None:
    result = failure(services, bucket="box", color="red")
    assert (result.code, result.choices) == (ErrorCode.AMBIGUOUS, ["red-box", "blue-box"])
    assert result.content == "AMBIGUOUS: several fit `box`."


def test_errors_of_the_closed_set_pass_as_they_are(services: Services) -> None:
    result = run(ready(services, bucket="red", color="red", coats=3), services)
    assert (result.status, result.code, result.content) == ("error", ErrorCode.CONFLICT, "CONFLICT: still wet.")


def test_the_unexpected_becomes_internal_with_an_id_that_the_log_explains(services: Services, caplog: pytest.LogCaptureFixture) -> None:
    results = [
        failure(services, bucket="broken", color="red"),
        run(ready(services, bucket="red", color="blue"), services),
        prepare(paint, {"bucket": "red", "color": "red"}, Services({}), {"bucket": bucket}),
    ]
    for result, record, cause in zip(results, caplog.records, (RuntimeError, KeyError, LookupError), strict=True):
        assert isinstance(result, ToolResult)
        assert result.code is ErrorCode.INTERNAL
        trace_id = re.search(r"under id (\w{8})\.", result.content)
        assert trace_id is not None
        assert trace_id.group(1) in record.message
        assert record.levelno == logging.ERROR
        assert record.exc_info is not None
        assert record.exc_info[0] is cause
        assert "fell over" not in result.content


def test_services_are_made_once_and_closed() -> None:
    services = Services({Shelf: Shelf})
    shelf = services.get(Shelf)
    assert services.get(Shelf) is shelf
    services.close()
    assert shelf.closed
    assert services.get(Shelf) is not shelf


def test_a_tool_without_preparation_is_ready_as_it_is() -> None:
    @tool(effect="read", examples=[])
    def look(*, near: bool = True) -> ToolResult:
        """Look."""
        return ToolResult.no_data("Nothing there.")

    assert isinstance(look, Tool)
    call = prepare(look, {}, Services({}), {})
    assert isinstance(call, Call)
    assert (call.args, call.preview) == ({"near": True}, "")
    assert run(call, Services({})).status == "no_data"
