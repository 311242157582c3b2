"""Pictures and printed pages: images made small enough to be sent, the text of the first pages of a PDF."""

import base64
import io

from tools.markdown import count
from tools.minio.formats.content import Content
from tools.minio.formats.shown import Shown, text_shown
from tools.result import Artifact, ErrorCode, ToolError

MOST_BYTES = 1024 * 1024
"""Largest image that is shown as it is."""
SIDE = 1024
"""Pixels of the longer side of a larger one."""
MOST_PIXELS = 100_000_000
PAGES = 3
_MEDIA = {"PNG": "image/png", "JPEG": "image/jpeg", "GIF": "image/gif", "WEBP": "image/webp"}


def image(content: Content) -> Shown:
    """An image, made smaller where it is large."""
    from PIL import Image, UnidentifiedImageError

    try:
        stream = content.seekable()
        with Image.open(stream) as picture:
            kind, width, height = picture.format or "image", picture.width, picture.height
            if width * height > MOST_PIXELS:
                raise ToolError(
                    ErrorCode.UNSUPPORTED, f"{content.title} has {width:,} × {height:,} pixels, too many to be shown; download it."
                )
            if content.size is not None and content.size <= MOST_BYTES and kind in _MEDIA:
                picture.verify()
                stream.seek(0)
                media_type, data = _MEDIA[kind], stream.read()
            else:
                picture.thumbnail((SIDE, SIDE))
                sink = io.BytesIO()
                picture.convert("RGBA").save(sink, "PNG")
                media_type, data = "image/png", sink.getvalue()
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, OverflowError, Image.DecompressionBombError) as error:
        raise ToolError(ErrorCode.INVALID_ARGUMENT, f"{content.title} is no readable image: {str(error)[:200]}") from error
    drawn = Artifact(kind="image", title=content.name, data={"media_type": media_type, "base64": base64.b64encode(data).decode()})
    return Shown(f"{content.title} is a {kind} image of {width:,} × {height:,} pixels, shown beside this answer.", "", [drawn])


def pdf(content: Content) -> Shown:
    """The text of the first pages of a PDF."""
    from pypdf import PasswordType, PdfReader
    from pypdf.errors import PdfReadError, PyPdfError

    try:
        reader = PdfReader(content.seekable())
        if reader.is_encrypted and reader.decrypt("") is PasswordType.NOT_DECRYPTED:
            message = f"{content.title} is a PDF that a password protects; it cannot be shown."
            raise ToolError(ErrorCode.UNSUPPORTED, message)
        number = len(reader.pages)
        pages = [reader.pages[n].extract_text() for n in range(min(PAGES, number))]
    except (PyPdfError, PdfReadError, OSError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        raise ToolError(ErrorCode.INVALID_ARGUMENT, f"{content.title} is no readable PDF: {str(error)[:200]}") from error
    text = "\n\n".join(filter(None, (page.strip() for page in pages)))
    which = f"a PDF of {count(number, 'page')}"
    if not text:
        return Shown(f"{content.title} is {which}; the first {'one has' if number == 1 else 'ones have'} no text, perhaps they are scans.")
    return text_shown(content, text, f"{which}; the text of the first {min(PAGES, number)}")
