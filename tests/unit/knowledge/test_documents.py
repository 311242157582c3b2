"""Which files a path means, and what one file holds as Markdown."""

import io
import json
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfWriter

from knowledge.chunk import Document
from knowledge.documents import load
from knowledge.formats import word
from knowledge.origins import selection
from knowledge.origins.files import file_item, select_files
from knowledge.origins.selection import KINDS, EmptyDocumentError, Item, UnreadableDocumentError


def loaded(folder: Path, name: str, content: str | bytes) -> Document:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    item = file_item(file, folder)
    return load(item, item.read(), name)


def selected(path: str, root: Path) -> list[str]:
    return [item.uri.removeprefix(f"{root.as_uri()}/") for item in select_files(path).items]


def test_a_folder_means_its_documents_without_hidden_dependency_and_foreign_files(tmp_path: Path) -> None:
    outside = tmp_path / "outside.md"
    outside.write_text("secret")
    root = tmp_path / "docs"
    for name in ("a.md", "b/c.txt", ".git/d.md", "node_modules/e.md", ".hidden.md", "data.csv"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("text")
    (root / "link.md").symlink_to(outside)
    assert selected(str(root), root) == ["a.md", "b/c.txt"]


def test_a_pattern_means_what_it_matches(tmp_path: Path) -> None:
    for name in ("a.md", "b/c.md", "b/d.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("text")
    assert selected(f"{tmp_path}/**/*.md", tmp_path) == ["a.md", "b/c.md"]
    with pytest.raises(UnreadableDocumentError, match=r"No readable file matches"):
        select_files(f"{tmp_path}/*.rst")


def test_a_path_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnreadableDocumentError, match="no file or folder"):
        select_files(str(tmp_path / "missing.md"))


def test_far_too_many_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(4):
        (tmp_path / f"{n}.md").write_text("text")
    monkeypatch.setattr(selection, "MAX_ITEMS", 3)
    for path in (tmp_path, f"{tmp_path}/*.md"):
        with pytest.raises(UnreadableDocumentError, match="more than 3 documents"):
            select_files(str(path))


def test_titles_come_from_front_matter_heading_or_file_name(tmp_path: Path) -> None:
    assert loaded(tmp_path, "a.md", "---\ntitle: Given\n---\n# Other").title == "Given"
    assert loaded(tmp_path, "b.md", "# Heading\n\ntext").title == "Heading"
    assert loaded(tmp_path, "core-functions.md", "text").title == "Core functions"
    assert loaded(tmp_path, "user-guide/index.md", "text").title == "User guide"
    assert loaded(tmp_path, "user-guide/index.md", "text").folders == ("User guide",)


def test_pages_in_legacy_folders_are_marked(tmp_path: Path) -> None:
    assert loaded(tmp_path, "legacy-v1/a.md", "text").legacy
    assert not loaded(tmp_path, "guides/a.md", "text").legacy


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.md", b"caf\xe9", "byte 4 is not UTF-8"),
        ("a.txt", b"ab\0cd", "binary"),
        ("a.csv", b"a,b", "are not read"),
        ("a.ipynb", b"{}", "not a Jupyter notebook"),
        ("a.py", b"def broken(:", "line 1"),
        ("a.pdf", b"%PDF-1.4 nonsense", "PDF"),
    ],
)
def test_unreadable_files_say_why(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    with pytest.raises(UnreadableDocumentError, match=reason):
        loaded(tmp_path, name, content)


def test_empty_files_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(EmptyDocumentError):
        loaded(tmp_path, "a.md", "---\ntitle: Only a title\n---\n")


def test_files_over_the_limit_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selection, "MAX_BYTES", 10)
    with pytest.raises(UnreadableDocumentError, match="over the limit"):
        loaded(tmp_path, "a.md", "eleven bytes")


def test_byte_order_marks_and_windows_line_ends_do_not_matter(tmp_path: Path) -> None:
    assert loaded(tmp_path, "a.txt", b"\xef\xbb\xbfone\r\ntwo").text == "one\ntwo"
    assert loaded(tmp_path, "b.txt", "gr\u00fcn".encode("utf-16")).text == "gr\u00fcn"


