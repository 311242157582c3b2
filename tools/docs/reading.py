"""Which documents there are, and what one of them says."""

import re

from knowledge.chunk import DocumentInfo, DocumentNotFound, DocumentText
from knowledge.knowledge import Knowledge
from tools.docs.passages import parts, rendered
from tools.kinds import Document, Section
from tools.markdown import count, table, table_artifact
from tools.result import ErrorCode, Source, Subject, ToolError, ToolResult
from tools.tool import tool

LISTED = 25
"""Documents that are listed by name."""
NAMED_SECTIONS = 12
"""Sections of a long document that are named."""
_PART = re.compile(r"(.*?)\bpart (\d{1,6})\)?", re.IGNORECASE | re.DOTALL)


@tool(
    effect="read",
    examples=[
        "which documents do you know",
        "list what you know now",
        "list the documents",
        "what docs can you answer from",
        "show me all indexed documents",
        "what is in your knowledge base",
        "which files have been added to the documentation",
        "how many documents are indexed",
        "documents?",
        "what documentation is there",
        "which documents can you answer from",
        "documents",
        "what have you indexed",
        "show the knowledge base",
        "which files are in your index",
        "what are your sources",
        "what manuals do you have",
        "which manuals have been read in",
        "documents index",
        "which files does the documentation consist of",
        "what have you read",
    ],
)
def list_documents(knowledge: Knowledge, /) -> ToolResult:
    """List the documents that answers come from: what users added, by name, and the built-in handbook."""
    infos = knowledge.documents()
    pages = sum(info.kind == "handbook" for info in infos)
    added = [info for info in infos if info.kind != "handbook"]
    handbook = f"the built-in handbook ({count(pages, 'page')})" if pages else "no handbook"
    if not added:
        lead = f"No documents were added yet; there is {handbook}." if pages else "There are no documents."
        return ToolResult(content=lead) if pages else ToolResult.no_data(lead)
    columns = ["document", "title", "kind", "passages", "added"]
    rows = [_row(info) for info in added]
    rest = f"\n\nand {len(rows) - LISTED:,} more" if len(rows) > LISTED else ""
    shown = table(columns[:2] + columns[3:4], [(f"`{row[0]}`", row[1], row[3]) for row in rows[:LISTED]])
    return ToolResult(
        content=f"{count(len(added), 'document')} and {handbook}.\n\n{shown}{rest}",
        artifacts=[table_artifact("Documents", columns, rows)],
        subjects=[Subject(kind="document", name=info.source) for info in added[:20]],
    )


@tool(
    effect="read",
    examples=[
        "read {document}",
        "show me the document {document}",
        "what does {document} say",
        "open {document}",
        "summarize {document}",
        "read the section Installation of {document}",
        "what is in the document {document}",
        "show the chapter about backups in {document}",
        "read the document {document}",
        "show the section about caching in {document}",
        "read {document} to me",
        "print the chapter on retries of {document}",
        "what is written in {document}",
        "open {document} for me",
        "what stands in {document}",
        "let me read {document}",
        "show the text of {document}",
        "the section on safety in {document}",
    ],
)
def read_document(knowledge: Knowledge, /, source: Document, section: Section | None = None) -> ToolResult:
    """Read a document, or one of its sections, when the passages of a search are not enough. What is long comes in parts."""
    name, part = _part(knowledge, source, section)
    try:
        document = knowledge.read(source, name)
    except DocumentNotFound as error:
        raise ToolError(ErrorCode.NOT_FOUND, error.message, error.nearest) from None
    pieces = parts(document.text)
    if not 1 <= part <= len(pieces):
        raise ToolError(ErrorCode.NOT_FOUND, f"`{document.source}` has {count(len(pieces), 'part')} there; part {part} is none of them.")
    title = document.section or ""
    one = Source(n=1, title=document.title, section=title, uri=document.uri, text=pieces[part - 1])
    return ToolResult(
        content="\n\n".join(filter(None, [_lead(document, part, len(pieces)), rendered([one], [document.source])])),
        sources=[one],
        subjects=[Subject(kind="document", name=document.source)],
    )


def _part(knowledge: Knowledge, source: str, section: str | None) -> tuple[str | None, int]:
    """The heading and the number of the part that a section's name means: `Installation, part 2`, or just `part 2`."""
    match = _PART.fullmatch(section or "")
    if match is None or (section or "") in knowledge.read(source).sections:
        return section, 1
    return match.group(1).strip(" ,(") or None, int(match.group(2))


def _lead(document: DocumentText, part: int, of: int) -> str:
    where = f"`{document.source}`" + (f", section “{document.section}”" if document.section else "")
    if of == 1:
        return f"This is {where}, whole."
    following = f"{document.section}, part {part + 1}" if document.section else f"part {part + 1}"
    more = f" Read on with section “{following}”." if part < of else ""
    sections = "" if document.section or part > 1 else f" Its sections: {'; '.join(document.sections[:NAMED_SECTIONS])}."
    return f"This is part {part} of {of} of {where}.{more}{sections}"


def _row(info: DocumentInfo) -> tuple[str, str, str, int, str]:
    return info.source, info.title, info.kind, info.chunks, info.added_at[:16].replace("T", " ")
