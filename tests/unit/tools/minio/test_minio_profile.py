"""Statistics of tables agree with pandas, whatever kind of file the table is in."""

import gzip
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from standalone.objects import FolderStore
from tests.unit.tools.calling import answer, services
from tools.minio.data.hashing import combined, hashes
from tools.minio.data.sketches import Distinct, Moments, Sample
from tools.result import ErrorCode, ToolResult

Profile = Callable[..., ToolResult]


@pytest.fixture
def profile(tmp_path: Path) -> Profile:
    store = FolderStore(tmp_path)
    store.create_bucket("box")

    def describe(key: str, data: bytes | str) -> ToolResult:
        raw = data.encode() if isinstance(data, str) else data
        store.put("box", key, io.BytesIO(raw), len(raw))
        result = answer("minio", "profile_dataset", services(store), bucket="box", key=key)
        json.dumps(result.model_dump(mode="json"), allow_nan=False)
        assert len(result.content) <= 2600
        return result

    return describe


def facts(result: ToolResult) -> dict[str, dict[str, Any]]:
    """What is told of each column."""
    data = result.artifacts[0].data
    return {row[0]: dict(zip(data["columns"], row, strict=True)) for row in data["rows"]}


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    random = np.random.default_rng(3)
    made = pd.DataFrame(
        {
            "size": random.normal(50, 9, 3000),
            "number": random.integers(-5, 400, 3000),
            "word": random.choice(["oak", "elm", "ash"], 3000),
            "day": pd.Timestamp("2025-01-01") + pd.to_timedelta(random.integers(0, 300, 3000), unit="D"),
            "kept": random.random(3000) > 0.3,
        }
    )
    made.loc[::7, "size"] = None
    made.loc[::11, "word"] = None
    return pd.concat([made, made.head(40)], ignore_index=True)


def written(frame: pd.DataFrame, kind: str) -> bytes:
    sink = io.BytesIO()
    if kind == "csv":
        return frame.to_csv(index=False).encode()
    if kind == "tsv":
        return frame.to_csv(index=False, sep="\t").encode()
    if kind == "csv.gz":
        return gzip.compress(frame.to_csv(index=False).encode())
    if kind == "utf16.csv":
        return frame.to_csv(index=False).encode("utf-16")
    if kind == "jsonl":
        return frame.to_json(orient="records", lines=True, date_format="iso").encode()
    if kind == "json":
        return frame.to_json(orient="records", date_format="iso").encode()
    table = pa.Table.from_pandas(frame, preserve_index=False)
    if kind == "parquet":
        pq.write_table(table, sink, row_group_size=700)
    else:
        with pa.ipc.new_file(sink, table.schema) if kind == "arrow" else pa.ipc.new_stream(sink, table.schema) as writer:
            writer.write_table(table, max_chunksize=500)
    return sink.getvalue()


@pytest.mark.parametrize("kind", ["csv", "tsv", "csv.gz", "utf16.csv", "jsonl", "json", "parquet", "arrow", "arrows"])
def test_the_figures_are_those_of_pandas(profile: Profile, frame: pd.DataFrame, kind: str) -> None:
    result = profile(f"trees.{kind}", written(frame, kind))
    missing = int(frame.isna().sum().sum())
    assert f" has 3,040 rows and 5 columns, {missing} missing values and 40 duplicate rows." in result.content
    told = facts(result)
    for name in ("size", "number"):
        expected = frame[name].describe()
        actual = [told[name][fact] for fact in ("mean", "std", "min", "25 %", "median", "75 %", "max")]
        assert actual == pytest.approx([expected[f] for f in ("mean", "std", "min", "25%", "50%", "75%", "max")], rel=1e-9)
        assert (told[name]["missing"], told[name]["distinct"]) == (frame[name].isna().sum(), frame[name].nunique())
    most, times = frame["word"].value_counts().index[0], frame["word"].value_counts().iloc[0]
    assert told["word"]["most frequent"].startswith(f"{most} ({times / frame['word'].notna().sum():.1%})")
    assert (told["kept"]["type"], told["kept"]["distinct"]) == ("yes/no", 2)
    if kind not in ("jsonl", "json"):
        assert (told["day"]["min"][:10], told["day"]["max"][:10]) == (f"{frame['day'].min():%Y-%m-%d}", f"{frame['day'].max():%Y-%m-%d}")
    chart = result.artifacts[1]
    assert chart.kind == "chart"
    assert sum(chart.data["data"][0]["y"]) == frame["size"].notna().sum()


def test_classes_of_the_target(profile: Profile) -> None:
    lines = "width,species\n" + "".join(f"{i},{'fox' if i % 4 else 'owl'}\n" for i in range(100))
    assert "Classes of `species`: fox 75.0% (75), owl 25.0% (25)." in profile("t.csv", lines).content


def test_a_column_that_turns_out_to_be_something_else(profile: Profile) -> None:
    """The first megabytes look like whole numbers; later there are fractions, then words."""
    rows = "".join(f"{i},{i},{i}\n" for i in range(400_000))
    told = facts(profile("late.csv", f"a,b,c\n{rows}0.5,1,never\n"))
    assert [told[c]["type"] for c in "abc"] == ["number", "integer", "text"]
    assert (told["a"]["min"], told["a"]["max"], told["c"]["missing"]) == (0, 399_999, 0)


