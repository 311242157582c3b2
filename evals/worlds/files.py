"""Small real files of every kind that worlds name: tables, documents, models, pictures, compiled pipelines."""

import io
import json
import pickle
import random
import struct
import zlib
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from pathlib import PurePosixPath
from typing import Any

from tools.names import normal

ROWS = 60
_GROUPS = ["north", "south", "east", "west"]
_SYNONYMS = {"pickle": "pkl", "joblib": "pkl", "yml": "yaml", "jpeg": "png", "jpg": "png", "markdown": "md", "text": "txt", "log": "txt"}


def content(name: str, kind: str = "") -> bytes:
    """The bytes of a file: of the kind that is said or that its ending says, the same each time, different for each name."""
    ending = PurePosixPath(name).suffix.removeprefix(".").lower()
    chosen = (kind or ending).lower()
    return _MAKERS.get(_SYNONYMS.get(chosen, chosen), _binary)(name)


def document(name: str) -> bytes:
    """A short text about what its name says, for the knowledge."""
    topic = normal(PurePosixPath(name).stem) or "this"
    return _pdf(_paragraphs(topic)) if name.lower().endswith(".pdf") else _markdown(topic).encode()


def _random(name: str) -> random.Random:
    return random.Random(name)  # noqa: S311 - sample data


def _rows(name: str) -> list[dict[str, Any]]:
    """A table with numbers, groups, days and some missing values."""
    source = _random(name)
    first = date(2024, 1, 1)
    return [
        {
            "id": number + 1,
            "day": (first + timedelta(days=number)).isoformat(),
            "region": source.choice(_GROUPS),
            "amount": None if source.random() < 0.08 else round(source.gauss(100, 25), 2),
            "count": source.randrange(1, 40),
            "label": source.choice([0, 1]),
        }
        for number in range(ROWS)
    ]


def _csv(name: str) -> bytes:
    rows = _rows(name)
    lines = [",".join(rows[0]), *(",".join("" if v is None else str(v) for v in row.values()) for row in rows)]
    return ("\n".join(lines) + "\n").encode()


def _parquet(name: str) -> bytes:
    import pyarrow
    import pyarrow.parquet

    buffer = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(_rows(name)), buffer)
    return buffer.getvalue()


def _json(name: str) -> bytes:
    told = {"name": name, "version": 3, "owner": "ml-team", "columns": list(_rows(name)[0]), "passed": 57, "failed": 3}
    return json.dumps(told, indent=2, ensure_ascii=False).encode()


def _jsonl(name: str) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in _rows(name)).encode()


def _yaml(name: str) -> bytes:
    return f"name: {json.dumps(name, ensure_ascii=False)}\nversion: 3\nowner: ml-team\nfeatures:\n  - amount\n  - region\n".encode()


def _pkl(name: str) -> bytes:
    return pickle.dumps({"name": name, "weights": [round(_random(name).random(), 3) for _ in range(20)]})


def _txt(name: str) -> bytes:
    return f"{name}\n\nKept by the ML team. Ask before you change anything here.\n".encode()


def _md(name: str) -> bytes:
    return _markdown(normal(PurePosixPath(name).stem) or name).encode()


def _html(name: str) -> bytes:
    return f"<!doctype html><title>{name}</title><h1>{name}</h1><p>57 checks passed, 3 failed.</p>".encode()


def _png(name: str) -> bytes:
    """A square of one colour."""
    side, colour = 16, bytes(_random(name).randrange(256) for _ in range(3))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    pixels = zlib.compress((b"\0" + colour * side) * side)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def _pdf_file(name: str) -> bytes:
    return _pdf(_paragraphs(normal(PurePosixPath(name).stem) or name))


def _binary(name: str) -> bytes:
    return _random(name).randbytes(256)


def _paragraphs(topic: str) -> list[str]:
    return [
        topic.capitalize(),
        f"These are the notes of our team on {topic}.",
        f"Who is responsible for {topic}: the platform team. Questions go to its channel.",
        f"The rules on {topic} are reviewed every quarter.",
    ]


def _markdown(topic: str) -> str:
    title, *rest = _paragraphs(topic)
    return f"# {title}\n\n" + "\n\n".join(rest) + "\n"


def _pdf(lines: list[str]) -> bytes:
    """One page of text."""
    shown = " ".join(f"({_escaped(line)}) Tj 0 -16 Td" for line in lines)
    stream = f"BT /F1 11 Tf 40 740 Td {shown} ET".encode("latin-1", "replace")
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    body, places = b"%PDF-1.4\n", []
    for number, entry in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj%s endobj\n" % (number, entry)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    index = b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table)
    return body + index + b"trailer<</Root 1 0 R/Size %d>>\nstartxref\n%d\n%%%%EOF" % (size, len(body))


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


def _tsv(name: str) -> bytes:
    return _csv(name).replace(b",", b"\t")


@cache
def _npy() -> bytes:
    import numpy as np

    buffer = io.BytesIO()
    np.save(buffer, np.arange(12.0).reshape(3, 4))
    return buffer.getvalue()


_MAKERS: dict[str, Callable[[str], bytes]] = {
    "csv": _csv,
    "tsv": _tsv,
    "parquet": _parquet,
    "json": _json,
    "jsonl": _jsonl,
    "yaml": _yaml,
    "pkl": _pkl,
    "pdf": _pdf_file,
    "txt": _txt,
    "md": _md,
    "html": _html,
    "png": _png,
    "npy": lambda _: _npy(),
}
