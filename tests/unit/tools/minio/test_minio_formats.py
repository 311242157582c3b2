"""Objects of every kind, whole, damaged or hostile, are shown or refused in words; nothing in them is executed."""

import base64
import bz2
import gzip
import io
import json
import lzma
import os
import pickle
import struct
import subprocess
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PIL import Image
from pypdf import PdfWriter

from standalone.objects import FolderStore
from tests.unit.tools.calling import answer, services
from tools.minio.formats.content import HEAD
from tools.result import ErrorCode, ToolResult

Preview = Callable[..., ToolResult]


class Counting(FolderStore):
    """Counts the bytes that are read."""

    bytes_read = 0

    def read(self, bucket: str, key: str, offset: int = 0, length: int | None = None) -> bytes:
        data = super().read(bucket, key, offset, length)
        self.bytes_read += len(data)
        return data


@pytest.fixture
def store(tmp_path: Path) -> Counting:
    made = Counting(tmp_path / "store")
    made.create_bucket("box")
    return made


@pytest.fixture
def preview(store: Counting) -> Preview:
    def show(key: str, data: bytes | str, rows: int | None = None) -> ToolResult:
        raw = data.encode() if isinstance(data, str) else data
        store.put("box", key, io.BytesIO(raw), len(raw))
        result = answer("minio", "preview_object", services(store), bucket="box", key=key, rows=rows)
        json.dumps(result.model_dump(mode="json"), allow_nan=False).encode()
        assert len(result.content) <= 2600
        return result

    return show


def picture(kind: str, width: int = 20, height: int = 10) -> bytes:
    sink = io.BytesIO()
    Image.frombytes("RGB", (width, height), os.urandom(width * height * 3)).save(sink, kind)
    return sink.getvalue()


def pdf(text: str, password: str | None = None) -> bytes:
    """A page with a line of text, as PDF writes it by hand."""
    stream = f"BT /F1 24 Tf 20 100 Td ({text}) Tj ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream), b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]  # fmt: skip
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"xref\n0 6\n0000000000 65535 f \n%strailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (table, len(out))
    if password is None:
        return out
    writer, sink = PdfWriter(clone_from=io.BytesIO(out)), io.BytesIO()
    writer.encrypt(password, algorithm="RC4-128")
    writer.write(sink)
    return sink.getvalue()


def zipped(**members: bytes) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return sink.getvalue()


def tarred(*names: str) -> bytes:
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w") as archive:
        for name in names:
            entry = tarfile.TarInfo(name)
            entry.size = 3
            archive.addfile(entry, io.BytesIO(b"abc"))
    return sink.getvalue()


def saved(write: Callable[[Any], Any]) -> bytes:
    sink = io.BytesIO()
    write(sink)
    return sink.getvalue()


def arrow_file() -> bytes:
    sink, table = io.BytesIO(), pa.table({"a": [1, 2, 3]})
    with pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue()


SIX = np.arange(6.0).reshape(2, 3)
CSV = "a,b\n1,x\n2,y\n"
SAFETENSORS = json.dumps({"w": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}}).encode()


def label(value: object) -> str | None:
    """Bytes are no name for a case: some hold the time at which they were packed."""
    return "bytes" if isinstance(value, bytes) else None


@pytest.mark.parametrize(
    ("key", "data", "said"),
    [
        ("a.csv.gz", gzip.compress(CSV.encode()), "First 2 rows of `box/a.csv.gz`"),
        ("a.csv.bz2", bz2.compress(CSV.encode()), "First 2 rows of"),
        ("a.csv.xz", lzma.compress(CSV.encode()), "First 2 rows of"),
        ("named.wrong", gzip.compress(b'{"a": 1}\n{"a": 2}\n'), "{"),
        ("a.parquet", arrow_file(), "First 3 rows of"),
        ("t.txt", CSV, "a,b"),
        ("noending", CSV + "3,z\n", "First 3 rows of"),
        ("doc.json", '{"a": {"b": [1, 2]}}', '"b": ['),
        ("list.json", '[{"a": 1}, {"a": 2, "b": null}]', "First 2 rows of 2 of"),
        ("c.yaml", "a: 1\nb: [x]\n", "b: [x]"),
        ("r.md", "# Title\n\nText", "# Title"),
        ("p.pdf", pdf("Quarterly figures"), "a PDF of 1 page; the text of the first 1:\n\n```\nQuarterly figures"),
        ("z.zip", zipped(**{"in/a.txt": b"x" * 2048}), "is a zip file with 1 member, 2.0 KiB unpacked"),
        ("t.tar", tarred("one.txt", "two.txt"), "is a tar file with 2 members"),
        ("t.tar.gz", gzip.compress(tarred("one.txt", "two.txt")), "is a tar file with 2 members"),
        ("x.npy", saved(lambda f: np.save(f, SIX)), "(2, 3) and type float64. Its first values in memory order: 0, 1, 2"),
        ("o.npy", saved(lambda f: np.save(f, np.array([{}], object))), "pickled Python objects, which are not loaded"),
        ("x.npz", saved(lambda f: np.savez(f, weights=np.zeros((4, 5)))), "| weights | 4×5 | float64 |"),
        ("w.safetensors", struct.pack("<Q", len(SAFETENSORS)) + SAFETENSORS + b"\0" * 24, "holds 1 tensor with 6 values"),
        ("plain.pkl", pickle.dumps({"a": [1, 2]}), "a Python pickle of plain values"),
    ],
    ids=label,
)  # fmt: skip
def test_every_kind_is_shown(preview: Preview, key: str, data: bytes | str, said: str) -> None:
    shown(preview(key, data), key, said)