def test_broken_lines_are_left_out_and_told(profile: Profile) -> None:
    result = profile("broken.csv", "a,b\n1,2\n3\n4,5,6\n7,8\n")
    assert "has 2 rows and 2 columns" in result.content
    assert "Left out: 2 lines with another number of values than the header." in result.content


@pytest.mark.parametrize(
    ("key", "data", "names"),
    [
        ("twice.csv", "a,a,\n1,2,3\n", ["a", "a (2)", "column 3"]),
        ("bare.csv", "1,2.5\n3,4\n", ["column 1", "column 2"]),
        ("quoted.csv", '"one\nline",b\n"x\ny",2\n', ["one\nline", "b"]),
        ("semi.csv", "a;b\n1,5;2\n", ["a", "b"]),
    ],
)
def test_headers_of_all_sorts(profile: Profile, key: str, data: str, names: list[str]) -> None:
    assert list(facts(profile(key, data))) == names


@pytest.mark.parametrize(
    ("key", "data", "code"),
    [
        ("e.csv", b"", ErrorCode.INVALID_ARGUMENT),
        ("m.pkl", b"\x80\x04K\x01.", ErrorCode.UNSUPPORTED),
        ("t.txt", b"just words", ErrorCode.UNSUPPORTED),
        ("o.json", b'{"a": 1}', ErrorCode.UNSUPPORTED),
        ("deep.json", b"[" * 10_000 + b"]" * 10_000, ErrorCode.INVALID_ARGUMENT),
        ("p.parquet", b"PAR1" + b"\0" * 200 + b"PAR1", ErrorCode.INVALID_ARGUMENT),
        ("a.arrow", b"ARROW1\0\0" + b"\1" * 100, ErrorCode.INVALID_ARGUMENT),
        ("z.csv.gz", b"\x1f\x8b\x08\0garbage", ErrorCode.INVALID_ARGUMENT),
        ("mixed.jsonl", b'{"a": 1}\n{"a": "x"}\n', ErrorCode.INVALID_ARGUMENT),
    ],
)
def test_what_is_no_table(profile: Profile, key: str, data: bytes, code: ErrorCode) -> None:
    result = profile(key, data)
    assert result.code is code
    assert f"{key}`" in result.content


def test_only_a_header_is_no_data(profile: Profile) -> None:
    assert profile("h.csv", "a,b\n").status == "no_data"


NUMBERS = st.lists(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e9, max_value=1e9), min_size=2, max_size=200)


@given(NUMBERS, st.integers(1, 50))
@settings(deadline=None, max_examples=60)
def test_moments_do_not_depend_on_the_batches(numbers: list[float], size: int) -> None:
    moments = Moments()
    for start in range(0, len(numbers), size):
        moments.add(np.array(numbers[start : start + size]))
    assert moments.count == len(numbers)
    assert (moments.smallest, moments.largest) == (min(numbers), max(numbers))
    assert moments.mean == pytest.approx(np.mean(numbers), rel=1e-9, abs=1e-6)
    assert moments.deviation == pytest.approx(np.std(numbers, ddof=1), rel=1e-6, abs=1e-3)


VALUES = st.one_of(
    st.lists(st.none() | st.text(max_size=20), max_size=60),
    st.lists(st.none() | st.integers(-(2**40), 2**40), max_size=60),
    st.lists(st.none() | st.booleans(), max_size=60),
    st.lists(st.none() | st.floats(allow_nan=False), max_size=60),
    st.lists(st.none() | st.lists(st.integers(0, 3), max_size=3), max_size=30),
)


@given(VALUES, st.integers(0, 30))
@settings(deadline=None, max_examples=150)
def test_equal_values_have_equal_hashes_wherever_they_stand(values: list[Any], start: int) -> None:
    column = pa.array(values)
    hashed = hashes(column)
    assert hashes(column[start:]).tolist() == hashed[start:].tolist()
    keys = [repr(v + 0.0 if isinstance(v, float) else v) for v in values]
    assert len(set(hashed.tolist())) == len(set(keys))


def test_long_texts_are_told_apart() -> None:
    texts = ["x" * 300_000, "x" * 300_001, "x" * 299_999 + "y", "y" + "x" * 299_999, ""]
    assert len(set(hashes(pa.array(texts)).tolist())) == 5


def test_the_order_of_columns_counts() -> None:
    one, two = hashes(pa.array([1, 2])), hashes(pa.array([2, 1]))
    first, second = combined([one, two]).tolist()
    assert first != second


@pytest.mark.parametrize("different", [10, 5000, 200_000])
def test_different_values_are_counted_within_two_percent(different: int) -> None:
    sketch = Distinct()
    for _ in range(3):
        sketch.add(hashes(pa.array(np.arange(different))))
    assert sketch.number == pytest.approx(different, rel=0.02)
    assert sketch.repeated == pytest.approx(2 / 3, rel=0.02)
    assert sketch.exact == (different < 30_000)


def test_a_sample_is_even() -> None:
    sample = Sample(rows=2000)
    for start in range(0, 100_000, 1000):
        sample.add(pa.record_batch({"n": np.arange(start, start + 1000)}))
    drawn = sample.table().column("n").to_numpy()
    assert len(drawn) == 2000
    assert not sample.whole
    assert np.all(np.diff(drawn) > 0)
    assert drawn.mean() == pytest.approx(50_000, rel=0.05)