def test_html_keeps_the_main_text(tmp_path: Path) -> None:
    page = loaded(
        tmp_path,
        "a.html",
        "<html><head><title>My page</title></head><body><nav>menu</nav><main><h1>My page</h1>"
        "<p>Some <b>bold</b> &amp; <code>code()</code>."
        "<pre>line 1\n  line 2</pre><ul><li>one<li>two</ul><table><tr><th>a<th>b</tr><tr><td>1<td>2</table></main>"
        "<script>x</script></body>",
    )
    assert page.title == "My page"
    assert "menu" not in page.text
    assert "Some bold & `code()`." in page.text
    assert "```\nline 1\n  line 2\n```" in page.text
    assert "- one\n- two" in page.text
    assert "| a | b |\n|---|---|\n| 1 | 2 |" in page.text


RST = """Guide
=====

Intro with :class:`~kfp.Client` and ``code``.

Steps
-----

Run::

    mc ls local

.. note:: Mind the gap.

.. code-block:: python

   print(1)

.. image:: x.png
   :alt: picture

The end.
"""


def test_restructuredtext_becomes_markdown_line_for_line(tmp_path: Path) -> None:
    page = loaded(tmp_path, "a.rst", RST)
    assert page.title == "Guide"
    assert len(page.text.split("\n")) == len(RST.split("\n"))
    assert page.text.split("\n")[5] == "## Steps"
    assert "Intro with `kfp.Client` and `code`." in page.text
    assert "```\n    mc ls local\n```" in page.text
    assert "```python" in page.text
    assert "**Note:** Mind the gap." in page.text
    assert "picture" not in page.text


def test_notebooks_python_and_yaml(tmp_path: Path) -> None:
    cells = [{"cell_type": "markdown", "source": ["# Notes\n", "text"]}, {"cell_type": "code", "source": "x = 1", "outputs": []}]
    notebook = loaded(tmp_path, "a.ipynb", json.dumps({"cells": cells}))
    assert (notebook.title, notebook.text) == ("Notes", "# Notes\ntext\n\n```python\nx = 1\n```")
    module = loaded(
        tmp_path, "tool.py", '"""A tool."""\n\nclass A:\n    """Does a."""\n\n    def run(self, x: int = 1):\n        """Runs."""\n'
    )
    assert module.title == "tool"
    assert "## A\n" in module.text
    assert "`A.run(self, x: int=1)`\n\nRuns." in module.text
    manifest = loaded(tmp_path, "m.yaml", "# comment\nkind: Secret\nmetadata:\n  name: s1\n---\n{{ template }}: [\n")
    assert "## Secret s1\n\n```yaml\n# comment\nkind: Secret" in manifest.text
    assert "{{ template }}" in manifest.text


def test_a_pdf_without_text_and_one_with_a_password(tmp_path: Path) -> None:
    for algorithm, reason in (("", "no text"), ("RC4-128", "password"), ("AES-256", "password")):
        writer = PdfWriter()
        writer.add_blank_page(100, 100)
        if algorithm:
            writer.encrypt("secret", algorithm=algorithm)
        file = tmp_path / f"report{algorithm}.pdf"
        with file.open("wb") as target:
            writer.write(target)
        with pytest.raises(UnreadableDocumentError, match=reason):
            loaded(tmp_path, file.name, file.read_bytes())


def test_a_pdf_with_text(tmp_path: Path) -> None:
    content = b"BT /F1 12 Tf 10 50 Td (Hello drift) Tj ET"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    body = b"%PDF-1.4\n" + b"".join(b"%d 0 obj%s endobj\n" % (n, entry) for n, entry in enumerate(objects, 1))
    page = loaded(tmp_path, "report.pdf", body + b"trailer<</Root 1 0 R/Size 6>>\nstartxref\n0\n%%EOF")
    assert page.title == "Report"
    assert page.text == "## Page 1\n\nHello drift"


def docx(*paragraphs: tuple[str, str], table: list[list[str]] | None = None) -> bytes:
    """A Word file as Word itself packs it, reduced to what carries text."""
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    body = "".join(f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>' for style, text in paragraphs)
    if table:
        cells = [[f"<w:tc><w:p><w:r><w:t>{cell}</w:t></w:r></w:p></w:tc>" for cell in row] for row in table]
        body += "<w:tbl>" + "".join(f"<w:tr>{''.join(row)}</w:tr>" for row in cells) + "</w:tbl>"
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="{key}"><w:name w:val="{name}"/></w:style>'
        for key, name in {"Title": "Title", "Heading1": "heading 1", "Code": "Code", "Normal": "Normal"}.items()
    )
    main = "application/vnd.openxmlformats-officedocument.wordprocessingml"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    files = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"><Default Extension="rels" '
        f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{main}.document.main+xml"/>'
        f'<Override PartName="/word/styles.xml" ContentType="{main}.styles+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" Type="{office}/officeDocument" '
        'Target="word/document.xml"/></Relationships>',
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
        f'Type="{office}/styles" Target="styles.xml"/></Relationships>',
        "word/document.xml": f"<w:document {space}><w:body>{body}</w:body></w:document>",
        "word/styles.xml": f"<w:styles {space}>{styles}</w:styles>",
    }
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()