def shown(result: ToolResult, key: str, said: str) -> None:
    assert result.status == "ok"
    assert said in result.content
    assert f"`box/{key}`" in result.content.splitlines()[0]


@cache
def models() -> dict[str, bytes]:
    """Saved models of scikit-learn, which takes longer to import than all the rest here."""
    import joblib
    from sklearn.linear_model import LogisticRegression

    fitted = LogisticRegression().fit([[0], [1]], [0, 1])
    return {
        "m.pkl": pickle.dumps(LogisticRegression()),
        "m.joblib": saved(lambda f: joblib.dump(fitted, f)),
        "z.joblib": zlib.compress(pickle.dumps(LogisticRegression())),
        "p0.pkl": pickle.dumps(LogisticRegression, protocol=0),
    }


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("m.pkl", "is a Python pickle of `sklearn.linear_model._logistic.LogisticRegression`"),
        ("m.joblib", "`sklearn.linear_model._logistic.LogisticRegression`"),
        ("z.joblib", "is a Python pickle of `sklearn"),
        ("p0.pkl", "is a Python pickle of `sklearn"),
    ],
)
def test_the_class_of_a_model_is_shown(preview: Preview, key: str, said: str) -> None:
    shown(preview(key, models()[key]), key, said)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF"])
def test_images_are_drawn(preview: Preview, kind: str) -> None:
    result = preview(f"i.{kind.lower()}", picture(kind))
    assert f"is a {kind} image of 20 × 10 pixels" in result.content
    (drawn,) = result.artifacts
    assert drawn.data["media_type"].startswith("image/")
    assert Image.open(io.BytesIO(base64.b64decode(drawn.data["base64"]))).size == (20, 10)


def test_large_images_are_made_smaller(preview: Preview) -> None:
    (drawn,) = preview("large.bmp", picture("BMP", 1500, 900)).artifacts
    shown = Image.open(io.BytesIO(base64.b64decode(drawn.data["base64"])))
    assert max(shown.size) == 1024


class Evil:
    def __reduce__(self) -> Any:
        return subprocess.call, (["touch", "/tmp/never"],)


def test_a_hostile_pickle_is_told_and_not_loaded(preview: Preview, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: Any, **__: Any) -> None:
        raise AssertionError("a pickle was loaded")

    data = pickle.dumps(Evil())
    for name in ("load", "loads", "Unpickler"):
        monkeypatch.setattr(pickle, name, never)
    result = preview("evil.pkl", data)
    assert "**Do not load it**: it calls `subprocess.call`" in result.content


