"""Which kind of object this is: by its bytes first, by the ending of its name second."""

import re
import struct

from tools.minio.formats.content import Content

_MAGIC = (
    (b"PAR1", "parquet"), (b"ARROW1", "arrow"), (b"\xff\xff\xff\xff", "arrow_stream"), (b"%PDF-", "pdf"), (b"\x89PNG\r\n\x1a\n", "image"),
    (b"\xff\xd8\xff", "image"), (b"GIF87a", "image"), (b"GIF89a", "image"), (b"PK\x03\x04", "zip"), (b"PK\x05\x06", "zip"),
    (b"\x1f\x8b", "gzip"), (b"BZh", "bzip2"), (b"\xfd7zXZ\0", "xz"), (b"\x93NUMPY", "npy"), (b"\x89HDF\r\n\x1a\n", "HDF5"),
    (b"SQLite format 3\0", "SQLite"), (b"ORC", "ORC"), (b"Obj\x01", "Avro"), (b"GGUF", "GGUF"), (b"\x28\xb5\x2f\xfd", "Zstandard"),
    (b"7z\xbc\xaf\x27\x1c", "7-Zip"), (b"\x7fELF", "ELF program"), (b"MZ", "Windows program"), (b"II*\0", "image"), (b"MM\0*", "image"),
)  # fmt: skip
"""First bytes; kinds in capitals have no preview."""
_ENDINGS = {
    "csv": "table", "tsv": "table", "tab": "table", "psv": "table", "json": "json", "geojson": "json", "ipynb": "json",
    "jsonl": "json_lines", "ndjson": "json_lines", "pkl": "pickle", "pickle": "pickle", "joblib": "pickle", "parquet": "parquet",
    "pq": "parquet", "arrow": "arrow", "feather": "arrow", "npy": "npy", "npz": "zip", "pdf": "pdf", "zip": "zip",
}  # fmt: skip
_BINARY = frozenset({"parquet", "arrow", "npy", "pdf"})
"""Kinds whose first bytes must tell them; only the ending says so where the object is damaged."""
_PLAIN_PICKLE = re.compile(rb"^(?:\(|c[\w.]+\n[\w.]+\n|[\]}()][qp(])")


def kind_of(content: Content) -> str:
    """The kind: `table`, `json`, `json_lines`, `text`, `parquet`, `arrow`, `arrow_stream`, `pdf`, `image`, `zip`, `tar`, `gzip`, `bzip2`,
    `xz`, `zlib`, `npy`, `pickle`, `safetensors`; another name for a known kind without a preview; `binary` for an unknown one."""
    by_bytes = _by_bytes(content)
    if by_bytes:
        return by_bytes
    by_ending = _ENDINGS.get(content.ending, "")
    if content.text is None:
        return by_ending if by_ending in _BINARY or by_ending == "zip" else "binary"
    if by_ending == "pickle":
        return "pickle" if _PLAIN_PICKLE.match(content.head) else "text"
    if by_ending in ("table", "json", "json_lines") or by_ending in _BINARY:
        return by_ending
    return "text" if content.ending else _by_text(content.text)


def _by_bytes(content: Content) -> str:
    head = content.head
    for magic, kind in _MAGIC:
        if head.startswith(magic) and not (kind in ("Windows program", "ORC") and content.text is not None):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image"
    if head[:2] == b"BM" and content.text is None and len(head) > 6 and struct.unpack("<I", head[2:6])[0] == (content.size or 0):
        return "image"
    if head[257:262] == b"ustar":
        return "tar"
    if len(head) > 2 and head[0] == 0x80 and 2 <= head[1] <= 5:
        return "pickle"
    if len(head) > 9 and head[8:9] == b"{" and 2 <= struct.unpack("<Q", head[:8])[0] <= 100_000_000:
        return "safetensors"
    if head[:1] == b"\x78" and len(head) > 2 and (head[0] * 256 + head[1]) % 31 == 0 and content.text is None:
        return "zlib"
    return ""


def _by_text(text: str) -> str:
    """Kinds of text that tell themselves, for names without an ending."""
    lines = [line for line in text.split("\n", 20)[:20] if line.strip()]
    if lines and all(line.startswith("{") and line.rstrip().endswith("}") for line in lines) and len(lines) > 1:
        return "json_lines"
    if text.lstrip()[:1] in ("{", "["):
        return "json"
    for delimiter in ",\t;|":
        counts = {line.count(delimiter) for line in lines}
        if len(lines) > 2 and len(counts) == 1 and counts != {0}:
            return "table"
    return "text"
