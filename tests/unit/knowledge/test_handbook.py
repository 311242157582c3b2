"""The bundled handbook: every page is well formed, and its Python blocks hold with the installed packages."""

import ast
import inspect
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from kfp import Client
from minio import Minio

from knowledge.chunking import chunks
from knowledge.documents import load
from knowledge.knowledge import HANDBOOK
from knowledge.markdown import outline
from knowledge.origins.files import file_item

PAGES = sorted(HANDBOOK.glob("*.md"))
MADE = sorted(HANDBOOK.glob("assistant-tools-*.md"))
"""Made from the code; as long as there are tools."""
BLOCK = re.compile(r"^(<!-- run -->\n)?```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)

RUNNER = """
import os, runpy, sys, tempfile, traceback
failed = []
for page in sys.argv[1:]:
    os.chdir(tempfile.mkdtemp(dir=os.environ["TMPDIR"]))
    try:
        runpy.run_path(page, run_name="__page__")
    except BaseException:
        failed.append(os.path.basename(page) + "\\n" + traceback.format_exc())
sys.exit("\\n".join(failed) or 0)
"""


def blocks(page: Path, marked: bool) -> list[str]:
    return [code for mark, code in BLOCK.findall(page.read_text()) if bool(mark) == marked]


def test_there_are_pages() -> None:
    assert len(PAGES) >= 40


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_page_is_well_formed(page: Path) -> None:
    text = page.read_text()
    document = load(file_item(page, HANDBOOK), page.read_bytes(), page.name)
    assert len(text.splitlines()) >= 60 and (page in MADE or len(text.splitlines()) <= 150)
    assert re.match(r"---\ntitle: \S.*\n---\n", text)
    assert len(outline(document.text)) >= 5
    assert all(chunk.text.count("```") % 2 == 0 for chunk in chunks(document)), "a code block was cut"


def test_titles_are_unique() -> None:
    titles = [load(file_item(page, HANDBOOK), page.read_bytes(), page.name).title for page in PAGES]
    assert len(set(titles)) == len(titles)


def test_pages_named_in_quotes_exist() -> None:
    titles = {load(file_item(page, HANDBOOK), page.read_bytes(), page.name).title for page in PAGES}
    for page in PAGES:
        for named in re.findall(r"[Ss]ee(?: the page)?\s+\"([^\"]+)\"", page.read_text()):
            wanted = " ".join(named.rstrip(".").split())
            assert any(title.startswith(wanted) for title in titles), f"{page.name} refers to {wanted!r}"


def test_marked_blocks_run(tmp_path: Path) -> None:
    files = []
    for page in PAGES:
        code = blocks(page, marked=True)
        if code:
            file = tmp_path / f"{page.stem.replace('-', '_')}.py"
            file.write_text("\n\n".join(code))
            files.append(str(file))
    environment = os.environ | {"TMPDIR": str(tmp_path), "PYTHONWARNINGS": "ignore"}
    result = subprocess.run(
        [sys.executable, "-c", RUNNER, *files], capture_output=True, text=True, env=environment, timeout=120, check=False
    )
    assert len(files) >= 10
    assert result.returncode == 0, result.stderr[-4000:]


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page, marked=False)], ids=lambda page: page.stem)
def test_other_blocks_parse_and_call_the_clients_as_they_are(page: Path) -> None:
    client = Minio if page.stem.startswith("minio") else Client
    for code in blocks(page, marked=False):
        for call in ast.walk(ast.parse(code)):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and ast.unparse(call.func.value) == "client":
                signature = inspect.signature(getattr(client, call.func.attr))
                signature.bind(None, *call.args, **{keyword.arg: keyword.value for keyword in call.keywords if keyword.arg})