@pytest.mark.parametrize(
    ("key", "data", "code"),
    [
        ("bad.parquet", b"PAR1" + b"\1" * 500 + b"PAR1", ErrorCode.INVALID_ARGUMENT),
        ("bad.arrow", b"ARROW1\0\0" + b"\1" * 50, ErrorCode.INVALID_ARGUMENT),
        ("bad.png", picture("PNG")[:60], ErrorCode.INVALID_ARGUMENT),
        ("bad.pdf", b"%PDF-1.4\nnothing", ErrorCode.INVALID_ARGUMENT),
        ("bad.zip", b"PK\x03\x04" + b"\0" * 80, ErrorCode.INVALID_ARGUMENT),
        ("bad.gz", b"\x1f\x8b\x08\0\0\0\0\0\0\xff\xff\xff", ErrorCode.INVALID_ARGUMENT),
        ("bad.npy", b"\x93NUMPY\x01\0\x10\0{'descr': 1}\n   ", ErrorCode.INVALID_ARGUMENT),
        ("bad.tar", b"a" * 257 + b"ustar" + b"b" * 400, ErrorCode.INVALID_ARGUMENT),
        ("locked.pdf", pdf("Secret", password="hush"), ErrorCode.UNSUPPORTED),
        ("twice.gz", gzip.compress(gzip.compress(b"x")), ErrorCode.UNSUPPORTED),
        ("m.h5", b"\x89HDF\r\n\x1a\n" + b"\0" * 50, ErrorCode.UNSUPPORTED),
        ("inside.gz", gzip.compress(arrow_file() + b"\0" * 10)[:150], ErrorCode.UNSUPPORTED),
    ],
    ids=label,
)
def test_what_is_damaged_or_closed_is_told(preview: Preview, key: str, data: bytes, code: ErrorCode) -> None:
    result = preview(key, data)
    assert result.code is code
    assert f"`box/{key}`" in result.content or f"`{key.removesuffix('.gz')}`" in result.content


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress, zlib.compress])
def test_bombs_do_not_unpack(preview: Preview, pack: Callable[[bytes], bytes]) -> None:
    """64 MiB of zeros in a few KiB: what is shown comes from the first 256 KiB."""
    result = preview("bomb.txt.gz", pack(b"\0" * (61 << 18)))
    assert result.code in (ErrorCode.UNSUPPORTED, None)
    lines = preview("lines.txt.gz", pack(b"line of text\n" * (1 << 18)))
    assert lines.content.count("line of text") == 20


def test_deep_json(preview: Preview) -> None:
    for text in ("[" * 10_000 + "]" * 10_000, '{"a":' * 10_000 + "1" + "}" * 10_000):
        assert "nested too deep" in preview("deep.json", text).content
    assert preview("deep.jsonl", "[" * 10_000 + "]" * 10_000).status == "ok"


def test_a_long_list_of_records(preview: Preview) -> None:
    result = preview("long.json", json.dumps([{"n": i, "t": "x" * 50} for i in range(20_000)]))
    assert result.content.startswith("First 5 rows of `box/long.json`")
    assert result.artifacts[0].data["rows"][:2] == [[0, "x" * 50], [1, "x" * 50]]


def test_utf16_with_and_without_a_mark(preview: Preview) -> None:
    for encoding in ("utf-16", "utf-16-le", "utf-16-be", "utf-32"):
        result = preview(f"{encoding}.csv", "näme,b\n1,2\n3,4\n".encode(encoding))
        assert result.artifacts[0].data["columns"][1] == "b"


def test_a_huge_table_is_read_by_its_beginning(preview: Preview, store: Counting, tmp_path: Path) -> None:
    """5 GB that lie on no disk: the file is a hole behind its first line."""
    path = tmp_path / "store" / "box" / "huge.csv"
    preview("huge.csv", "a,b\n" + "1,2\n" * 100_000)
    with path.open("r+b") as file:
        file.truncate(5_000_000_000)
    store.bytes_read = 0
    result = answer("minio", "preview_object", services(store), bucket="box", key="huge.csv")
    assert result.content.startswith("First 5 rows of `box/huge.csv` (4.7 GiB")
    assert store.bytes_read <= HEAD


@st.deferred
def samples() -> st.SearchStrategy[bytes]:
    files = [arrow_file(), zipped(a=b"x" * 99), tarred("a"), picture("PNG"), picture("JPEG"), pdf("x"), models()["m.pkl"],
             saved(lambda f: np.save(f, np.arange(5))), gzip.compress(CSV.encode()), CSV.encode(), b'[{"a": 1}]']  # fmt: skip
    return st.sampled_from(files)


@example(b"\x93NUMPY\x01\x00\x04\x00{(\x00\n", [], "npy")
@given(
    samples | st.binary(min_size=1, max_size=400),
    st.lists(st.tuples(st.integers(0, 2000), st.binary(min_size=1, max_size=6)), max_size=4),
    st.sampled_from(
        ["csv", "tsv", "json", "jsonl", "parquet", "arrow", "pkl", "npy", "npz", "pdf", "png", "zip", "tar", "gz", "txt", "bin"]
    ),
)
@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_lies_there_is_shown_or_refused(preview: Preview, data: bytes, changes: list[tuple[int, bytes]], ending: str) -> None:
    raw = bytearray(data)
    for place, value in changes:
        raw[place % len(raw) : place % len(raw) + len(value)] = value
    result = preview(f"any.{ending}", bytes(raw))
    assert result.code in (None, ErrorCode.INVALID_ARGUMENT, ErrorCode.UNSUPPORTED), result.content