def test_word_files_keep_headings_code_and_tables(tmp_path: Path) -> None:
    data = docx(
        ("Heading1", "Backups"),
        ("Normal", "Kept for 30 days."),
        ("Code", "mc mirror a b"),
        ("Code", "mc ls b"),
        table=[["name", "days"], ["daily", "30"]],
    )
    page = loaded(tmp_path, "backup-plan.docx", data)
    assert page.title == "Backups"
    assert "# Backups" in page.text
    assert "Kept for 30 days." in page.text
    assert "```\nmc mirror a b\nmc ls b\n```" in page.text
    assert "| daily | 30 |" in page.text


def test_word_files_that_are_none_say_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empty = io.BytesIO()
    zipfile.ZipFile(empty, "w").close()
    for data, reason in (
        (b"plain text", "not a Word file"),
        (empty.getvalue(), "not a Word file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100), "protected by a password or in the old Word format"),
        (docx(("Normal", "text"))[:-200], "not a Word file"),
    ):
        with pytest.raises(UnreadableDocumentError, match=reason):
            loaded(tmp_path, "a.docx", data)
    monkeypatch.setattr(word, "MAX_UNPACKED", 100)
    with pytest.raises(UnreadableDocumentError, match="unpacks to more than"):
        loaded(tmp_path, "bomb.docx", docx(("Normal", "x" * 10_000)))


def test_a_pdf_of_200_mb_is_refused_without_being_read(tmp_path: Path) -> None:
    file = tmp_path / "scan.pdf"
    with file.open("wb") as target:
        target.write(b"%PDF-1.7")
        target.truncate(200 * 2**20)
    with pytest.raises(UnreadableDocumentError, match="200 MiB is over the limit of 20 MiB"):
        file_item(file, tmp_path).read()


def test_loops_of_links_end(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.md").write_text("text")
    (tmp_path / "docs" / "again").symlink_to(tmp_path / "docs", target_is_directory=True)
    (tmp_path / "docs" / "self.md").symlink_to(tmp_path / "docs" / "self.md")
    (tmp_path / "one").symlink_to(tmp_path / "two")
    (tmp_path / "two").symlink_to(tmp_path / "one")
    assert selected(str(tmp_path / "docs"), tmp_path) == ["docs/a.md"]
    assert len(selected(f"{tmp_path}/docs/**/*.md", tmp_path)) == 1
    with pytest.raises(UnreadableDocumentError, match="no usable path"):
        select_files(str(tmp_path / "one"))


def test_a_pattern_cannot_lead_out_of_its_folder(tmp_path: Path) -> None:
    (tmp_path / "secret.md").write_text("secret")
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "link.md").symlink_to(tmp_path / "secret.md")
    for pattern in ("docs/*.md", "docs/*/../../*.md"):
        with pytest.raises(UnreadableDocumentError, match="No readable file matches"):
            select_files(f"{tmp_path}/{pattern}")


def test_html_names_its_own_encoding(tmp_path: Path) -> None:
    assert loaded(tmp_path, "a.html", "<meta charset='iso-8859-1'><p>gr\u00fcn</p>".encode("latin-1")).text == "gr\u00fcn"


def test_comments_of_yaml_are_kept(tmp_path: Path) -> None:
    page = loaded(tmp_path, "a.yaml", "# how many workers\nworkers: 3  # at least 2\n")
    assert "# how many workers" in page.text
    assert "# at least 2" in page.text


@given(st.binary(max_size=300), st.sampled_from(sorted(KINDS)))
def test_any_bytes_are_a_document_or_a_clear_refusal(data: bytes, suffix: str) -> None:
    item = Item("file:///x", (f"x{suffix}",), 1, (), lambda: data)
    try:
        assert load(item, data, "x").text.strip()
    except UnreadableDocumentError as error:
        assert str(error)
