"""PDF files: the text of each page under a heading with its number."""

import io
import logging
import re

from knowledge.markdown import Page

_PROTECTED = "the PDF is protected by a password; save it without one"


def read(data: bytes) -> Page:
    """Text of all pages. Raises `ValueError` when the file is broken, encrypted, or only pictures of text."""
    from pypdf import PdfReader
    from pypdf.errors import DependencyError, FileNotDecryptedError

    logging.getLogger("pypdf").setLevel(logging.ERROR)
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise FileNotDecryptedError
        pages = [page.extract_text() for page in reader.pages]
        title = reader.metadata.title if reader.metadata else None
    except (DependencyError, FileNotDecryptedError):
        raise ValueError(_PROTECTED) from None
    except Exception as error:  # noqa: BLE001 - the parser raises whatever a broken file leads it to
        raise ValueError(f"the PDF cannot be parsed: {error or type(error).__name__}") from None
    if not any(page.strip() for page in pages):
        raise ValueError("the PDF holds no text, perhaps only scanned pages")
    parts = [f"## Page {n}\n\n{_plain(page)}" for n, page in enumerate(pages, 1) if page.strip()]
    return Page(title.strip() if title and title.strip() else None, "\n\n".join(parts), outdated=False)


def _plain(page: str) -> str:
    """Lines that look like Markdown headings are none in a PDF."""
    return re.sub(r"^(\s*)#", r"\1\\#", page.strip(), flags=re.MULTILINE)
