"""Local files: only below the folders that are open."""

from pathlib import Path

import pytest

from tests.unit.tools.calling import code_of, refusal
from tools.files import LocalFiles
from tools.result import ErrorCode


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An open folder with a file, beside a closed one with a secret."""
    for name in ("open", "closed"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "data.csv").write_text(name)
    return tmp_path / "open"


def test_relative_and_absolute_paths_inside(folder: Path) -> None:
    files = LocalFiles([folder])
    assert files.readable("data.csv") == files.readable(str(folder / "data.csv")) == folder / "data.csv"
    assert files.readable("./sub/../data.csv") == folder / "data.csv"
    assert files.writable("new/report.html") == folder / "new/report.html"


def test_every_open_folder_is_looked_into_in_order(folder: Path) -> None:
    (folder.parent / "second").mkdir()
    (folder.parent / "second" / "only-here.csv").write_text("x")
    files = LocalFiles([folder, folder.parent / "second"])
    assert files.readable("only-here.csv").parent.name == "second"
    assert files.writable("only-here.csv").parent == folder


@pytest.mark.parametrize("path", ["../closed/data.csv", "sub/../../closed/data.csv", "/etc/passwd", "~/x", ".."])
def test_escapes_are_refused(folder: Path, path: str) -> None:
    files = LocalFiles([folder])
    assert code_of(files.readable, path) is ErrorCode.PERMISSION_DENIED
    error = refusal(files.writable, path)
    assert error.code is ErrorCode.PERMISSION_DENIED
    assert str(folder) in error.message
    assert "SWARM_FILES" in error.message


def test_links_that_lead_out_are_refused(folder: Path) -> None:
    (folder / "file").symlink_to(folder.parent / "closed" / "data.csv")
    (folder / "way").symlink_to(folder.parent / "closed")
    files = LocalFiles([folder])
    for path in ("file", "way/data.csv", "way/new.csv"):
        assert code_of(files.readable, path) is ErrorCode.PERMISSION_DENIED
        assert code_of(files.writable, path) is ErrorCode.PERMISSION_DENIED


def test_a_sibling_whose_name_begins_alike_is_outside(folder: Path) -> None:
    (folder.parent / "open-not").mkdir()
    assert code_of(LocalFiles([folder]).readable, "../open-not") is ErrorCode.PERMISSION_DENIED


@pytest.mark.parametrize("path", ["a\0b", "~nobody-by-this-name/x", "loop", "x" * 300])
def test_paths_that_cannot_be(folder: Path, path: str) -> None:
    (folder / "loop").symlink_to(folder / "loop")
    assert code_of(LocalFiles([folder]).readable, path) in (ErrorCode.INVALID_ARGUMENT, ErrorCode.NOT_FOUND)


def test_a_missing_file_is_named_with_those_like_it(folder: Path) -> None:
    error = refusal(LocalFiles([folder]).readable, "date.csv")
    assert (error.code, error.names) == (ErrorCode.NOT_FOUND, ["data.csv"])
    assert "`date.csv`" in error.message
