"""The beginning of an object, whatever it is: read by byte range and never executed."""

from collections.abc import Callable, Mapping

from tools.kinds import Bucket, Object, Rows
from tools.minio.addresses import about, address
from tools.minio.formats import archives, arrays, arrow, pages, pickles, texts
from tools.minio.formats.content import Content, opened
from tools.minio.formats.kind import kind_of
from tools.minio.formats.shown import Shown
from tools.minio.store import ObjectInfo, ObjectStore
from tools.result import ErrorCode, ToolError, ToolResult
from tools.tool import tool

Reader = Callable[[Content, int | None], Shown]
READERS: Mapping[str, Reader] = {
    "table": texts.delimited,
    "json": texts.json_document,
    "json_lines": texts.json_lines,
    "text": texts.lines,
    "parquet": arrow.parquet,
    "arrow": arrow.arrow,
    "arrow_stream": arrow.arrow_stream,
    "npy": arrays.npy,
    "safetensors": arrays.safetensors,
    "pickle": lambda content, _: pickles.pickle(content),
    "zip": archives.zipped,
    "tar": archives.tar,
    "image": lambda content, _: pages.image(content),
    "pdf": lambda content, _: pages.pdf(content),
}
PACKED = frozenset({"gzip", "bzip2", "xz", "zlib"})


@tool(
    effect="read",
    examples=[
        "show the first rows of {object} in {bucket}",
        "preview sales.parquet from {bucket}",
        "head -5 of {object} in {bucket}",
        "what does the file {object} in {bucket} look like",
        "open notes.txt from {bucket}",
        "show me 3 lines of {object}",
        "peek into {bucket}/data.csv",
        "what is inside the archive {object} of {bucket}",
        "show the image {object}",
        "read {object} from {bucket}",
        "which columns does {object} have",
        "display {object}",
        "preview {object} from {bucket}",
        "open {object} from {bucket}",
        "peek into {object}",
        "first 10 rows of {object}",
        "read {object} in {bucket}",
        "show {object}",
        "display the content of {object}",
        "let me see {object}",
        "take a look at {object} in {bucket}",
        "print {object}",
        "preview 3 rows",
        "what is in {object}",
        "cat {object}",
        "what does {object} look like",
        "give me a taste of {object}",
        "show a bit of {object}",
        "how does the data in {object} look",
        "may I look into {object}",
        "a few rows of {object}",
        "the first 7 lines of {object}",
        "7 rows from {object}",
        "let me see what {object} looks like",
        "what does {object} contain",
        "open {object}",
    ],
)
def preview_object(store: ObjectStore, /, bucket: Bucket, key: Object, rows: Rows | None = None) -> ToolResult:
    """Show the beginning of an object: rows of CSV, JSON, Parquet or Arrow, lines of text, an image, text of a PDF, members of an archive.

    Pickled models are described, not loaded. For statistics of a whole table use profile_dataset.
    """
    return preview(store, store.stat(bucket, key), rows)


def preview(store: ObjectStore, info: ObjectInfo, rows: int | None = None, kind: str = "") -> ToolResult:
    """The beginning of an object; `kind` (such as `csv`) where its key has no ending that tells."""
    subjects = about(info.bucket, info.key)
    if info.size == 0:
        return ToolResult(status="no_data", content=f"{address(info.bucket, info.key)} is empty.", subjects=subjects)
    shown = show(opened(store, info, kind), rows)
    return ToolResult(content="\n\n".join(filter(None, [shown.lead, shown.body])), artifacts=shown.artifacts, subjects=subjects)


def show(content: Content, rows: int | None) -> Shown:
    """The beginning of what may be packed once.

    Raises:
        ToolError: UNSUPPORTED for kinds without a preview, INVALID_ARGUMENT for what is damaged.
    """
    kind = kind_of(content)
    if kind in PACKED:
        content = archives.unpacked(content, kind)
        if not content.head:
            return Shown(f"{content.title} is an empty {kind} file.")
        kind = kind_of(content)
    if kind in READERS:
        return READERS[kind](content, rows)
    what = "is binary" if kind == "binary" else f"is packed twice ({kind})" if kind in PACKED else f"holds {kind} data"
    title, _, measure = content.title.partition(" (")
    raise ToolError(ErrorCode.UNSUPPORTED, f"{title} {what} ({measure}; there is no preview for it. Download it to look inside.")
