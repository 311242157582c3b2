"""Word files (.docx): headings, paragraphs, lists and tables as Markdown, by way of HTML."""

import io
import zipfile

from knowledge.formats import html
from knowledge.markdown import Page

MAX_UNPACKED = 200 * 2**20
"""Bytes that the parts of a file may have when unpacked: a small file can hold endless zeros."""
_STYLES = """
p[style-name='Title'] => h1:fresh
p[style-name='Subtitle'] => p:fresh
p[style-name='Code'] => pre:separator('\\n')
p[style-name='Source Code'] => pre:separator('\\n')
p[style-name='HTML Preformatted'] => pre:separator('\\n')
r[style-name='HTML Code'] => code
"""


def read(data: bytes) -> Page:
    """Text of the document. Raises `ValueError` when it is no Word file, is protected, or unpacks to too much."""
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise ValueError("it is protected by a password or in the old Word format; save it as .docx without one")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(part.file_size for part in archive.infolist()) > MAX_UNPACKED:
                raise ValueError(f"it unpacks to more than {MAX_UNPACKED // 2**20} MiB")
            if "word/document.xml" not in archive.namelist():
                raise ValueError("it is not a Word file")
    except zipfile.BadZipFile:
        raise ValueError("it is not a Word file") from None
    import mammoth

    try:
        made = mammoth.convert_to_html(io.BytesIO(data), style_map=_STYLES, convert_image=lambda _: [])
    except Exception as error:  # noqa: BLE001 - the parser raises whatever a broken file leads it to
        raise ValueError(f"the Word file cannot be parsed: {error or type(error).__name__}") from None
    return html.read(made.value)
