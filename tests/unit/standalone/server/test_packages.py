import gzip
import io
import json
import tarfile
import zipfile

import pytest
import yaml

from standalone.server.errors import InvalidArgumentError
from standalone.server.packages import MAX_SPEC_BYTES, parse_document, read_package

SPEC = {"pipelineInfo": {"name": "tiny"}, "root": {"dag": {"tasks": {}}}, "schemaVersion": "2.1.0"}
TEXT = yaml.safe_dump(SPEC).encode()
PLATFORM = {"platforms": {"kubernetes": {}}}


def zipped(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def tarred(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


def label(value: object) -> str:
    """The bytes of archives hold the time, which must not get into the name of a test."""
    return value if isinstance(value, str) else "data"


@pytest.mark.parametrize(
    "data",
    [
        TEXT,
        json.dumps(SPEC).encode(),
        b"\xef\xbb\xbf" + TEXT,
        zipped({"pipeline.yaml": TEXT, "notes.txt": b"hi"}),
        zipped({"deep/down/p.yml": TEXT}),
        tarred({"pipeline.yaml": TEXT}),
        tarred({"a.json": json.dumps(SPEC).encode(), "data.bin": bytes(10)}),
    ],
    ids=label,
)
def test_every_form_of_package_is_read(data):
    document = read_package(data)
    assert (document.name, document.pipeline_spec, document.platform_spec) == ("tiny", SPEC, None)
    assert document.to_json() == SPEC


def test_a_second_document_is_the_platform_part():
    document = read_package(TEXT + b"---\n" + yaml.safe_dump(PLATFORM).encode())
    assert document.platform_spec == PLATFORM
    assert parse_document(document.to_json()) == document


BOMB = b"a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\n"
LINK = tarfile.TarInfo("pipeline.yaml")
LINK.type, LINK.linkname = tarfile.SYMTYPE, "/etc/passwd"


def tar_with_link() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        archive.addfile(LINK)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "documents"),
        (b"\x00\x01", "not valid YAML"),
        (b"\xff\xfe\xff", "not valid YAML"),
        (b"a: [", "not valid YAML"),
        (b"just text", "object"),
        (b"- 1", "object"),
        (b"a: 1", "pipelineInfo"),
        (b"pipelineInfo: {name: 3}\nroot: {}", "pipelineInfo"),
        (TEXT + b"when: 2020-01-01", "plain JSON"),
        (TEXT + b"much: .inf", "plain JSON"),
        (TEXT + b"1: number as key", "plain JSON"),
        (TEXT + b'half: "\\ud800"', "YAML"),
        (TEXT + b"---\n1\n", "object"),
        (TEXT * 1 + b"---\na: 1\n---\nb: 2\n", "3"),
        (BOMB, "aliases"),
        (b"[" * 200 + b"]" * 200, "nested"),
        (b"#" * (MAX_SPEC_BYTES + 1), "larger than 16 MB"),
        (zipped({}), "exactly one"),
        (zipped({"a.txt": b""}), "exactly one"),
        (zipped({"a.yaml": TEXT, "b.yaml": TEXT}), "holds 2"),
        (zipped({"a.yaml": b" " * (MAX_SPEC_BYTES + 1)}), "larger than 16 MB"),
        (zipped({"a.yaml": TEXT})[:-30], "cannot be read"),
        (tarred({"a.txt": b""}), "exactly one"),
        (tarred({"a.yaml": TEXT, "b.yaml": TEXT}), "holds 2"),
        (tarred({"a.yaml": TEXT})[:-30], "cannot be read"),
        (tar_with_link(), "exactly one"),
        (200 * gzip.compress(bytes(2**20)), "larger than 16 MB"),
        (gzip.compress(b"not a tar"), "cannot be read"),
    ],
    ids=label,
)
def test_anything_else_is_refused_with_the_reason(data, said):
    with pytest.raises(InvalidArgumentError, match=said):
        read_package(data)
