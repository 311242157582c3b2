"""Columns as charts: the kind that fits their types, points that stay few."""

import io
import json
from collections.abc import Callable
from typing import Any

import pytest

from standalone.objects import FolderStore
from tests.unit.tools.calling import answer, services
from tools.minio.data.picture import POINTS, STRETCHES
from tools.result import ErrorCode, ToolResult

Plot = Callable[..., ToolResult]


@pytest.fixture(scope="module")
def plot(tmp_path_factory: pytest.TempPathFactory) -> Plot:
    store = FolderStore(tmp_path_factory.mktemp("store"))
    store.create_bucket("box")
    lines = "".join(f"{i},{i % 91 / 2},{'abc'[i % 3]},{'xy'[i % 2]},2025-0{i % 9 + 1}-1{i % 7}\n" for i in range(20_000))
    data = f"Row Number,height_cm,grade,side,day\n{lines}".encode()
    store.put("box", "t.csv", io.BytesIO(data), len(data))

    def draw(x: str, y: str | None = None, kind: str | None = None) -> ToolResult:
        result = answer("minio", "plot_dataset", services(store), bucket="box", key="t.csv", x=x, y=y, kind=kind)
        json.dumps(result.model_dump(mode="json"), allow_nan=False)
        return result

    return draw


def traces(result: ToolResult) -> list[dict[str, Any]]:
    (chart,) = result.artifacts
    assert chart.kind == "chart"
    return list(chart.data["data"])


@pytest.mark.parametrize(
    ("x", "y", "kind"),
    [
        ("height_cm", None, "histogram"),
        ("grade", None, "bar"),
        ("height_cm", "row number", "scatter"),
        ("day", "height_cm", "line"),
        ("grade", "height", "box"),
        ("height_cm", "side", "box"),
        ("grade", "side", "bar"),
    ],
)
def test_the_kind_that_fits(plot: Plot, x: str, y: str | None, kind: str) -> None:
    result = plot(x, y)
    assert result.content.startswith(f"Drew a {kind} chart of `")
    assert sum(len(trace.get("x", trace["y"])) for trace in traces(result)) <= 10_000


def test_the_bars_are_the_counts(plot: Plot) -> None:
    (bar,) = traces(plot("grade"))
    assert dict(zip(bar["x"], bar["y"], strict=True)) == {"a": 6667, "b": 6667, "c": 6666}
    assert sum(sum(trace["y"]) for trace in traces(plot("grade", "side"))) == 20_000
    assert sum(traces(plot("height_cm"))[0]["y"]) == 20_000


def test_bars_of_numbers_are_their_means(plot: Plot) -> None:
    (bar,) = traces(plot("side", "Row Number", "bar"))
    assert dict(zip(bar["x"], bar["y"], strict=True)) == {"x": 9999.0, "y": 10_000.0}


def test_long_lines_and_clouds_are_thinned(plot: Plot) -> None:
    (line,) = traces(plot("Row Number", "height_cm", "line"))
    assert len(line["x"]) == STRETCHES
    assert line["x"] == sorted(line["x"])
    (cloud,) = traces(plot("Row Number", "height_cm"))
    assert len(cloud["x"]) == POINTS


@pytest.mark.parametrize(
    ("given", "code", "word"),
    [
        (("nothing",), ErrorCode.NOT_FOUND, "grade"),
        (("grade", None, "scatter"), ErrorCode.INVALID_ARGUMENT, "`y`"),
        (("grade", None, "box"), ErrorCode.INVALID_ARGUMENT, "numbers"),
        (("day", "grade", "line"), ErrorCode.INVALID_ARGUMENT, "text"),
        (("grade", "side", "box"), ErrorCode.INVALID_ARGUMENT, "numbers"),
        (("height_cm", "grade", "histogram"), ErrorCode.INVALID_ARGUMENT, "one column"),
    ],
)
def test_what_cannot_be_drawn(plot: Plot, given: tuple[str, ...], code: ErrorCode, word: str) -> None:
    result = plot(*given)
    assert result.code is code
    assert word in result.content
